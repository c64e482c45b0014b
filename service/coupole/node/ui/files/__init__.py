"""Pages of one person and of one accompaniment: the file as one page, and what is done with it."""

from __future__ import annotations

from coupole.node.ui.desk import Desk
from coupole.node.ui.files import (
    correcting,
    drafting,
    evaluation,
    following_up,
    history,
    meeting,
    moving,
    overview,
    person,
    planning,
    responsible,
    starting,
)
from coupole.node.ui.files.typed import FormIncomplete

MODULES = (
    overview,
    starting,
    person,
    meeting,
    evaluation,
    moving,
    following_up,
    planning,
    drafting,
    responsible,
    correcting,
    history,
)


def add(desk: Desk) -> None:
    """Every page of this group."""
    desk.refuses({FormIncomplete: 422})
    for module in MODULES:
        module.add(desk)
