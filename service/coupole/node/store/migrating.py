"""Brings a node's database to the form this version of the program needs."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from sqlalchemy import Engine

from coupole import database
from coupole.errors import CoupoleError


class MigrationBroke(CoupoleError):
    """The new form of the database does not fit its contents; it was left as it was."""


def configuration() -> Config:
    """Where Alembic finds the migrations of a node."""
    return database.migrations(Path(__file__).parent / "migrations")


def migrate(source: Engine) -> None:
    """Run the migrations that are missing, all or none. Raises ``MigrationBroke``."""
    database.migrate(source, configuration(), MigrationBroke)
