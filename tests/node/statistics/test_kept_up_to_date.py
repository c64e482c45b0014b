"""Facts kept write by write in a node's store are the facts made from nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select, update

from coupole.node.statistics.counting import FactsStale, count
from coupole.node.statistics.facts import fact_maker
from coupole.node.store import Store, open_store, open_vault
from coupole.node.store.changes import Change
from coupole.node.store.facts import levels, mark_all_stale, read_facts
from coupole.node.store.queries import read
from coupole.node.store.tables import FACT, RECORD
from coupole.node.store.vault import NODE as NOBODY
from coupole.node.store.vault import seal
from coupole.standard.calendar import parse_period
from tests import factories
from tests.benchmarks.people import file
from tests.factories import NODE, id_of
from tests.node.statistics.counted import CORE, SECRET, cells, counted
from tests.stores import change, entity_of, keep, replace

YEAR = parse_period("2025")


@pytest.fixture
def node(tmp_path: Path, keys: Path, ring) -> Iterator[Store]:
    """An empty node on SQLite that counts by the core catalogue."""
    vault = open_vault(keys, ring)
    opened = open_store(f"sqlite:///{tmp_path / 'node.sqlite'}", NODE, vault, fact_maker(CORE))
    yield opened
    opened.close()


def kept(store):
    """The packed facts of every dossier."""
    everything = parse_period("1990").first, parse_period("2099").last
    with store.reading() as session:
        return dict(read_facts(session, store.vault, *everything)), levels(session)


def rebuilt(store):
    with store.writing() as session:
        mark_all_stale(session)
    store.refresh_facts()
    return kept(store)


def current(store, record):
    with store.reading() as session:
        return read(session, store.vault, record)


def something(chance, store, files):
    """One thing that may happen at a workshop."""
    with store.reading() as session:
        living = set(session.scalars(select(RECORD.c.id)))
    documents = [one["id"] for number in files for one in file(number) if one["id"] in living]
    chosen = current(store, chance.choice(documents))
    expect = chosen["revision"]
    fields = {
        "participant": {"sex": chance.choice("FMXU"), "birth_date": chance.choice(("1970", "2004-02", "1999-12-31"))},
        "accompaniment": {"pathway": chance.choice(("transition", "work_care", "training"))},
        "referral": {"source_type": chance.choice(("justice_service", "self_or_family"))},
        "placement": {"sector": chance.choice(("construction", "ict")), "host": id_of("organisation", 2)},
        "contribution": {"amount_minor": chance.randrange(10**9), "currency": chance.choice(("EUR", "CHF"))},
        "team_meeting": {"type": chance.choice(("team_monthly", "host_visit"))},
    }.get(entity_of(chosen), {"extensions": {"org.example": {"n": chance.randrange(10**6)}}})
    if entity_of(chosen) in ("placement", "contribution", "team_meeting", "action") and chance.random() < 0.3:
        return Change(entity_of(chosen), None, id=chosen["id"], expect=expect)
    return replace(chosen, expect=expect, **fields)


@pytest.mark.parametrize("seed", range(3))
def test_facts_kept_write_by_write_are_those_made_from_nothing(node: Store, seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - what happens at a workshop
    keep(node, factories.SHARED)
    files: list[int] = []
    for step in range(25):
        if step % 5 == 0:
            files.append(seed * 100 + step + 1)
            keep(node, file(files[-1]))
            continue
        change(node, something(chance, node, files))
        before = kept(node)

        assert before[0]
        assert before == rebuilt(node)


def test_what_lies_outside_a_file_is_in_its_facts(node: Store) -> None:
    keep(node, [*factories.SHARED, *file(1)])
    change(node, replace(factories.agreement(1), type="mandate", signed_on="2030-01-01"))
    change(node, replace(factories.organisation(1), types=["ordinary_enterprise"], country="IT"))

    assert kept(node) == rebuilt(node)


def test_a_node_counts_what_plain_documents_give(node: Store) -> None:
    documents = [*factories.SHARED, *(one for number in range(1, 9) for one in file(number))]
    keep(node, documents)
    node.refresh_facts()
    with node.reading() as session:
        ours = count(session, node.vault, CORE, YEAR, SECRET)
    theirs = counted(documents, "2025")

    assert len(cells(ours)) > 500
    assert cells(ours) == cells(theirs)
    assert ours.headcount == theirs.headcount > 0


def test_nothing_is_counted_while_facts_wait_to_be_made(node: Store) -> None:
    keep(node, [*factories.SHARED, *(one for number in range(1, 25) for one in file(number))])
    with node.reading() as session, pytest.raises(FactsStale):
        count(session, node.vault, CORE, YEAR, SECRET)

    node.refresh_facts()
    with node.reading() as session:
        assert count(session, node.vault, CORE, YEAR, SECRET).headcount > 0


@pytest.mark.parametrize("other", [slice(0, 4), slice(6, 8)], ids=["of another catalogue", "packed in another way"])
def test_facts_that_would_be_read_wrongly_are_not_counted(node: Store, other: slice) -> None:
    keep(node, [*factories.SHARED])
    body = bytearray(kept(node)[0][id_of("agreement")])
    body[other] = bytes(other.stop - other.start)
    sealed = seal(node.vault.key(NOBODY), bytes(body), f"fact|{id_of('agreement')}")
    with node.writing() as session:
        session.execute(update(FACT).where(FACT.c.dossier == id_of("agreement")).values(body=sealed))

    with node.reading() as session, pytest.raises(FactsStale):
        count(session, node.vault, CORE, YEAR, SECRET)


def test_an_empty_node_counts_nothing_in_every_table(node: Store) -> None:
    with node.reading() as session:
        counts = count(session, node.vault, CORE, YEAR, SECRET)

    assert counts.headcount == 0
    assert [table.indicator for table in counts.tables] == [indicator.id for indicator in CORE.indicators]
    assert cells(counts) == {}
