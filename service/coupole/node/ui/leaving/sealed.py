"""What leaves sealed: what we agreed to have counted, every report with its exact changes, whether it was counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date
from babel.lists import format_list
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.node.statistics import accepting, inclusion, ledger, reporting, telling
from coupole.node.statistics.accepting import IN_FORCE, TabulationNotProposed
from coupole.node.store import sealed
from coupole.node.store.sealing_tables import AgreedTabulation, SealedReport
from coupole.node.ui.desk import Desk, Right, Visit
from coupole.standard.sentences import sentence
from coupole.web.translations import marked
from coupole.wire.reports import unpack
from coupole.wire.slots import Slot, parse_slot
from coupole.wire.tabulations import Tabulation, read_tabulation, shape

SEES = Right("read", "egress")
EXACT = Right("read", "sealed")
DECIDES = Right("manage", "sealed")
MARK = 12
"""Letters of a hash that are enough to compare by eye."""
NOTICES = {
    "agreed": marked("Agreed. From now on these totals leave sealed whenever they are asked for."),
    "declined": marked("Nothing of it will be counted."),
    "leaving": marked("The next report takes our people out of the totals; after that nothing leaves."),
}


@dataclass(frozen=True, slots=True)
class Pull:
    """One report that left. ``period``: the page of what left in clear, none for opening balances."""

    slot: str
    words: str
    at: datetime
    kilobytes: int
    period: str | None
    outcome: str
    certificate: int | None
    counted: bool


def add(desk: Desk) -> None:
    """The pages of what leaves sealed."""
    desk.refuses(
        {
            accepting.TabulationDecided: 409,
            accepting.TabulationOverlaps: 409,
            accepting.TrusteeFingerprintWrong: 422,
            inclusion.TrusteeLogUnreadable: 422,
        }
    )
    desk.says(NOTICES)
    desk.get("/leaving/sealed", show, needs=SEES)
    desk.get("/leaving/sealed/counted", show_counted, needs=SEES)
    desk.post("/leaving/sealed/counted", decide, needs=DECIDES)
    desk.get("/leaving/sealed/report", show_report, needs=EXACT)
    desk.get("/leaving/sealed/log", show_log, needs=SEES)
    desk.post("/leaving/sealed/log", compare, needs=SEES)


def show(visit: Visit) -> Response:
    """What was proposed and agreed, and every report that left."""
    with visit.node.store.reading() as session:
        known = sealed.tabulations(session)
        row = _chosen(visit, known)
        document = read_tabulation(row.body) if row else None
        pulls = [_pull(visit, one, document) for one in sealed.reports(session, row.id)] if row and document else []
        return visit.page(
            "leaving/sealed.html",
            row=row,
            document=document,
            pulls=pulls,
            waiting=[(one.id, read_tabulation(one.body)) for one in known if one.state == "proposed"],
            others=[(one.id, read_tabulation(one.body), one.state) for one in known if row and one.id != row.id],
            decided=_decided(visit, session, row),
            exact=visit.may(EXACT.action, EXACT.entity),
        )


def show_counted(visit: Visit) -> Response:
    """What is counted, in plain words; and the decision."""
    with visit.node.store.reading() as session:
        row = _chosen(visit, sealed.tabulations(session))
        if row is None:
            return visit.see_other("/leaving/sealed")
        document = read_tabulation(row.body)
        return visit.page(
            "leaving/counted.html",
            row=row,
            document=document,
            subjects=telling.subjects(document, visit.node.catalogue, visit.language),
            by=lambda names: format_list(names, locale=visit.language),
            first=slot_words(parse_slot(document["first_slot"], document["grain"]), visit),
            cells=shape(document).cells,
            to_type=list(zip(document["trustees"], accepting.to_type(session, document), strict=True)),
            decided=_decided(visit, session, row),
            decides=visit.may(DECIDES.action, DECIDES.entity),
            withheld=_withheld(visit, session, document),
        )


def decide(visit: Visit, form: FormData) -> Response:
    """Agree, decline, or stop taking part. Raises what ``accepting`` raises."""
    name, decision = str(form.get("list", "")), str(form.get("decision", ""))
    with visit.node.store.writing() as session:
        if decision == "leave":
            accepting.leave(session, name, visit.staff.id, visit.now)
            notice = "leaving"
        elif decision == "agree":
            typed = [str(form.get(f"trustee-{number}", ""))[:200] for number in (1, 2)]
            accepting.accept(session, name, typed, visit.staff.id, visit.now)
            notice = "agreed"
        else:
            accepting.decline(session, name, visit.staff.id, visit.now)
            notice = "declined"
    return visit.see_other(f"/leaving/sealed?list={name}", notice)


def show_report(visit: Visit) -> Response:
    """The exact changes that one report held, the newest if none is named, for whoever answers for the workshop."""
    with visit.node.store.reading() as session:
        row = _chosen(visit, sealed.tabulations(session))
        made = sealed.reports(session, row.id) if row else []
        report = next((one for one in made if one.slot == visit.asked("slot", made[0].slot)), None)
        if row is None or report is None:
            return visit.see_other("/leaving/sealed")
        agreed = reporting.opened(row, visit.node.node_id)
        place = f"{agreed.place}|{report.slot}"
        counts = ledger.open_change(visit.node.ring, place, report.change)
        catalogue = visit.node.catalogue
        kept = report.withheld.split()
        return visit.page(
            "leaving/sealed_report.html",
            row=row,
            pull=_pull(visit, report, agreed.document),
            kind=report.kind,
            tables=list(telling.changes(agreed.form, counts, catalogue, visit.language)),
            by=lambda names: format_list(names, locale=visit.language),
            withheld=[one.title[visit.language] for one in catalogue.indicators if one.id in kept],
            cells=agreed.form.cells,
            share=unpack(report.body).hub_share[:MARK].hex(" "),
        )


def show_log(visit: Visit) -> Response:
    """Where the trustee's log can be compared with what we were shown."""
    return _log(visit, None)


