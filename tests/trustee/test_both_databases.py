"""A trustee on SQLite and on PostgreSQL: the same tables, and one certificate however many ask at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from coupole.trustee import batches
from coupole.trustee.batches import BatchRefused, SlotSettled
from coupole.trustee.store import TrusteeTable
from tests.trustee.sealed_federation import NOW, Federation


@pytest.fixture
def anywhere(database_url: str, tmp_path: Path) -> Iterator[Federation]:
    made = Federation(tmp_path / "federation", 6, database_url=database_url)
    yield made
    made.close()


def test_migrations_make_the_tables_of_the_program(anywhere: Federation) -> None:
    with anywhere.trustee.store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), TrusteeTable.metadata) == []


def test_of_many_requests_at_once_one_is_settled_and_its_repetitions_get_its_bytes(anywhere: Federation) -> None:
    asked = [anywhere.batch(anywhere.all_reports()) for _ in range(2)] * 3

    def settled(batch: tuple[bytes, str]) -> bytes | str:
        try:
            return batches.settle(anywhere.trustee, *batch, NOW)
        except (SlotSettled, BatchRefused) as refusal:
            return refusal.code

    with ThreadPoolExecutor(6) as pool:
        ends = list(pool.map(settled, asked))
    assert len({end for end in ends if isinstance(end, bytes)}) == 1
    assert "slot_settled" in ends
    with anywhere.trustee.store.reading() as session:
        assert [one["outcome"] for one in batches.checked(session)] == ["released"]
