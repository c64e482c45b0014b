"""Where a hub keeps everything: members, rounds and their outcomes, releases as evidence, what was published."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from coupole import database
from coupole.hub.store.migrating import migrate
from coupole.standard.catalogue import Catalogue

__all__ = ["Hub", "Store", "open_store"]


@dataclass(frozen=True, slots=True)
class Store:
    """A hub's database, open."""

    engine: Engine

    def reading(self) -> AbstractContextManager[Session]:
        """A session on one snapshot."""
        return database.reading(self.engine)

    def writing(self) -> AbstractContextManager[Session]:
        """A session that may write; committed at the end, undone by any exception."""
        return database.writing(self.engine)

    def close(self) -> None:
        """Give back connections."""
        self.engine.dispose()


@dataclass(frozen=True, slots=True)
class Hub:
    """An open hub: who it is, what it collects, where it keeps it, and the public half of its signing keys."""

    name: str
    issuer: str
    catalogue: Catalogue
    store: Store
    keys: dict[str, Any]


def open_store(url: str) -> Store:
    """Open a hub's database, brought to the newest form."""
    engine = database.engine(url)
    migrate(engine)
    return Store(engine)
