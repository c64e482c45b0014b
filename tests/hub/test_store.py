"""The hub's database: migrations give exactly the tables of the program."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from coupole.database import engine, writing
from coupole.hub.store import migrating, open_store
from coupole.hub.store.migrating import HubMigrationBroke
from coupole.hub.store.tables import HubTable


def test_migrations_make_the_tables_of_the_program(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'hub.sqlite'}")
    with store.engine.connect() as connection:
        assert HubTable.metadata.tables
        assert compare_metadata(MigrationContext.configure(connection), HubTable.metadata) == []
    store.close()
    again = open_store(f"sqlite:///{tmp_path / 'hub.sqlite'}")
    again.close()


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
