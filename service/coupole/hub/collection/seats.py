"""Who works on a hub's collections: each process on a numbered seat, which is a lock that goes with the process.

Nobody has to guess from a clock whether another is alive: who can sit down on its seat knows that it is gone.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import NullPool, create_engine, make_url, text

FAMILY = 0x436F75
"""Of the advisory locks that seats are, in a database that other programs may use too."""


@dataclass(frozen=True, slots=True)
class Seats:
    """The seats of the processes that work on one hub. ``url``: the hub's database."""

    url: str

    @property
    def file(self) -> Path | None:
        """Where DBOS keeps its own with SQLite: beside the hub's database, which it would only hold up."""
        found = make_url(self.url)
        path = Path(found.database or "")
        return path.with_stem(f"{path.stem}-engine") if found.get_backend_name() == "sqlite" else None

    def take(self, number: int) -> Callable[[], None] | None:
        """Sit down: how to leave again; none when somebody sits there."""
        return self._lock_file(self.file, number) if self.file else self._lock_row(number)

    def first_free(self) -> tuple[int, Callable[[], None]]:
        """The first seat that was free, and how to leave it."""
        return next((number, leave) for number in itertools.count(1) if (leave := self.take(number)))

    @staticmethod
    def _lock_file(file: Path, number: int) -> Callable[[], None] | None:
        """An empty database held in a transaction: the one lock of files that every system has."""
        held = sqlite3.connect(
            file.with_suffix(f".seat{number}"), timeout=0, isolation_level=None, check_same_thread=False
        )
        try:
            held.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            held.close()
            return None
        return held.close

    def _lock_row(self, number: int) -> Callable[[], None] | None:
        """A lock of the session. The server notices within a minute when the machine behind it is gone."""
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        held = engine.connect()
        for name, seconds in (("idle", 30), ("interval", 10), ("count", 3)):
            held.execute(text(f"SET tcp_keepalives_{name} = {seconds}"))
        if held.scalar(text("SELECT pg_try_advisory_lock(:family, :number)"), {"family": FAMILY, "number": number}):
            return held.close
        held.close()
        return None
