"""The ledger of what left this node: written before it leaves, in the hash of the very bytes."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlmodel import Session, col, select

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
