"""Engine, sessions and column types of the three services.

One recipe for SQLite, PostgreSQL by URL. Each party keeps its own metadata (``metadata()``), so that node, hub and
trustee can live in one process and still have tables of one name.

Why the recipe is as it is: a deferred ``BEGIN`` that later writes is refused with "database is locked" whatever the
busy timeout says, because its snapshot cannot be upgraded; a session that may write therefore takes the lock at once
(``writing``). ``synchronous=FULL`` costs one flush of the write-ahead log for each transaction, not for each row, and
is what keeps an acknowledged write through a power cut; a bulk load is one transaction and needs no weaker setting.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Dialect,
    Engine,
    LargeBinary,
    MetaData,
    Select,
    Table,
    create_engine,
    event,
    func,
    literal,
    make_url,
    select,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name from the first day: an unnamed one cannot be dropped by a later migration."""

PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "foreign_keys": "ON",
    "busy_timeout": "5000",
    "secure_delete": "ON",
    "cache_size": "-16000",
}
"""What each SQLite connection is told. ``secure_delete`` writes zeroes over deleted rows (erasure relies on it)."""

MIGRATING = threading.Lock()
"""Alembic keeps the migration under way in variables of its module: one at a time in a process, whichever party's."""


class Utc(TypeDecorator[datetime]):
    """A moment, always in UTC: SQLite forgets the time zone, PostgreSQL answers in the session's."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without time zone: it would be a guess."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment with its time zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def metadata() -> MetaData:
    """A party's own set of tables, with named constraints."""
    return MetaData(naming_convention=NAMING)


def engine(url: str) -> Engine:
    """An engine whose transactions read; ``writing`` makes those that write.

    The pool covers the 40 threads that FastAPI runs routes on: with fewer connections threads would wait for one.
    """
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_size=16, max_overflow=24, pool_pre_ping=True)
    made = create_engine(url, pool_size=16, max_overflow=24, connect_args={"isolation_level": None})
    event.listen(made, "connect", _switch)
    event.listen(made, "begin", _begin)
    return made


def _switch(connection: DBAPIConnection, _record: Any) -> None:
    cursor = connection.cursor()
    for name, value in PRAGMAS.items():
        cursor.execute(f"PRAGMA {name}={value}")
    cursor.close()


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def reading(source: Engine) -> Iterator[Session]:
    """A session on one snapshot. Nothing is kept of what it may have changed."""
    with Session(source) as session:
        yield session


@contextmanager
def writing(source: Engine) -> Iterator[Session]:
    """A session that holds the write lock; committed at the end, undone by any exception."""
    with Session(source.execution_options(write=True), expire_on_commit=False) as session, session.begin():
        yield session


@dataclass(frozen=True, slots=True)
class Store:
    """A party's database, open."""

    engine: Engine

    def reading(self) -> AbstractContextManager[Session]:
        """A session on one snapshot."""
        return reading(self.engine)

    def writing(self) -> AbstractContextManager[Session]:
        """A session that may write; committed at the end, undone by any exception."""
        return writing(self.engine)

    def close(self) -> None:
        """Give back connections."""
        self.engine.dispose()


def look(source: Engine, query: Select[Any], **values: Any) -> list[tuple[Any, ...]]:
    """The rows of a constant query, each as the driver gives it, in a transaction of their own.

    For what is asked by the thousand: a fifth of the price of a connection of SQLAlchemy. Columns that need a
    conversion (moments, days) are not for this; ``values`` are those of the query's parameters.
    """
    statement, names, fixed = _prepared(query, source.dialect)
    values = {**fixed, **values}
    connection = source.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(statement, values if names is None else [values[name] for name in names])
        return list(cursor.fetchall())
    finally:
        connection.close()


@lru_cache(maxsize=64)
def _prepared(query: Select[Any], dialect: Dialect) -> tuple[str, list[str] | None, dict[str, Any]]:
    """The statement, the order of its parameters where they have no names, and those that it sets itself."""
    compiled = query.compile(dialect=dialect)
    return str(compiled), list(compiled.positiontup or ()) if compiled.positional else None, compiled.params


def insert_rows(connection: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Insert many rows, each a sequence of values in the order of the table's columns.

    The statement and its conversions are made once: SQLAlchemy's own ``executemany`` of dictionaries prepares each
    row anew, and took twice as long for 20,000 journal rows.
    """
    if not rows:
        return
    dialect = connection.dialect
    statement = table.insert().compile(dialect=dialect)
    columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
    for place, column in enumerate(table.columns):
        convert = column.type.dialect_impl(dialect).bind_processor(dialect)
        if convert and not isinstance(column.type, LargeBinary):  # both drivers take bytes as they are
            columns[place] = map(cache(convert), columns[place])  # a batch holds few different days and moments
    converted = list(zip(*columns, strict=True))
    if statement.positional:
        connection.exec_driver_sql(str(statement), converted)
    else:
        names = table.columns.keys()
        connection.exec_driver_sql(str(statement), [dict(zip(names, row, strict=True)) for row in converted])


Value = TypeVar("Value")


def in_pieces(values: Iterable[Value], size: int = 500) -> Iterator[list[Value]]:
    """The values in lists short enough for one ``IN (…)``."""
    rest = list(values)
    for start in range(0, len(rest), size):
        yield rest[start : start + size]


def listed(session: Session, values: Iterable[str]) -> Select[tuple[str]]:
    """These texts as a query, for ``column.in_(…)``: one short statement however many there are.

    A list of parameters is written into the statement anew each time, which took longer than running it.
    """
    given = literal(list(values), JSON)
    if session.get_bind().dialect.name == "sqlite":
        return select(func.json_each(given).table_valued("value").c.value)
    return select(func.json_array_elements_text(given).table_valued("value").c.value)


def migrations(folder: Path) -> Config:
    """Alembic's configuration, without a file: its place is the package."""
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config


def migrate(source: Engine, config: Config, broke: type[Exception]) -> None:
    """Run the migrations that are missing, all in one transaction. Raises ``broke`` when contents do not fit.

    Foreign keys are off meanwhile: changing a parent table means making it anew, and with them on SQLite would delete
    its children without a word.
    """
    with source.execution_options(write=True).connect() as connection:
        sqlite = sqlite_connection(connection)
        if sqlite:
            sqlite.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                config.attributes["connection"] = connection
                with MIGRATING:
                    command.upgrade(config, "head")
                if sqlite and sqlite.execute("PRAGMA foreign_key_check").fetchone():
                    raise broke()
        finally:
            if sqlite:
                sqlite.execute("PRAGMA foreign_keys=ON")


def checkpoint(source: Engine) -> bool:
    """Move the write-ahead log into the database file and empty it; False when a reader held it back.

    Only then have deleted rows left the files: ``secure_delete`` cleans pages, the log keeps their former state.
    """
    with source.connect() as connection:
        raw = sqlite_connection(connection)
        return raw is None or raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0


def sqlite_connection(connection: Connection) -> sqlite3.Connection | None:
    """SQLite's own connection, for what must be said outside a transaction; none for another database."""
    raw = connection.connection.driver_connection
    return raw if isinstance(raw, sqlite3.Connection) else None
