"""The ledger of what left this node: written before it leaves, in the hash of the very bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from sqlmodel import Session, col, func, select

from coupole.node.store.tables import Egress


def record_egress(
    session: Session,
    *,
    client: str,
    what: str,
    sha256: str,
    size: int,
    period: str | None = None,
    revision: int | None = None,
) -> None:
    """Note one thing that is about to leave."""
    row = Egress(
        at=datetime.now(UTC), client=client, what=what, period=period, revision=revision, sha256=sha256, size=size
    )
    session.add(row)
    session.flush()


def egress(session: Session, after: int = 0, limit: int = 200) -> list[Egress]:
    """What left, oldest first, from behind row ``after``."""
    query = select(Egress).where(col(Egress.seq) > after).order_by(col(Egress.seq)).limit(limit)
    return list(session.exec(query))


def newest(session: Session, *, client: str | None = None, before: int | None = None, limit: int = 50) -> list[Egress]:
    """What left last, newest first, from before row ``before``; to one receiver, if asked."""
    query = select(Egress).order_by(col(Egress.seq).desc()).limit(limit)
    query = query if client is None else query.where(Egress.client == client)
    return list(session.exec(query if before is None else query.where(col(Egress.seq) < before)))


class Receiver(NamedTuple):
    """Somebody to whom something left: how often, and when first and last."""

    client: str
    times: int
    first: datetime
    last: datetime


def receivers(session: Session) -> list[Receiver]:
    """Everybody to whom something left, the latest first."""
    last = func.max(Egress.at)
    query = select(Egress.client, func.count(), func.min(Egress.at), last).group_by(col(Egress.client))
    return [Receiver(*row) for row in session.exec(query.order_by(last.desc()))]
