from __future__ import annotations

from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import LargeBinary, column, inspect, text
from sqlalchemy import table as sql_table
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from coupole import database
from coupole.database import Utc
from coupole.node.store import logs
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


def test_lines_of_the_logs_that_were_there_before_are_chained_and_stay_guarded(database_url: str) -> None:
    engine = database.engine(database_url)
    config = configuration()
    with engine.execution_options(write=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0009")
        for seq in (1, 2, 4):  # PostgreSQL lost a number with a transaction that came to nothing
            event = {"seq": seq, "at": datetime.now(UTC), "what": "signed_in", "staff": "s", "how": None}
            opening = {"seq": seq, "at": datetime.now(UTC), "staff": "s", "accompaniment": "a", "participant": "p"}
            for table, values in (("staff_event", event), ("opening", opening | {"relation": "own", "reason": b"r"})):
                types = {"at": Utc(), "reason": LargeBinary()}
                columns = [column(name, types.get(name)) for name in values]
                connection.execute(sql_table(table, *columns).insert().values(values))
    migrate(engine)
    with Session(engine) as session:
        for log in logs.TABLES:
            report = logs.verify(session, log)
            assert (report.rows, report.broken_at, report.end.seq) == (3, None, 4)
    for statement in ("UPDATE staff_event SET staff = 'x'", "DELETE FROM opening"):
        with pytest.raises(DBAPIError, match="the log only grows"), engine.begin() as connection:
            connection.execute(text(statement))
    engine.dispose()
