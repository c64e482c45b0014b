"""What a person decided about who may read a dataset: the newest decision about it counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Row, select
from sqlmodel import Field, Session

from coupole.database import Utc
from coupole.hub.store.tables import HubTable, Number


class DatasetEvent(HubTable, table=True):
    """That datasets were opened to everybody, or closed again; only ever added to."""

    __tablename__ = "dataset_event"

    seq: int | None = Field(default=None, sa_column=Column(Number, primary_key=True, autoincrement=True))
    at: datetime = Field(sa_type=Utc)
    dataset: str
    """Its name, which stands for all whose names begin with it and a full stop; ``*`` for all there are and will be."""
    what: str
    """opened or closed."""
    licence: str
    """Address of the terms it may be used under; empty when none were named."""
    actor: str


DATASET_EVENT = HubTable.metadata.tables["dataset_event"]


def decided(session: Session, dataset: str, what: str, licence: str, actor: str, now: datetime) -> None:
    """Keep a decision."""
    session.add(DatasetEvent(at=now, dataset=dataset, what=what, licence=licence, actor=actor))


def decisions(session: Session) -> list[Row[Any]]:
    """All decisions, the oldest first: dataset, what and licence."""
    columns = (DATASET_EVENT.c[name] for name in ("dataset", "what", "licence"))
    return list(session.execute(select(*columns).order_by(DATASET_EVENT.c.seq)))
