"""Opens a node: its keys, its records, the catalogue it counts by. What the service and every command begin with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import formataddr
from pathlib import Path

from sqlalchemy import Engine

from coupole.errors import CoupoleError
from coupole.node.reminders.sending import MailServer
from coupole.node.settings import MAIL_PASSWORD, PURPOSES, NodeSettings
from coupole.node.statistics import releasing
from coupole.node.statistics.facts import fact_maker
from coupole.node.store import Store, open_store, open_vault, restore
from coupole.node.store.changes import Context
from coupole.node.store.setup import SetupCode, make_setup_code
from coupole.standard.catalogue import Catalogue, load
from coupole.wire.keys import KeyRing

CATALOGUE = ("core", "1.0.0")
WITHDRAWN = ("sign", "token")
"""The keys that others believe: with them a thief passes for this node."""


class NodeExists(CoupoleError):
    """There is a node in this place already; it was left alone."""


@dataclass(frozen=True, slots=True)
class OpenNode:
    """A node's settings, keys, records and catalogue."""

    settings: NodeSettings
    ring: KeyRing
    store: Store
    catalogue: Catalogue


def load_ring(settings: NodeSettings) -> KeyRing:
    """The node's keys. Raises ``KeyRingMissing``, ``KeyRingExposed``, ``KeyRingUnreadable``."""
    return KeyRing.load(settings.ring)


@contextmanager
def _closing(settings: NodeSettings, ring: KeyRing, store: Store, catalogue: Catalogue) -> Iterator[OpenNode]:
    try:
        yield OpenNode(settings, ring, store, catalogue)
    finally:
        store.close()


@contextmanager
def open_node(settings: NodeSettings) -> Iterator[OpenNode]:
    """The node, open until the end of the block."""
    ring = load_ring(settings)
    catalogue = load(*CATALOGUE)
    with _closing(settings, ring, open_records(settings, ring, catalogue), catalogue) as node:
        yield node


@contextmanager
def restore_node(settings: NodeSettings, source: Path, actor: str) -> Iterator[OpenNode]:
    """The node with a backup in the place of its records, which must be gone; open until the end of the block."""
    ring = load_ring(settings)
    catalogue = load(*CATALOGUE)
    vault = open_vault(settings.key_directory, ring)
    context = Context(settings.node_id, actor, datetime.now(UTC), make_facts=fact_maker(catalogue))
    try:
        store = restore(source, settings.database, settings.node_id, vault, context)
    except BaseException:
        vault.close()
        raise
    with _closing(settings, ring, store, catalogue) as node:
        yield node


def rotate_key(settings: NodeSettings, purpose: str) -> tuple[str, int]:
    """Put a new key in use: its identifier, and how many keys of people were wrapped anew with it."""
    ring = load_ring(settings)
    made = ring.rotate(purpose)
    ring.save(settings.ring)
    if purpose != "master":
        return made.kid, 0
    vault = open_vault(settings.key_directory, ring)
    try:
        return made.kid, vault.rewrap()
    finally:
        vault.close()


def withdraw_keys(settings: NodeSettings) -> KeyRing:
    """Put fresh keys for tokens and signatures in use and forget the old ones, which somebody else may hold.

    What this node released before is signed anew: the figures are its own, only the old signature is worth nothing.
    Gives the ring as it is now; asked again after a fault it goes on with keys fresher still.
    """
    ring = load_ring(settings)
    for purpose in WITHDRAWN:
        ring.withdraw(purpose)
    ring.save(settings.ring)
    with open_node(settings) as node, node.store.writing() as session:
        releasing.sign_anew(session, node.ring)
    return ring


def open_records(settings: NodeSettings, ring: KeyRing, catalogue: Catalogue, engine: Engine | None = None) -> Store:
    """The node's records, facts kept by that catalogue. ``engine``: of their database, when there is one already."""
    vault = open_vault(settings.key_directory, ring)
    try:
        return open_store(engine or settings.database, settings.node_id, vault, fact_maker(catalogue))
    except BaseException:
        vault.close()
        raise


def mail_server(settings: NodeSettings) -> MailServer | None:
    """Where letters go, with the password of the key directory if there is one; none when no server is set."""
    if not settings.mail_host:
        return None
    secret = settings.key_directory / MAIL_PASSWORD
    return MailServer(
        host=settings.mail_host,
        port=settings.mail_port,
        security=settings.mail_security,
        sender=formataddr((settings.name, settings.mail_sender)),
        user=settings.mail_user or None,
        password=secret.read_text("utf-8").strip() if settings.mail_user and secret.is_file() else None,
    )


def create_node(settings: NodeSettings) -> SetupCode:
    """A new, empty node: keys, settings, database; and the code its first member of staff logs in with.

    Raises ``NodeExists`` when there is anything of a node already: a ring written over would lose every record.
    """
    ring_file = settings.ring
    if ring_file.exists() or settings.file.exists():
        raise NodeExists()
    settings.key_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    KeyRing.create(PURPOSES).save(ring_file)
    settings.save()
    with open_node(settings) as node, node.store.writing() as session:
        return make_setup_code(session)
