"""What was typed in a form of a file and is not saved yet: kept for who typed it, sealed with the person's own key."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlmodel import Session
from starlette.datastructures import FormData

from coupole.node.store import drafts
from coupole.node.ui.desk import Visit
from coupole.node.ui.files.typed import Filled
from coupole.standard.codes import code_list

NOT_TYPED = ("autosave", "forget")


def begun(visit: Visit, session: Session, proposed: Mapping[str, str | Collection[str]]) -> Filled:
    """What this person typed in this page earlier, else what is proposed."""
    found = drafts.kept(session, visit.node.store.vault, page_of(visit), visit.now)
    if found is None:
        return Filled(proposed)
    typed = FormData([(str(name), str(value)) for name, value in found.content["form"]])
    return Filled(typed=typed, kept_at=found.at)


def keep(visit: Visit, session: Session, form: FormData, participant: str | None) -> None:
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
