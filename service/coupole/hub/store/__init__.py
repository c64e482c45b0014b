"""Where a hub keeps everything: members, rounds and their outcomes, releases as evidence, what was published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from coupole import database
from coupole.database import Store
from coupole.hub.store import joining_tables, open_data, sealed_tables
from coupole.hub.store.migrating import migrate
from coupole.standard.catalogue import Catalogue

__all__ = ["Hub", "Store", "joining_tables", "open_data", "open_store", "sealed_tables"]


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
