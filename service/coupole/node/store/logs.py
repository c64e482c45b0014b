"""The two logs of people who work here, each line holding the hash of the one before, as the journal's rows do.

    hash = SHA-256(previous + JSON list of the line's plain values and the length of its reason + reason)

Lines are cleared away from the front when they are old enough, so a log keeps where it begins now beside where it ends.
A cut tail is found by an end kept elsewhere, as with the journal.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import orjson
from sqlalchemy import Table, delete, func, select, update
from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.node.store import journal
from coupole.node.store.journal import ChainReport, End
from coupole.node.store.staff_tables import LOG_END, OPENING, STAFF_EVENT, Opening, StaffEvent

Log = Literal["staff_event", "opening"]
TABLES: dict[Log, Table] = {"staff_event": STAFF_EVENT, "opening": OPENING}
NOT_HASHED = ("reason", "previous", "hash")
"""The reason is hashed as the bytes it is; the others are what is made."""


class LogBroken(CoupoleError):
    """A log was changed behind the service's back."""


@dataclass(frozen=True, slots=True)
class Span:
    """The last line that was cleared away, and the last there is."""

    cut: End
    end: End


def genesis(log: Log) -> bytes:
    """What stands before the first line of a log; the migration writes it into an empty one."""
    return hashlib.sha256(f"coupole log {log} 1".encode()).digest()


def append(session: Session, row: StaffEvent | Opening) -> None:
    """Add a line at the end of its log; until the session closes nobody else can."""
    log: Log = "opening" if isinstance(row, Opening) else "staff_event"
    journal.hold(session)  # always first, so that no two sessions wait for each other
    end = _span(session, log).end
    row.seq, row.previous = end.seq + 1, end.hash
    plain = [getattr(row, column.name) for column in TABLES[log].columns if column.name not in NOT_HASHED]
    row.hash = digest(row.previous, plain, getattr(row, "reason", None))
    session.add(row)
    session.flush()
    session.execute(update(LOG_END).where(LOG_END.c.log == log).values(seq=row.seq, hash=row.hash))


def clear(session: Session, log: Log, until: datetime) -> None:
    """Take away the lines from the front that are as old as that moment; a younger one keeps those behind it."""
    table = TABLES[log]
    journal.hold(session)
    kept = session.scalar(select(func.min(table.c.seq)).where(table.c.at > until))
    cut = select(table.c.seq, table.c.hash).order_by(table.c.seq.desc()).limit(1)
    last = session.execute(cut if kept is None else cut.where(table.c.seq < kept)).one_or_none()
    if last:
        session.execute(delete(table).where(table.c.seq <= last.seq))
        session.execute(update(LOG_END).where(LOG_END.c.log == log).values(cut_seq=last.seq, cut_hash=last.hash))


def digest(previous: bytes, plain: list[object], reason: bytes | None) -> bytes:
    """The hash of a line after the one whose hash is ``previous``."""
    values = [value.isoformat() if isinstance(value, datetime) else value for value in plain]
    written = orjson.dumps([*values, None if reason is None else len(reason)])
    return hashlib.sha256(b"".join((previous, written, reason or b""))).digest()


def verify(session: Session, log: Log, known: End | None = None) -> ChainReport:
    """Follow a log from its first line. ``known``: an end kept elsewhere, which must be one of its lines.

    An end that was cleared away since, as old lines are, is no longer looked for.
    """
    table, span, rows = TABLES[log], _span(session, log), 0
    seq, previous, broken = span.cut.seq, span.cut.hash, None
    for row in session.execute(select(table).order_by(table.c.seq).execution_options(yield_per=1000)):
        values = row._mapping
        plain = [values[column.name] for column in table.columns if column.name not in NOT_HASHED]
        contradicted = known is not None and known.seq == row.seq and known.hash != row.hash
        follows = row.previous == previous and row.seq > seq
        if contradicted or not follows or row.hash != digest(previous, plain, values.get("reason")):
            broken = min(seq + 1, row.seq)
            break
        seq, previous, rows = row.seq, row.hash, rows + 1
    if broken is None and span.end != End(seq, previous):
        broken = seq if seq == span.end.seq else min(seq, span.end.seq) + 1
    if broken is None and known and known.seq > seq:
        broken = seq + 1
    return ChainReport(rows, span.end, broken)


def _span(session: Session, log: Log) -> Span:
    row = session.execute(select(LOG_END).where(LOG_END.c.log == log)).one()
    return Span(End(row.cut_seq, row.cut_hash), End(row.seq, row.hash))
