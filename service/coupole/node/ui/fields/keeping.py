"""What is typed in forms of this group: kept field by field while it is typed, found again, gone once it is saved."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.errors import CoupoleError
from coupole.node.ui import keeping
from coupole.node.ui.arriving import here
from coupole.node.ui.desk import Visit

ROWS = ("add", "remove")
"""Buttons for a row more or less; their value is the place of the row."""


def kept(visit: Visit) -> tuple[FormData, datetime] | None:
    """What this person typed in this page earlier and did not save, and when."""
    with visit.node.store.reading() as session:
        return keeping.kept(visit, session)


def kept_while_typed(
    show: Callable[[Visit], Response], save: Callable[[Visit, FormData], Response]
) -> Callable[[Visit, FormData], Response]:
    """The handler of a form of which fields come by themselves: those are kept, as is whatever could not be saved."""

    def handler(visit: Visit, form: FormData) -> Response:
        if form.get("forget"):
            _forget(visit)
            return visit.see_other(here(visit.request))
        if form.get("autosave"):
            _keep(visit, form)
            return show(visit)
        try:
            answer = save(visit, form)
        except CoupoleError:
            _keep(visit, form)
            raise
        if answer.status_code == 303:
            _forget(visit)
        else:
            _keep(visit, form)
        return answer

    return handler


def together(before: FormData, form: FormData) -> FormData:
    """What is typed now, and of the fields it is not about what was typed before."""
    now = _asked(form)
    rest = _asked(before) - now
    earlier = ((name, value) for name, value in before.multi_items() if _field(name, str(value), rest))
    return FormData([*earlier, *form.multi_items()])


def _asked(form: FormData) -> set[str]:
    return {str(name) for name in form.getlist("asked")}


def _field(name: str, value: str, fields: Collection[str]) -> str | None:
    """Which of the fields an entry of a form belongs to; none when to none of them."""
    place = value if name == "asked" or name in ROWS else name
    return next((field for field in fields if place == field or place.startswith(f"{field}.")), None)


def _keep(visit: Visit, form: FormData) -> None:
    with visit.node.store.writing() as session:
        before = keeping.kept(visit, session)
        keeping.keep(visit, session, together(before[0], form) if before else form)


def _forget(visit: Visit) -> None:
    with visit.node.store.writing() as session:
        keeping.forget(visit, session)
