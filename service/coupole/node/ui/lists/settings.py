"""Settings: what an admin decides on a page, what stands in the settings file, and where the rest is decided."""

from __future__ import annotations

from dataclasses import replace

from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.node.store.choices import YEARS, choices, choose
from coupole.node.ui.desk import Visit
from coupole.web.languages import NAMES


def show(visit: Visit) -> Response:
    """The settings of this workshop."""
    with visit.node.store.reading() as session:
        years = choices(session).retention_years
    return _page(visit, str(years))


def save(visit: Visit, form: FormData) -> Response:
    """Decide what was typed; what is no number of years stays in its field with a word beside it."""
    typed = str(form.get("retention_years", "")).strip()
    years = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0
    if years not in YEARS:
        return _page(visit, typed[:20], wrong=True)
    with visit.node.store.writing() as session:
        changed = choose(session, replace(choices(session), retention_years=years), visit.staff.id, visit.now)
    return visit.see_other("/settings", notice="saved" if changed else "nothing")


def _page(visit: Visit, years: str, *, wrong: bool = False) -> Response:
    return visit.page(
        "lists/settings.html",
        422 if wrong else 200,
        years=years,
        wrong=wrong,
        language_name=NAMES[visit.pages.language],
        least=YEARS[0],
        most=YEARS[-1],
    )
