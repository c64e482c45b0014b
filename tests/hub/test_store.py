"""The hub's database: a migration is whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from coupole.database import engine, writing
from coupole.hub.store import migrating
from coupole.hub.store.migrating import HubMigrationBroke


def test_a_form_that_breaks_references_is_taken_back(tmp_path: Path) -> None:
    source = engine(f"sqlite:///{tmp_path / 'hub.sqlite'}")
    migrating.migrate(source)
    with source.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("INSERT INTO release_values VALUES (1, 1, 2, x'00', x'00', x'00')")
        raw.execute("PRAGMA foreign_keys=ON")
    with pytest.raises(HubMigrationBroke):
        migrating.migrate(source)
    source.dispose()


def test_foreign_keys_are_on_again_after_a_migration(tmp_path: Path) -> None:
    source = engine(f"sqlite:///{tmp_path / 'hub.sqlite'}")
    migrating.migrate(source)
    with writing(source) as session:
        assert session.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
    source.dispose()
