"""Imports: what every row would do, then doing it.

Nothing is written before somebody saw ``plan``. A file is written in pieces, each one transaction together with the row
of ``import_run`` that says how far it came: an import that is killed goes on where it was, and one that is run twice
finds everything unchanged. What comes by the API is one transaction as a whole (``write_all``).
"""

from __future__ import annotations

import gc
import hashlib
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sqlmodel import Session, col, select
from ulid import ULID

from coupole.errors import CoupoleError, Finding
from coupole.node.records.reading import PIECE, Row, as_finding
from coupole.node.store import Store
from coupole.node.store.batch import Work
from coupole.node.store.changes import Change, Context, Refused, Written
from coupole.node.store.journal import End, end, hold
from coupole.node.store.queries import standing
from coupole.node.store.tables import ImportRun
from coupole.node.store.write import Rehearsal, write_groups, write_rehearsed
from coupole.standard.sentences import sentence

Outcome = Literal["created", "replaced", "unchanged", "refused"]
Answers = list[list[Written | Refused]]

TOGETHER = 5_000
"""About as many documents are written in one transaction: long enough to cost little, short enough to let others in."""

KEPT = 20_000
"""So many rows and documents together of a dry run are kept in memory for the write: some 100 MB at most."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one row, or would become of it. ``findings``: why it was refused."""

    row: int
    outcome: Outcome
    documents: list[dict[str, str | int]]
    findings: list[Finding]

    def explained(self, language: str) -> dict[str, Any]:
        """The verdict as JSON, its reasons in words."""
        plain: dict[str, Any] = {"row": self.row, "outcome": self.outcome, "documents": self.documents}
        if self.findings:
            plain["errors"] = [explained(finding, language) for finding in self.findings]
        return plain


def explained(finding: Finding, language: str) -> dict[str, str | int]:
    """One reason: its code, place and rule, one sentence and what to do."""
    words = sentence(finding.code, language, finding.params)
    plain = {"code": finding.code, "pointer": finding.pointer, "rule": finding.rule}
    column = {"column": finding.params["column"]} if "column" in finding.params else {}
    return {**plain, **column, "detail": words.title, "remedy": words.remedy}


class Kept:
    """What a dry run made of all rows, in memory and nowhere else, good for one write; nothing when it was too much."""

    def __init__(self, room: int = KEPT) -> None:
        self.as_of: End | None = None
        """The end of the journal that the next piece stands on; none while it is not known that these are all."""
        self.pieces: deque[tuple[list[Verdict], Work]] = deque()
        self._room = room

    def add(self, verdicts: list[Verdict], work: Work) -> None:
        """One more piece."""
        self._room -= len(verdicts) + len(work.entries)
        if self._room >= 0:
            self.pieces.append((verdicts, work))
        else:
            self.pieces.clear()

    def close(self, as_of: End) -> None:
        """There are no more."""
        self.as_of = as_of if self._room >= 0 else None

    @property
    def spent(self) -> bool:
        """Whether every row was written."""
        return self.as_of is not None and not self.pieces


def plan(
    session: Session, rows: Iterable[Row], store: Store, context: Context, kept: Kept | None = None
) -> Iterator[Verdict]:
    """What each row would do; nothing is written and nobody is kept waiting.

    ``kept`` takes what was made on the way, for ``write_in_pieces``.
    """
    rehearsal = Rehearsal(session, store.vault, context)
    with _in_one_go():
        for piece in _pieces(rows):
            verdicts = list(_verdicts(piece, rehearsal.read(_groups(session, piece))))
            if kept is not None:
                kept.add(verdicts, rehearsal.work)
            yield from verdicts
    if kept is not None:
        kept.close(rehearsal.as_of)


def write_all(session: Session, rows: Iterable[Row], store: Store, context: Context) -> Iterator[Verdict]:
    """Write every row that can be written, in the caller's transaction."""
    hold(session)
    with _in_one_go():
        for piece in _pieces(rows):
            yield from _verdicts(piece, write_groups(session, store.vault, _groups(session, piece), context))


@dataclass(frozen=True, slots=True)
class Source:
    """A file to import, known by the hashes of its content and of the mapping with its parameters."""

    sha256: str
    mapping_sha256: str | None = None


def unfinished(session: Session, source: Source) -> ImportRun | None:
    """The import of this very file that did not come to its end."""
    query = select(ImportRun).where(
        ImportRun.source_sha256 == source.sha256,
        ImportRun.mapping_sha256 == source.mapping_sha256,
        col(ImportRun.ended_at).is_(None),
    )
    return session.exec(query.order_by(col(ImportRun.started_at).desc())).first()


def write_in_pieces(
    store: Store,
    rows: Iterable[Row],
    source: Source,
    actor: str,
    together: int | None = None,
    kept: Kept | None = None,
) -> Iterator[Verdict]:
    """Write every row that can be written, from where the last attempt stopped; a row whole or not at all.

    ``together``: about how many documents share a transaction, fewer when somebody watches them go. ``kept``: what a
    dry run made of these rows; it is written as it is as long as nobody else writes.
    """
    run = _begin(store, source, actor)
    done = run.rows_done
    with _in_one_go():
        if kept is not None and not done:
            for verdicts in _write_kept(store, run.id, kept, actor):
                done += len(verdicts)
                yield from verdicts
        left = () if kept is not None and kept.spent else rows
        ahead = (row for place, row in enumerate(left) if place >= done)
        for piece in _pieces(ahead, together):
            with store.writing() as session:
                hold(session)
                answers = write_groups(session, store.vault, _groups(session, piece), store.context(actor))
                verdicts = list(_verdicts(piece, answers))
                done += len(piece)
                _advance(session, run.id, done, verdicts)
            yield from verdicts
    with store.writing() as session:
        session.get_one(ImportRun, run.id).ended_at = datetime.now(UTC)


