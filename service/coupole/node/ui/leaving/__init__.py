"""What leaves the workshop: figures before and after rounding, what leaves of a person, what did leave and to whom."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.disclosure.cellkey import AGREED
from coupole.disclosure.protection import FLOOR
from coupole.disclosure.tables import TOTAL
from coupole.node.statistics import releasing, wording
from coupole.node.statistics.releasing import IndicatorNotFound, Preview
from coupole.node.statistics.wording import Figures
from coupole.node.store import queries, releases
from coupole.node.store.changes import RecordNotFound
from coupole.node.ui.desk import Desk, Right, Visit
from coupole.node.ui.leaving import benchmark, log, looking, periods, person, sealed
from coupole.node.ui.leaving.looking import Previews
from coupole.standard.calendar import Period
from coupole.web.translations import marked

FIGURES = Right("read", "release")
DECIDES = Right("manage", "release")
FEW = 5
"""Lines of the log that the first page shows."""
NOTICES = {
    "held_back": marked("It stays here from the next sending on."),
    "figures_ready": marked("Whoever may ask is sent these figures from now on."),
    "figures_moved": marked("Figures changed while you looked at them: look once more."),
    "let_go": marked("It leaves again from the next sending on."),
}


def add(desk: Desk) -> None:
    """The pages of this group."""
    desk.refuses({IndicatorNotFound: 404})
    desk.says(NOTICES)
    seen = Previews()
    desk.get("/leaving", lambda visit: show(visit, seen), needs=FIGURES)
    desk.post("/leaving", lambda visit, form: release(visit, form, seen), needs=DECIDES)
    desk.get("/leaving/figures/{name}", lambda visit: show_one(visit, seen), needs=FIGURES)
    desk.get("/leaving/log", log.show, needs=Right("read", "egress"))
    desk.get("/leaving/people/{id}", person.show, needs=Right("find", "accompaniment"))
    desk.post("/leaving/figures/{name}/hold", hold_back, needs=DECIDES)
    desk.post("/leaving/figures/{name}/release", let_go, needs=DECIDES)
    sealed.add(desk)
    benchmark.add(desk)


def show(visit: Visit, previews: Previews) -> Response:
    """What would leave for a period beside what is so, and what did leave lately."""
    period = periods.chosen(visit.asked("period"), visit.today)
    seen = previews.of(visit.node, period, visit.now)
    found = wording.overview(seen, visit.node.catalogue, visit.language)
    with visit.node.store.reading() as session:
        receivers = log.everybody(visit, session) if visit.may("read", "egress") else []
        choices = periods.choices(session, period, visit.today)
        left_out = visit.node.registers.current(session, visit.node.store.vault).left_out
    return visit.page(
        "leaving/overview.html",
        period=period,
        choices=choices,
        leaving=[
            (one.title, f"/leaving/figures/{one.id}?period={period.name}", one.total)
            for one in found
            if one.reason is None and not one.empty
        ],
        empty=[one for one in found if one.reason is None and one.empty],
        staying=_staying(visit, found, period),
        headcount=seen.headcount,
        left_out=len(left_out),
        sending=_sending(visit, seen, period),
        ready=_to_release(visit, seen, period) and looking.mark(seen),
        askers=log.admitted(visit, log.FIGURES),
        readers=log.admitted(visit, log.FILES),
        receivers=receivers[:FEW],
        rules={"floor": FLOOR, "bound": AGREED.bound, "hidden_below": AGREED.hidden_below},
    )


def release(visit: Visit, form: FormData, previews: Previews) -> Response:
    """Make the figures that were looked at the ones that are sent. Raises ``PeriodNotClosed``."""
    period = periods.chosen(str(form.get("period", "")), visit.today)
    back = f"/leaving?period={period.name}"
    if form.get("seen") != looking.mark(previews.of(visit.node, period, visit.now)):
        return visit.see_other(back, "figures_moved")
    node = visit.node
    releasing.freeze(node.store, node.ring, node, node.catalogue, period, visit.staff.id, visit.now)
    return visit.see_other(back, "figures_ready")


def show_one(visit: Visit, previews: Previews) -> Response:
    """One figure by everything it is split by. Raises ``IndicatorNotFound``."""
    name, period = visit.path("name"), periods.chosen(visit.asked("period"), visit.today)
    catalogue = visit.node.catalogue
    if all(name != one.id for one in catalogue.indicators):
        raise IndicatorNotFound()
    seen = previews.of(visit.node, period, visit.now)
    one = wording.one_of(seen, catalogue, name, visit.language)
    with visit.node.store.reading() as session:
        held = _held(visit, session, name)
        choices = periods.choices(session, period, visit.today)

        def named(organisation: str) -> str:
            return _organisation(visit, session, organisation)

        blocks = wording.blocks(seen, catalogue, name, visit.language, named)
    reason = _why(visit, one.reason, name, period) if one.reason else None
    decides = visit.may(DECIDES.action, DECIDES.entity)
    return visit.page(
        "leaving/figure.html",
        one=one,
        totals=[(cell.part, "", (cell,)) for cell in one.total],
        blocks=[
            (block, [(line.label, "", line.cells) for line in block.lines])
            for block in blocks
            if block.dimension != TOTAL
        ],
        period=period,
        choices=choices,
        reason=reason,
        held=held,
        decides=decides,
        bound=AGREED.bound,
    )


def hold_back(visit: Visit, form: FormData) -> Response:
    """Keep a figure in the workshop from the next sending on."""
    with visit.node.store.writing() as session:
        releasing.withhold(session, visit.node.catalogue, visit.path("name"), visit.staff.id, visit.now)
    return visit.see_other(_back(visit, form), "held_back")


def let_go(visit: Visit, form: FormData) -> Response:
    """Let a figure leave again from the next sending on."""
    with visit.node.store.writing() as session:
        releasing.allow(session, visit.node.catalogue, visit.path("name"))
    return visit.see_other(_back(visit, form), "let_go")


def _back(visit: Visit, form: FormData) -> str:
    period = periods.chosen(str(form.get("period", "")), visit.today)
    return f"/leaving/figures/{visit.path('name')}?period={period.name}"


def _held(visit: Visit, session: Session, name: str) -> tuple[str, date] | None:
    """Who decided to keep a figure, and when."""
    row = next((one for one in releases.decisions(session) if one.indicator == name), None)
    return None if row is None else (visit.who(session, [row.actor])[row.actor], row.at.date())


def _organisation(visit: Visit, session: Session, record: str) -> str:
    try:
        return str(queries.read(session, visit.node.store.vault, record)["name"])
    except RecordNotFound:
        return record


def _staying(visit: Visit, found: list[Figures], period: Period) -> dict[str, list[Figures]]:
    """The figures that stay as a whole, by the reason."""
    staying: dict[str, list[Figures]] = {}
    for one in found:
        if one.reason is not None:
            staying.setdefault(_why(visit, one.reason, one.id, period), []).append(one)
    return staying


def _why(visit: Visit, reason: str, name: str, period: Period) -> str:
    return wording.why(visit.node.catalogue.indicator(name), reason, period, visit.language)


def _to_release(visit: Visit, seen: Preview, period: Period) -> bool:
    """Whether somebody here has to decide that these figures are sent, and this is such a person."""
    waits = not seen.stands if seen.before else not visit.node.release_on_pull
    return period.last < visit.today and waits and visit.may(DECIDES.action, DECIDES.entity)


def _sending(visit: Visit, seen: Preview, period: Period) -> str:
    """What whoever asks for the period is sent."""
    if visit.today <= period.last:
        return visit.gettext("This period is not over: nothing can be asked for yet, and figures may still change.")
    if seen.before is None:
        if visit.node.release_on_pull:
            return visit.gettext("Nothing has left for this period. Whoever asks is sent these figures, nothing else.")
        return visit.gettext("Nothing has left for this period, and nothing does before somebody here decides it.")
    number = seen.before.revision
    if seen.stands:
        said = visit.gettext(
            "Whoever asks is sent these figures, as in sending %(number)s, nothing else.", number=number
        )
    else:
        said = visit.gettext("Figures changed since sending %(number)s: they leave with the next one.", number=number)
    return said
