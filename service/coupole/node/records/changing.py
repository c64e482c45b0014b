"""The one way in for whatever somebody changes: the checks of the store, then those of the method, all or nothing.

Pages and API both come through ``change``. What the method cannot allow is refused, with the place in the document and
what settles it; everything else is a warning of ``rules``, which never stands in the way. Whoever brings in a register
from before writes by ``store.write``, and is told by ``rules`` what to look at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import orjson
from sqlalchemy import select
from sqlmodel import Session

from coupole.database import in_pieces
from coupole.errors import CoupoleError, Finding
from coupole.node.records import conditions, handing_over, phases
from coupole.node.records.project import Placed, accompaniment, each, found, is_final, located, team_on
from coupole.node.store import Store, journal
from coupole.node.store.changes import Change, Context, Document, RecordInUse, StoredDossier, Written
from coupole.node.store.dossiers import dossiers
from coupole.node.store.tables import RECORD
from coupole.node.store.write import write

HAPPENED: Mapping[str, tuple[str, ...]] = {
    "team_meeting": ("held_on",),
    "evaluation": ("held_on",),
    "follow_up": ("checked_on",),
    "status_observation": ("observed_on",),
    "closure": ("verification/verified_on",),
    "plan": ("signed_on", "signed_by/*/on"),
}
"""Days on which something took place; a star stands for every row of a list."""
ENVELOPE = ("revision", "updated_at", "schema_version", "node", "extensions", "missing")
OPEN_IN_A_SIGNED_PLAN = (*ENVELOPE, "signed_on", "signed_by")
"""What may still change in a plan the person has signed: further signatures, and the workshop's own fields."""


class TransitionRefused(CoupoleError):
    """The file cannot go to that phase yet."""


class MethodRefused(CoupoleError):
    """The method does not allow this change."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a change does to one file. ``before``: none when the file is new."""

    before: StoredDossier | None
    after: StoredDossier
    written: frozenset[str]
    """The identifiers of what was put or deleted."""
    today: date
    correcting: bool

    def former(self, entity: str) -> Mapping[str, Document]:
        """The documents of an entity as they were, by identifier."""
        known = self.before.documents.get(entity, []) if self.before else []
        return {document["id"]: document for document in known}


def today_of(context: Context) -> date:
    """The day of a change where this machine stands."""
    return context.now.astimezone().date()


def change(
    session: Session, store: Store, changes: Sequence[Change], context: Context, *, correcting: bool = False
) -> list[Written]:
    """Make all changes or none of them.

    ``correcting``: somebody who may sets right what was entered by mistake, so that the past may change. Raises
    ``TransitionRefused`` (phases), ``MethodRefused`` (all else) with what stands against it, ``HandOverRefused``, and
    what ``write`` raises.
    """
    journal.hold(session)
    today = today_of(context)
    before = {one.id: one for one in dossiers(session, store.vault, _files(session, changes))}
    with session.begin_nested():  # whoever goes on after a refusal has changed nothing
        written = write(session, store.vault, changes, context)
        transition, other = list[Finding](), [finding for one in written for finding in _not_yet(one, today)]
        identifiers = frozenset(one.id for one in written if one.kind != "unchanged")
        touched = {*before, *_files(session, changes), *(one.id for one in written if one.entity == "accompaniment")}
        for after in dossiers(session, store.vault, sorted(touched)):
            turn = Turn(before.get(after.id), after, identifiers, today, correcting)
            if turn.before is not None and not correcting:
                handing_over.check(turn.before, after, context)
            transition += pointed(after, _blocking(_transition(turn)))
            other += pointed(after, _blocking(_findings(turn)))
        if transition or other:
            kind = TransitionRefused if transition else MethodRefused
            raise kind(findings=[*transition, *(finding for finding in other if finding not in transition)])
    return written


def pointed(dossier: StoredDossier, findings: Iterable[Finding]) -> list[Finding]:
    """The findings with their places told outside the dossier: ``record`` among the words, and a pointer inside it."""
    return [_pointed(dossier, finding) for finding in findings]


def _pointed(dossier: StoredDossier, finding: Finding) -> Finding:
    record, inner = located(dossier, finding.pointer)
    return replace(finding, pointer=inner, params=finding.params | ({"record": record} if record else {}))


def _files(session: Session, changes: Sequence[Change]) -> set[str]:
    """The accompaniments to look at: those a checked document belongs to, is deleted from, or is taken away from."""
    belongs: dict[str, str] = {}
    for piece in in_pieces(change.id for change in changes if change.id):
        query = select(RECORD.c.id, RECORD.c.accompaniment).where(RECORD.c.id.in_(piece))
        belongs.update((row.id, row.accompaniment) for row in session.execute(query) if row.accompaniment)
    found: set[str | None] = set()
    for change in changes:
        was = belongs.get(change.id or "")
        following = (change.document or {}).get("accompaniment", was)
        looked_at = change.entity in CHECKS or change.entity in handing_over.OPENING
        if looked_at or change.document is None or was != following:
            found |= {was, following if isinstance(following, str) else None}
    return {file for file in found if file}


def _blocking(findings: Iterable[Finding]) -> Iterator[Finding]:
    return (finding for finding in findings if finding.blocking)


def _transition(turn: Turn) -> Iterator[Finding]:
    for placed in each(turn.after, "accompaniment"):
        if placed.document["id"] in turn.written:
            yield from _phases(turn, placed, turn.former("accompaniment").get(placed.document["id"]))


