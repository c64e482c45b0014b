"""What a form of a file begins with: what was typed in it and not saved, else what is proposed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlmodel import Session

from coupole.node.ui import keeping
from coupole.node.ui.desk import Visit
from coupole.node.ui.files.typed import Filled


def begun(visit: Visit, session: Session, proposed: Mapping[str, str | Collection[str]]) -> Filled:
    """What this person typed in this page earlier, else what is proposed."""
    kept = keeping.kept(visit, session)
    return Filled(proposed) if kept is None else Filled(typed=kept[0], kept_at=kept[1])
