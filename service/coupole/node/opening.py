"""Opens a node: its keys, its records, the catalogue it counts by. What the service and every command begin with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from coupole.errors import CoupoleError
from coupole.node.settings import PURPOSES, RING, NodeSettings
from coupole.node.statistics.facts import fact_maker
from coupole.node.store import Store, open_store, open_vault
from coupole.node.store.setup import SetupCode, make_setup_code
from coupole.standard.catalogue import Catalogue, load
from coupole.wire.keys import KeyRing

CATALOGUE = ("core", "1.0.0")


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
    return KeyRing.load(settings.key_directory / RING)


@contextmanager
def open_node(settings: NodeSettings) -> Iterator[OpenNode]:
    """The node, open until the end of the block."""
    ring = load_ring(settings)
    catalogue = load(*CATALOGUE)
    store = open_records(settings, ring, catalogue)
    try:
        yield OpenNode(settings, ring, store, catalogue)
    finally:
        store.close()


def open_records(settings: NodeSettings, ring: KeyRing, catalogue: Catalogue) -> Store:
    """The node's records, facts kept by that catalogue."""
    vault = open_vault(settings.key_directory, ring)
    try:
        return open_store(settings.database, settings.node_id, vault, fact_maker(catalogue))
    except BaseException:
        vault.close()
        raise


def create_node(settings: NodeSettings) -> SetupCode:
    """A new, empty node: keys, settings, database; and the code its first member of staff logs in with.

    Raises ``NodeExists`` when there is anything of a node already: a ring written over would lose every record.
    """
    ring_file = settings.key_directory / RING
    if ring_file.exists() or (settings.directory / "coupole.toml").exists():
        raise NodeExists()
    settings.key_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    KeyRing.create(PURPOSES).save(ring_file)
    settings.save()
    with open_node(settings) as node, node.store.writing() as session:
        return make_setup_code(session)
