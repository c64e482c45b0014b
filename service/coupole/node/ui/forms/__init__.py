"""Forms drawn from the standard, for one document or some of its fields, and the page that edits any document.

form = forms.fields("team_meeting", document, visit.language, only=("held_on", "minutes"), choices=…)
return visit.page("files/meeting.html", form=form)          # {% import "forms/macros.html" as forms with context %}

read = forms.read("team_meeting", sent, document)           # what was typed, and what the standard says against it
if read.findings or read.redraw: draw it again with read.document, read.findings, read.blank
"""

from __future__ import annotations

from coupole.node.ui.desk import SIGNED_IN, Desk
from coupole.node.ui.forms import records, undoing
from coupole.node.ui.forms.asking import Asked, Form, fields, with_findings
from coupole.node.ui.forms.options import UNITS
from coupole.node.ui.forms.reading import Read, findings, read

__all__ = ["Asked", "Form", "Read", "fields", "findings", "read", "with_findings"]


def add(desk: Desk) -> None:
    """The pages of this group, and what its macros need."""
    desk.refuses({undoing.UndoTooLate: 409})
    desk.pages.environment.globals["units"] = UNITS
    desk.get("/records/new/{entity}", records.show_new, needs=SIGNED_IN)
    desk.post("/records/new/{entity}", records.save_new, needs=SIGNED_IN)
    desk.get("/records/{id}", records.show, needs=SIGNED_IN)
    desk.post("/records/{id}", records.save, needs=SIGNED_IN)
    desk.get("/records/{id}/delete", undoing.ask_to_delete, needs=SIGNED_IN)
    desk.post("/records/{id}/delete", undoing.delete, needs=SIGNED_IN)
    desk.post("/undo", undoing.undo, needs=SIGNED_IN)
