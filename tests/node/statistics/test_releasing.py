"""A release is what the period's figures are, protected, frozen and signed: once, and again only with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlmodel import Session

from coupole.node.statistics import releasing
from coupole.node.statistics.facts import fact_maker
from coupole.node.statistics.releasing import (
    FrozenRelease,
    IndicatorNotFound,
    PeriodNotClosed,
    allow,
    freeze,
    latest,
    preview,
    withhold,
)
from coupole.node.store import Store, facts, open_store, open_vault, releases
from coupole.node.store.changes import Change
from coupole.node.store.write import write
from coupole.standard.calendar import parse_period
from coupole.standard.catalogue import load
from coupole.wire.documents import verify
from coupole.wire.keys import KeyRing
from coupole.wire.releases import Release, ReleaseIndicator, check_release, read_release
from tests import factories
from tests.factories import NODE, SHARED, dossier

CORE = load("core", "1.0.0")
YEAR = parse_period("2025")
AFTER = datetime(2026, 1, 2, tzinfo=UTC)


class Workshop(NamedTuple):
    """What of a node's settings a release says."""

    node_id: str = NODE
    name: str = "Atelier Nord"


MEMBER = Workshop()


@pytest.fixture
def workshop(tmp_path: Path, keys: Path, ring: KeyRing) -> Iterator[Store]:
    """A workshop of thirty people; three have a follow-up of their own kind."""
    opened = open_store(f"sqlite:///{tmp_path / 'node.sqlite'}", NODE, open_vault(keys, ring), fact_maker(CORE))
    bring(opened, *SHARED)
    for number in range(1, 31):
        bring(opened, *people(number))
    yield opened
    opened.close()


def people(number: int, **changed: Any) -> list[dict[str, Any]]:
    """One person's file: a third are women, some work in one place and some in another."""
    documents = dossier(number)
    sex = "F" if number % 3 == 0 else "M"
    documents[0] = factories.participant(number, sex=sex, **changed)
    return documents


def bring(store: Store, *documents: dict[str, Any]) -> None:
    changes = [
        Change(document["id"].split(":")[1], document, document["id"], keep_envelope=True) for document in documents
    ]
    with store.writing() as session:
        write(session, store.vault, changes, store.context("anna"))


def frozen(store: Store, ring: KeyRing, now: datetime = AFTER) -> FrozenRelease:
    return freeze(store, ring, MEMBER, CORE, YEAR, "anna", now)


def indicator(release: Release, name: str) -> ReleaseIndicator:
    return next(one for one in release["indicators"] if one["id"] == name)


def test_a_release_is_signed_and_is_what_was_asked_for(workshop: Store, ring: KeyRing) -> None:
    made = frozen(workshop, ring)
    release = check_release(
        made.raw, made.signature, ring.public_set("sign"), node=NODE, catalogue="core", version="1.0.0", period="2025"
    )
    assert (release["revision"], release["cause"], release["name"]) == (1, "first", "Atelier Nord")
    assert [one["id"] for one in release["indicators"]] == [one.id for one in CORE.indicators]
    total = indicator(release, "S01")["margins"][0]
    assert abs(total["values"][0][0] - 30) <= 5