def compare(visit: Visit, form: FormData) -> Response:
    """Compare the log that somebody fetched from the trustee. Raises ``TrusteeLogUnreadable``."""
    return _log(visit, str(form.get("log", "")).encode("utf-8", "replace"))


def _log(visit: Visit, text: bytes | None) -> Response:
    with visit.node.store.reading() as session:
        row = _chosen(visit, sealed.tabulations(session))
        if row is None:
            return visit.see_other("/leaving/sealed")
        document = read_tabulation(row.body)
        found = None
        if text is not None:
            found = inclusion.compare(session, row.id, document, visit.node.node_id, text)
        lines = [] if found is None else [(one, slot_words(_slot(one.slot, document), visit)) for one in found]
        known = [
            (slot_words(_slot(one.slot, document), visit), one.number, one.sha256[:MARK], trustee["name"])
            for trustee in document["trustees"]
            for one in sealed.certificates(session, row.id, trustee["key"]["kid"])
        ]
        return visit.page(
            "leaving/sealed_log.html",
            row=row,
            lines=lines,
            compared=found is not None,
            wrong=any(one.found in ("different", "absent") for one in found or ()),
            known=known[::-1],
            trustees=[one["name"] for one in document["trustees"]],
        )


def _chosen(visit: Visit, known: Sequence[AgreedTabulation]) -> AgreedTabulation | None:
    """The tabulation that was asked for, else the one in force, else the newest; none when there is none.

    Raises ``TabulationNotProposed``.
    """
    asked = visit.asked("list")
    if asked:
        found = next((one for one in known if one.id == asked), None)
        if found is None:
            raise TabulationNotProposed()
        return found
    return next((one for one in known if one.state in IN_FORCE), known[0] if known else None)


def _decided(visit: Visit, session: Session, row: AgreedTabulation | None) -> tuple[str, datetime] | None:
    """Who decided last about a tabulation, and when."""
    if row is None or row.decided_by is None or row.decided_at is None:
        return None
    return visit.who(session, [row.decided_by])[row.decided_by], row.decided_at


def _withheld(visit: Visit, session: Session, document: Tabulation) -> list[str]:
    held = reporting.withheld_here(session, document)
    return [one.title[visit.language] for one in visit.node.catalogue.indicators if one.id in held]


def _slot(name: str, document: Tabulation) -> Slot:
    return parse_slot(name, document["grain"])


def _pull(visit: Visit, report: SealedReport, document: Tabulation) -> Pull:
    slot = _slot(report.slot, document)
    return Pull(
        report.slot,
        slot_words(slot, visit),
        report.made_at,
        -(-len(report.body) // 1000),
        None if slot.opening else slot.period.name,
        _outcome(visit, report),
        report.certificate,
        report.outcome == "counted",
    )


def slot_words(slot: Slot, visit: Visit) -> str:
    """What people call a slot."""
    if "Q" in slot.period.name:
        said = slot.period.name
    else:
        said = format_date(slot.period.first, "MMMM y", locale=visit.language)
    return visit.gettext("opening balance of %(period)s", period=said) if slot.opening else said


def _outcome(visit: Visit, report: SealedReport) -> str:
    """Whether a report was counted, and if not, why its changes come again."""
    if report.outcome == "counted":
        return visit.gettext("counted")
    if report.outcome is None:
        return visit.gettext("not known yet: the trustee’s certificate comes with the next question")
    if report.outcome == "refused":
        reason = sentence(report.reason or "", visit.language).title
        return visit.gettext("refused by the trustee, its changes come again: %(reason)s", reason=reason)
    if report.outcome == "void":
        return visit.gettext("no total was made: its changes come again")
    return visit.gettext("not in the total: its changes come again")
