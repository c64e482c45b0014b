"""What a workshop decides for itself in daily work, each with who decided it and when.

The settings file holds what the machine and its safety need (addresses, keys, limits, the mail server); whoever runs
the machine changes it, and the program starts anew. What an admin may change from a page without that stands here.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date, datetime

from sqlmodel import Field, Session, select

from coupole.database import Utc
from coupole.node.store.tables import NodeTable
from coupole.standard.calendar import add_months

YEARS = range(1, 51)


class Choice(NodeTable, table=True):
    """One thing that was decided; what nobody decided is as the program has it."""

    __tablename__ = "choice"

    name: str = Field(primary_key=True)
    value: int
    actor: str
    at: datetime = Field(sa_type=Utc)


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything there is to decide."""

    retention_years: int = 5
    """Years a file is kept after it was closed. ESF+ asks for five from the end of the year of the last payment."""


def choices(session: Session) -> Choices:
    """What holds today."""
    known = {field.name for field in fields(Choices)}
    decided = {row.name: row.value for row in session.exec(select(Choice)) if row.name in known}
    return Choices(**decided)


def choose(session: Session, chosen: Choices, actor: str, now: datetime) -> bool:
    """Decide; whether anything is otherwise now. Raises ``ValueError`` for years that are none."""
    if chosen.retention_years not in YEARS:
        raise ValueError("retention_years")
    before = asdict(choices(session))
    changed = {name: value for name, value in asdict(chosen).items() if before[name] != value}
    for name, value in changed.items():
        session.merge(Choice(name=name, value=value, actor=actor, at=now))
    session.flush()
    return bool(changed)


def kept_until(closed_on: date, chosen: Choices) -> date:
    """The last day a file that was closed on that day has to be kept."""
    return add_months(closed_on, 12 * chosen.retention_years)
