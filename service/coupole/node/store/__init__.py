"""Where a node keeps everything: journal, records, facts, the keys of people.

with store.writing() as session:
    write(session, store.vault, [Change("participant", document)], store.context(actor="anna"))
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlmodel import Session

from coupole import database
from coupole.node.store import (
    backup,
    choices,
    erasure,
    facts,
    federation_tables,
    journal,
    logs,
    reminder_tables,
    sealing_tables,
    sheets,
    staff_tables,
)
from coupole.node.store.changes import Context, FactMaker
from coupole.node.store.journal import ChainBroken
from coupole.node.store.logs import LogBroken
from coupole.node.store.migrating import migrate
from coupole.node.store.tokens import NodeTokens
from coupole.node.store.vault import NODE, Vault
from coupole.wire.keys import KeyRing

__all__ = [
    "Store",
    "choices",
    "federation_tables",
    "open_store",
    "open_vault",
    "reminder_tables",
    "restore",
    "sealing_tables",
    "staff_tables",
]


@dataclass(frozen=True, slots=True)
class Store(database.Store):
    """A node's database and the keys of its people, open."""

    node: str
    vault: Vault
    make_facts: FactMaker | None = None

    def looking(self) -> AbstractContextManager[Connection]:
        """A bare connection on one snapshot, for the reads that come by the thousand: half the price of a session."""
        return self.engine.connect()

    def context(
        self, actor: str, *, client: str | None = None, reason: str | None = None, now: datetime | None = None
    ) -> Context:
        """Who writes, when and why."""
        return Context(self.node, actor, now or datetime.now(UTC), client, reason, self.make_facts)

    def tokens(self) -> NodeTokens:
        """Clients and tokens."""
        return NodeTokens(self.engine)

    def refresh_facts(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Make every stale dossier's facts, in short transactions; how many. ``progress(done, all)`` after each."""
        if self.make_facts is None:
            return 0
        with self.reading() as session:
            total = facts.stale_count(session)
        done = 0
        while total:
            with self.writing() as session:
                made = facts.refresh_some(session, self.vault, self.make_facts)
            if not made:
                break
            done += made
            if progress:
                progress(done, max(done, total))
        return done

    def erase(self, participant: str, context: Context) -> bool:
        """Forget a person; see ``erasure.erase``."""
        return erasure.erase(self.engine, self.vault, participant, context)

    def finish_erasures(self) -> bool:
        """Destroy keys that are spent; see ``erasure.finish_erasures``."""
        return erasure.finish_erasures(self.engine, self.vault)

    def back_up(self, target: Path) -> None:
        """Copy the database, without facts and keys; see ``backup.back_up``."""
        backup.back_up(self.engine, target)

    def close(self) -> None:
        """Give back connections and forget keys."""
        database.Store.close(self)  # a class with slots is made anew, which ``super()`` does not see
        self.vault.close()


def open_vault(keys: Path, ring: KeyRing) -> Vault:
    """The keys of people in the key directory, opened with the node's master keys."""
    masters = {key.kid: key.secret for key in ring.of("master")}
    return Vault(keys / "people.sqlite", masters, ring.active("master").kid)


def open_store(place: str | Engine, node: str, vault: Vault, make_facts: FactMaker | None = None) -> Store:
    """Open a node's database (its URL or engine), brought to the newest form, and finish what was interrupted."""
    engine = database.engine(place) if isinstance(place, str) else place
    migrate(engine)
    vault.create([NODE])
    sheets.tidy(engine, datetime.now(UTC))
    erasure.finish_erasures(engine, vault)
    return Store(engine, node, vault, make_facts)


def restore(file: Path, url: str, node: str, vault: Vault, context: Context) -> Store:
    """Open a backup in the place of a database that is not there (any more).

    The chains are checked, people erased since the backup are erased again, all facts are to be made anew. Raises
    ``BackupExists``, ``BackupUnreadable``, ``ChainBroken``, ``LogBroken``.
    """
    engine = database.engine(url)
    target = backup.database_file(engine)
    engine.dispose()
    backup.put_back(file, target)
    opened = open_store(url, node, vault, context.make_facts)
    try:
        with opened.reading() as session:
            _whole(session)
    except (ChainBroken, LogBroken):
        opened.close()
        raise
    with opened.writing() as session:
        erasure.erase_again(session, vault, context)
        facts.mark_all_stale(session)
    erasure.finish_erasures(opened.engine, vault)
    return opened


def _whole(session: Session) -> None:
    """Raise ``ChainBroken`` or ``LogBroken`` at the first row that is not as it was written."""
    if (broken := journal.verify_chain(session).broken_at) is not None:
        raise ChainBroken(row=broken)
    for log in logs.TABLES:
        if (broken := logs.verify(session, log).broken_at) is not None:
            raise LogBroken(row=broken)
