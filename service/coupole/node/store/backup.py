"""Backups of the database: taken while it runs, without facts, without waiting spreadsheets and without a single key.

Facts are left out because they can be made again, spreadsheets because they are still where they came from. Keys are
outside the database anyway: whoever finds a backup reads nothing, and once a person's key is destroyed nobody can. Keep
copies of the key directory apart from backups, and replace them after an erasure: a copy of the keys from before would
open what was to be forgotten.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine

from coupole.errors import CoupoleError

LEFT_OUT = ("fact", "outside", "stale", "sheet_row", "sheet", "draft")


class BackupNotPossible(CoupoleError):
    """This database is backed up with its own tools."""


class BackupExists(CoupoleError):
    """There is a file in that place already; it was left alone."""


class BackupUnreadable(CoupoleError):
    """The file is no backup of a node."""


def database_file(source: Engine) -> Path:
    """The file of a SQLite database. Raises ``BackupNotPossible`` for any other."""
    if source.dialect.name != "sqlite" or not source.url.database:
        raise BackupNotPossible()
    return Path(source.url.database)


def back_up(source: Engine, target: Path) -> None:
    """Copy the database to ``target``; whole or not there. Raises ``BackupExists``, ``BackupNotPossible``."""
    if target.exists():
        raise BackupExists()
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    with closing(sqlite3.connect(database_file(source))) as running, closing(_plain(part)) as copy:
        running.backup(copy, pages=1000)
        copy.execute("PRAGMA journal_mode=DELETE")
        for table in LEFT_OUT:
            copy.execute(f"DELETE FROM {table}")  # noqa: S608 - the names above
        copy.execute("VACUUM")
    _settle(part, target)


def put_back(backup: Path, target: Path) -> None:
    """Copy a backup to where the database is to be. Raises ``BackupExists``, ``BackupUnreadable``."""
    if target.exists():
        raise BackupExists()
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    try:
        with closing(sqlite3.connect(f"{backup.absolute().as_uri()}?mode=ro", uri=True)) as kept:
            if kept.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BackupUnreadable()
            kept.execute("SELECT seq FROM head").fetchone()
            with closing(_plain(part)) as copy:
                kept.backup(copy)
    except sqlite3.Error:
        part.unlink()
        raise BackupUnreadable() from None
    _settle(part, target)


def _plain(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA secure_delete=ON")
    return connection


def _settle(part: Path, target: Path) -> None:
    """On disk for good before it gets its name."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(target)
