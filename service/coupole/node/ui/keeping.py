"""What was typed in a page and is not saved yet, as it was typed: kept for who typed it, sealed."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session
from starlette.datastructures import FormData

from coupole.node.store import drafts
from coupole.node.ui.desk import Visit
from coupole.standard.codes import code_list

NOT_TYPED = ("autosave", "forget")


def kept(visit: Visit, session: Session) -> tuple[FormData, datetime] | None:
    """What this person typed in this page earlier, and when."""
    found = drafts.kept(session, visit.node.store.vault, page_of(visit), visit.now)
    if found is None:
        return None
    return FormData([(str(name), str(value)) for name, value in found.content["form"]]), found.at


def keep(visit: Visit, session: Session, form: FormData, participant: str | None = None) -> None:
    """Keep the form as it is. ``participant``: whom it is about, so that it is forgotten with them."""
    typed = [[name, value] for name, value in form.multi_items() if isinstance(value, str) and name not in NOT_TYPED]
    drafts.keep(session, visit.node.store.vault, page_of(visit), {"form": typed}, visit.now, participant)


def forget(visit: Visit, session: Session) -> None:
    """Keep nothing of this page any more."""
    drafts.forget(session, page_of(visit))


def page_of(visit: Visit) -> tuple[str, str]:
    """The key of what is kept: who types, and where; of each change of phase its own, for each asks something else."""
    phase = phase_of(visit)
    return visit.staff.id, visit.request.url.path + (f"?phase={phase}" if phase else "")


def phase_of(visit: Visit) -> str:
    """The phase the address names; nothing when it names none."""
    asked = visit.asked("phase")
    return asked if asked in code_list("phase").ids else ""
