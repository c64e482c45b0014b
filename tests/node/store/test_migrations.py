from __future__ import annotations

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from coupole import database
from coupole.node.store.journal import GENESIS
from coupole.node.store.migrating import configuration, migrate
from coupole.node.store.tables import NodeTable


def test_an_empty_database_gets_the_tables_that_the_program_knows(database_url: str) -> None:
    engine = database.engine(database_url)
    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, NodeTable.metadata) == []
        tables = set(inspect(connection).get_table_names())
        assert tables == set(NodeTable.metadata.tables) | {"alembic_version"}
        assert bytes(connection.execute(text("SELECT hash FROM head")).scalar_one()) == GENESIS
    engine.dispose()


def test_migrating_again_changes_nothing(database_url: str) -> None:
    engine = database.engine(database_url)
    migrate(engine)
    with engine.begin() as connection:
        before = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    migrate(engine)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == before
    engine.dispose()


def test_a_database_of_the_first_version_keeps_what_it_holds(database_url: str) -> None:
    engine = database.engine(database_url)
    config = configuration()
    with engine.execution_options(write=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        columns = "jti, client, expires_at"
        connection.execute(text(f"INSERT INTO assertion ({columns}) VALUES ('j', 'c', '2026-01-01 00:00:00+00:00')"))
    migrate(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT jti FROM assertion")).scalars().all() == ["j"]
        assert "setup_code" in inspect(connection).get_table_names()
    engine.dispose()