def _findings(turn: Turn) -> Iterator[Finding]:
    for entity in CHECKS:
        former = turn.former(entity)
        for placed in each(turn.after, entity):
            if placed.document["id"] in turn.written:
                yield from CHECKS[entity](turn, placed, former.get(placed.document["id"]))
    if turn.before is not None:
        yield from _removed(turn, turn.before)


def _not_yet(written: Written, today: date) -> Iterator[Finding]:
    """What is still to come has not taken place."""
    paths = HAPPENED.get(written.entity)
    if paths and written.body and written.kind != "unchanged":
        document = orjson.loads(written.body)
        for place, day in (told for path in paths for told in _days(document, path.split("/"), "")):
            if day > today.isoformat():
                yield found("not_happened_yet", place, "R12", written.entity, params={"record": written.id})


def _days(value: object, path: Sequence[str], place: str) -> Iterator[tuple[str, str]]:
    if not path:
        yield place, str(value)
    elif path[0] == "*" and isinstance(value, list):
        for number, row in enumerate(value):
            yield from _days(row, path[1:], f"{place}/{number}")
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _days(value[path[0]], path[1:], f"{place}/{path[0]}")


def _phases(turn: Turn, placed: Placed, before: Document | None) -> Iterator[Finding]:
    """R13: phases follow the graph and their guards. What a file brought along from before is not held against it."""
    known = phases.history_findings(turn.before, turn.today) if turn.before else []
    for finding in phases.check_change(turn.after, before, turn.today):
        if finding not in known:
            yield finding
    so_far = [row["phase"] for row in before["phase_history"]] if before else []
    if not turn.correcting and [row["phase"] for row in placed.document["phase_history"]][: len(so_far)] != so_far:
        yield found("phase_history_shortened", f"{placed.place}/phase_history", "R13", "accompaniment")


def _responsible(turn: Turn, placed: Placed, before: Document | None) -> Iterator[Finding]:
    """R4: who takes over a file is in its team, where the periods of both stay readable."""
    responsible = placed.document["responsible"]
    if before is None or before["responsible"] == responsible or not each(turn.after, "team"):
        return
    present = {member["actor"] for member in team_on(turn.after, turn.today) if member["role"] == "project_responsible"}
    if responsible not in present:
        yield found("responsible_not_in_team", f"{placed.place}/responsible", "R4", "team")


def _objective(turn: Turn, placed: Placed, before: Document | None) -> list[Finding]:
    if before is None:
        return conditions.check_objective_added(turn.after, placed)
    return conditions.check_objective_change(turn.after, before, placed)


def _plan(turn: Turn, placed: Placed, before: Document | None) -> Iterator[Finding]:
    """R5: what the person signed stays as it was signed; the next version says what is otherwise now."""
    signed = before is not None and any(one["role"] == "participant" for one in before.get("signed_by", []))
    if before is None or not signed or turn.correcting:
        return
    for field in sorted({*before, *placed.document} - {*OPEN_IN_A_SIGNED_PLAN}):
        if before.get(field) != placed.document.get(field):
            yield found("signed_plan_changed", f"{placed.place}/{field}", "R5", "plan")
    kept = placed.document.get("signed_by", [])
    if any(signature not in kept for signature in before["signed_by"]):
        yield found("signed_plan_changed", f"{placed.place}/signed_by", "R5", "plan")


def _team(turn: Turn, placed: Placed, before: Document | None) -> Iterator[Finding]:
    """R4: who was in the team stays in it, with the last day."""
    kept = {(one["actor"], one["role"], one["from"]) for one in placed.document["members"]}
    for member in before["members"] if before and not turn.correcting else ():
        was_there = member["from"] < turn.today.isoformat()
        if was_there and (member["actor"], member["role"], member["from"]) not in kept:
            yield found("team_member_removed", f"{placed.place}/members", "R4", "team")


def _closure(turn: Turn, placed: Placed, before: Document | None) -> Iterator[Finding]:
    """R9: a file that is closed stays closed for a reason, and after what was verified."""
    if turn.before is not None and is_final(accompaniment(turn.after)["phase"]):
        yield from _newly_unmet(turn.before, turn.after)


def _removed(turn: Turn, before: StoredDossier) -> Iterator[Finding]:
    """Nothing goes that another document names, that a phase rests on, or that the team decided."""
    left = {document["id"] for documents in turn.after.documents.values() for document in documents}
    known = {document["id"] for documents in before.documents.values() for document in documents}
    gone = (known - left) & turn.written
    if not gone:
        return
    if any(name in repr(turn.after.documents) for name in gone):
        raise RecordInUse()
    for placed in each(before, "objective"):
        if placed.document["id"] in gone and "decided_in" in placed.document:
            yield found("objective_removed", "/objective", "R6", "team_meeting")
    yield from _newly_unmet(before, turn.after)


def _newly_unmet(before: StoredDossier, after: StoredDossier) -> list[Finding]:
    """The guards of phases so far that held until now. Places move when a document goes, so that kinds are compared."""
    more = Counter(_blocking_codes(phases.replayed(after))) - Counter(_blocking_codes(phases.replayed(before)))
    return [finding for finding in phases.replayed(after) if finding.blocking and finding.code in more]


def _blocking_codes(findings: Iterable[Finding]) -> list[str]:
    return [finding.code for finding in findings if finding.blocking]


Check = Callable[[Turn, Placed, Document | None], Iterable[Finding]]
CHECKS: Mapping[str, Check] = {
    "accompaniment": _responsible,
    "objective": _objective,
    "plan": _plan,
    "team": _team,
    "closure": _closure,
}
