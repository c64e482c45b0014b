"""Changes of phase with everything that goes with them, in one transaction.

A hire puts its follow-ups in the calendar; a lost job ends its placement, and the next hire starts the months again; an
end takes its closure along, with what was verified or a reason from the list, and never needs a placement for that.
What was entered by mistake is handed back to an earlier phase; the journal keeps who did so, why, and what was there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session
from ulid import ULID

from coupole.errors import CoupoleError, Finding
from coupole.node.records import follow_ups, phases
from coupole.node.records.changing import TransitionRefused, change, pointed, today_of
from coupole.node.records.project import (
    FILE,
    INSERTION,
    accompaniment,
    closure,
    each,
    found,
    hire_on,
    hires,
    is_final,
    phase_history,
)
from coupole.node.store import Store, journal, queries
from coupole.node.store.changes import (
    Change,
    Context,
    Document,
    RecordNotFound,
    RevisionConflict,
    StoredDossier,
    Written,
)
from coupole.standard.codes import code_list

ASKED = {
    "closure_missing": "closure",
    "verification_missing": "closure",
    "stable_condition_unverified": "closure",
    "behaviour_unverified": "closure",
    "placement_social_missing": "placement",
    "placement_ordinary_missing": "placement",
    "hire_missing": "placement",
    "job_not_lost": "reason",
    "suspension_reason_missing": "reason",
}
"""What a move may bring along, by what is missing without it."""
SCHEDULED = "follow_up_missing"
"""What every move to a hire puts right by itself."""
ASKED_AFTER_EXIT = "esfplus_operation"
"""The programme that wants to know half a year later."""


class CorrectionReasonMissing(CoupoleError):
    """Nothing says why."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A phase the graph leads to. ``asks``: what is to be told with the move; ``findings``: what stands against it."""

    phase: str
    asks: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def is_open(self) -> bool:
        """Whether the file can go there today, with what is asked."""
        return not any(finding.blocking for finding in self.findings)


def offers(dossier: StoredDossier, today: date) -> list[Offer]:
    """Where the accompaniment may go from here, and what stands between."""
    following = code_list("phase").attribute(accompaniment(dossier)["phase"], "next") or ()
    return [_offer(phase, phases.check_transition(dossier, phase, today)) for phase in following]


def _offer(phase: str, findings: Sequence[Finding]) -> Offer:
    asks = dict.fromkeys(ASKED[finding.code] for finding in findings if finding.code in ASKED)
    left = [finding for finding in findings if finding.code not in ASKED and finding.code != SCHEDULED]
    return Offer(phase, tuple(asks), tuple(left))


def move(
    session: Session,
    store: Store,
    context: Context,
    file_id: str,
    phase: str,
    on: date,
    *,
    decided_in: str | None = None,
    reason: str | None = None,
    expect: int | None = None,
    closing: Document | None = None,
    placement: Document | None = None,
    along: Sequence[Change] = (),
) -> list[Written]:
    """Bring an accompaniment to a phase; the accompaniment comes first in what was written.

    ``reason``: a text, or for a lost job a code of ``exit_reason``; ``closing`` and ``placement``: content of the
    closure and of a placement as far as the move does not give it; ``along``: further documents of the same moment.
    Raises ``TransitionRefused``, ``MethodRefused``, and what ``write`` raises.
    """
    dossier = _read(session, store, file_id, expect)
    wrong = phases.check_arrow(dossier, phase, on, today_of(context))
    if wrong:
        raise TransitionRefused(findings=pointed(dossier, wrong))
    file = phases.entered(accompaniment(dossier), phase, on, decided_in, reason)
    changes = [_put("accompaniment", file)]
    if closing is not None:
        changes.append(_closing(dossier, {"closed_on": on.isoformat(), **closing}))
    if placement is not None:
        content = {"from": on.isoformat(), "hire": phase == "hired", **placement, "accompaniment": file_id}
        changes.append(Change("placement", content, id=f"{context.node}:placement:{ULID()}"))
    changes += along
    changes += _following(dossier, file, changes, on, reason)
    return change(session, store, changes, context)


