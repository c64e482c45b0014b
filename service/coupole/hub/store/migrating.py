"""Brings a hub's database to the form this version of the program needs."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from coupole.database import MIGRATING, sqlite_connection
from coupole.errors import CoupoleError


class HubMigrationBroke(CoupoleError):
    """The new form of the hub's database does not fit its contents; it was left as it was."""


def configuration() -> Config:
    """Alembic's, without a file: its place is the package."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def migrate(source: Engine) -> None:
    """Run the migrations that are missing, all in one transaction, with foreign keys off (see the node's)."""
    config = configuration()
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
                    raise HubMigrationBroke()
        finally:
            if sqlite:
                sqlite.execute("PRAGMA foreign_keys=ON")