def _write_kept(store: Store, run_id: str, kept: Kept, actor: str) -> Iterator[list[Verdict]]:
    done = 0
    while kept.as_of is not None and kept.pieces:
        verdicts, work = kept.pieces[0]
        with store.writing() as session:
            hold(session)
            if not write_rehearsed(session, store.vault, work, kept.as_of, store.context(actor)):
                return
            kept.as_of = end(session)
            done += len(verdicts)
            _advance(session, run_id, done, verdicts)
        kept.pieces.popleft()
        yield verdicts


def _begin(store: Store, source: Source, actor: str) -> ImportRun:
    with store.writing() as session:
        run = unfinished(session, source)
        if run is None:
            run = ImportRun(
                id=str(ULID()),
                source_sha256=source.sha256,
                mapping_sha256=source.mapping_sha256,
                actor=actor,
                started_at=datetime.now(UTC),
            )
            session.add(run)
        return run


def _advance(session: Session, run_id: str, done: int, verdicts: list[Verdict]) -> None:
    """Documents that were made, replaced or left, and rows that were refused."""
    tally = count(verdicts)
    run = session.get_one(ImportRun, run_id)
    run.rows_done = done
    run.created += tally["created"]
    run.replaced += tally["replaced"]
    run.unchanged += tally["unchanged"]
    run.refused += tally["refused"]


def count(verdicts: Iterable[Verdict]) -> Counter[str]:
    """Documents by outcome; of refused rows the rows."""
    found: Counter[str] = Counter(created=0, replaced=0, unchanged=0, refused=0)
    for verdict in verdicts:
        if verdict.outcome == "refused":
            found["refused"] += 1
        else:
            found.update(str(document["outcome"]) for document in verdict.documents)
    return found


def hash_of(path: Path) -> str:
    """SHA-256 of a file's content."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


@contextmanager
def _in_one_go() -> Iterator[None]:
    """Without the search for cyclic garbage: documents hold none, and looking for it took a third of the time."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()


def _pieces(rows: Iterable[Row], together: int | None = None) -> Iterator[list[Row]]:
    piece: list[Row] = []
    weight = 0
    for row in rows:
        piece.append(row)
        weight += max(1, len(row.changes))
        if weight >= (together or TOGETHER):
            yield piece
            piece, weight = [], 0
    if piece:
        yield piece


def _groups(session: Session, piece: list[Row]) -> list[list[Change]]:
    """The changes of each usable row; what is known is replaced as it stands now, or as the row says it was seen."""
    named = {change.id for row in piece for change in row.changes if change.id}
    known = standing(session, named)
    return [[_expecting(change, known) for change in row.changes] for row in piece]


def _expecting(change: Change, known: Mapping[str, int]) -> Change:
    if change.id is None or change.id not in known or change.expect is not None:
        return change
    return replace(change, expect=known[change.id])


def _verdicts(piece: list[Row], answers: Answers) -> Iterator[Verdict]:
    for row, group in zip(piece, answers, strict=True):
        yield _refused(row, group) if row.findings or _refusals(group) else _accepted(row, group)


def _refusals(group: list[Written | Refused]) -> list[tuple[int, CoupoleError]]:
    return [(place, answer.error) for place, answer in enumerate(group) if isinstance(answer, Refused)]


def _accepted(row: Row, group: list[Written | Refused]) -> Verdict:
    documents: list[dict[str, str | int]] = [
        {"entity": answer.entity, "id": answer.id, "revision": answer.revision, "outcome": answer.kind}
        for answer in group
        if isinstance(answer, Written)
    ]
    kinds = {document["outcome"] for document in documents}
    outcome: Outcome = "replaced" if "replaced" in kinds else "created" if "created" in kinds else "unchanged"
    return Verdict(row.number, outcome, documents, [])


def _refused(row: Row, group: list[Written | Refused]) -> Verdict:
    findings = list(row.findings)
    for place, error in _refusals(group):
        for finding in error.findings or (as_finding(error),):
            column = column_of(row, place, finding.pointer)
            findings.append(replace(finding, params={**finding.params, "column": column}) if column else finding)
    documents: list[dict[str, str | int]] = []
    for change in row.changes:
        record = change.id or (change.document or {}).get("id")
        if isinstance(record, str):
            documents.append({"entity": change.entity, "id": record, "outcome": "refused"})
    return Verdict(row.number, "refused", documents, findings)


def column_of(row: Row, place: int, pointer: str) -> str | None:
    """The column a place of a document came from, or one that a part of it came from."""
    exact = row.columns.get((place, pointer))
    if exact:
        return exact
    for (position, inner), column in row.columns.items():
        if position == place and pointer and (inner.startswith(pointer + "/") or pointer.startswith(inner + "/")):
            return column
    return None