def hand_back(session: Session, store: Store, context: Context, file_id: str, phase: str, expect: int) -> list[Written]:
    """Put an accompaniment back to where it was in an earlier phase, because what came after was entered by mistake.

    ``context.reason`` says why. Follow-ups that nobody made yet go with the phases they belong to; placements and a
    closure stay, to be corrected or deleted. Raises ``CorrectionReasonMissing``, ``TransitionRefused``, and what
    ``write`` raises.
    """
    if not (context.reason or "").strip():
        raise CorrectionReasonMissing("/reason")
    dossier = _read(session, store, file_id, expect)
    former = phases.returned(accompaniment(dossier), phase)
    if former is None:
        wrong = found("phase_not_passed", f"{FILE}/phase", "R13", "accompaniment")
        raise TransitionRefused(findings=pointed(dossier, [wrong]))
    gone = [Change("follow_up", None, id=one["id"], expect=one["revision"]) for one in _pointless(dossier, former)]
    return change(session, store, [_put("accompaniment", former), *gone], context, correcting=True)


def _read(session: Session, store: Store, file_id: str, expect: int | None) -> StoredDossier:
    journal.hold(session)
    dossier = queries.dossier(session, store.vault, file_id)
    if dossier.root != "accompaniment":
        raise RecordNotFound()
    revision = accompaniment(dossier)["revision"]
    if expect not in (None, revision):
        raise RevisionConflict(revision=revision)
    return dossier


def _following(
    dossier: StoredDossier, file: Document, changes: Sequence[Change], on: date, reason: str | None
) -> Iterator[Change]:
    """What goes with a move without being asked."""
    before, phase = accompaniment(dossier)["phase"], file["phase"]
    if phase == "hired":
        for hire in _hired(dossier, changes, on):
            yield from (Change("follow_up", content) for content in follow_ups.unscheduled(dossier, hire))
    elif before == "hired" and phase in INSERTION:
        lost = hire_on(dossier, on)
        if lost is not None and "to" not in lost.document and (reason or not follow_ups.job_lost(dossier, on)):
            yield _ended(lost.document, on, reason if reason in code_list("exit_reason").ids else "other")
    elif is_final(phase):
        yield from _leaving(dossier, file, changes, on)


def _hired(dossier: StoredDossier, changes: Sequence[Change], on: date) -> Iterator[Document]:
    brought = ({**one.document, "id": one.id} for one in changes if one.entity == "placement" and one.document)
    for hire in (*brought, *(placed.document for placed in hires(dossier))):
        if hire["id"] and hire["hire"] and hire["from"] == on.isoformat():
            yield hire
            return


def _leaving(dossier: StoredDossier, file: Document, changes: Sequence[Change], on: date) -> Iterator[Change]:
    """An end that is not a success ends the placement too; the fund of some asks again half a year later."""
    endings = [one.document for one in changes if one.entity == "closure" and one.document]
    known = closure(dossier)
    why = endings[-1].get("reason") if endings else known.document["reason"] if known else None
    brought = {one.id for one in changes}
    if file["phase"] == "discontinued" and why:
        for placed in each(dossier, "placement"):
            work = placed.document
            going_on = "to" not in work and not work["hire"] and work["from"] <= on.isoformat()
            if going_on and work["id"] not in brought:
                yield _ended(work, on, why)
    funded = any(one["programme"] == ASKED_AFTER_EXIT for one in file["programmes"])
    asked = any(placed.document["reference"] == "exit" for placed in each(dossier, "follow_up"))
    if funded and "started_on" in file and why != "death" and not asked:
        yield Change("follow_up", follow_ups.schedule_exit(file))


def _pointless(dossier: StoredDossier, former: Document) -> Iterator[Document]:
    """Follow-ups without an answer that belong to a phase the file has not been in after all."""
    left = phase_history(dossier)[len(former["phase_history"]) :]
    days = {row.start.isoformat() for row in left if row.phase == "hired"}
    undone = [placed for placed in hires(dossier) if placed.document["from"] in days]
    checks = [check for hire in undone for check in follow_ups.of_hire(dossier, hire.document)]
    if is_final(left[-1].phase):
        checks += [placed for placed in each(dossier, "follow_up") if placed.document["reference"] == "exit"]
    yield from (placed.document for placed in checks if "status" not in placed.document)


def _closing(dossier: StoredDossier, content: Document) -> Change:
    """The closure of a file, in the place of one that was written before."""
    known = closure(dossier)
    whole = {**content, "accompaniment": dossier.id}
    if known is None:
        return Change("closure", whole)
    return Change("closure", whole, id=known.document["id"], expect=known.document["revision"])


def _ended(placement: Document, on: date, why: str) -> Change:
    return _put("placement", {**placement, "to": on.isoformat(), "end_reason": why})


def _put(entity: str, document: Document) -> Change:
    return Change(entity, document, id=document["id"], expect=document["revision"])
