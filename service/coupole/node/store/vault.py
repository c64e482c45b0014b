"""The keys of people: one data key for each person, so that a person can be forgotten.

A key lies wrapped by the node's master key in a small SQLite file of the key directory, outside the database and its
backups. Everything written about a person (documents, reasons, facts) is sealed under that person's key; what belongs
to no person (organisations, staff, agreements) under the key of ``NODE``. When a key is destroyed the journal and all
former backups are dead with it; its row stays, empty, so that nobody gets a second key under the same name.

    wrapped = nonce (12 bytes) + AES-256-GCM(master key, data key, associated data = owner)
    sealed  = nonce (12 bytes) + AES-256-GCM(data key, text, associated data = where it stands)
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from coupole.database import PRAGMAS, in_pieces
from coupole.errors import CoupoleError

NODE = "node"
"""The owner of what is about no person."""

REMEMBERED = 16_384
"""Unwrapped keys kept in memory; some 5 MB."""

TABLE = """CREATE TABLE IF NOT EXISTS person_key (
    owner TEXT PRIMARY KEY, master TEXT, wrapped BLOB, CHECK ((master IS NULL) = (wrapped IS NULL))) WITHOUT ROWID"""


class PersonErased(CoupoleError):
    """This person was erased; what was known of them cannot be read any more."""


class VaultKeyMissing(CoupoleError):
    """The key directory does not hold the key that this record was written with."""


class VaultMasterKeyWrong(CoupoleError):
    """The master key does not open the keys of people kept beside it."""


class RecordUnreadable(CoupoleError):
    """A stored document does not open with its key: it was altered or moved."""


class Vault:
    """The keys of people in one file. One connection under one lock: every call takes microseconds."""

    def __init__(self, path: Path, masters: Mapping[str, bytes], active: str) -> None:
        """``masters``: 32-byte keys by name, all that still wrap something; ``active`` wraps new ones."""
        self._masters = {name: AESGCM(key) for name, key in masters.items()}
        self._active = active
        self._lock = threading.RLock()
        self._known: OrderedDict[str, AESGCM] = OrderedDict()
        path.touch(mode=0o600, exist_ok=True)
        self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for name, value in PRAGMAS.items():
            self._file.execute(f"PRAGMA {name}={value}")
        self._file.execute(TABLE)
        self._version = self._data_version()

    def close(self) -> None:
        """Forget the keys in memory and close the file."""
        with self._lock:
            self._known.clear()
            self._file.close()

    def create(self, owners: Iterable[str]) -> None:
        """Make the keys that are missing; on disk for good when this returns. An erased person gets none."""
        with self._lock:
            self._forget_what_changed()
            missing = {owner for owner in owners if owner not in self._known}
            rows = [(owner, self._active, self._wrap(self._active, owner, os.urandom(32))) for owner in missing]
            self._file.execute("BEGIN IMMEDIATE")
            self._file.executemany("INSERT INTO person_key VALUES (?, ?, ?) ON CONFLICT DO NOTHING", rows)
            self._file.execute("COMMIT")

    def key(self, owner: str) -> AESGCM:
        """The data key of ``owner``. Raises ``PersonErased``, ``VaultKeyMissing``, ``VaultMasterKeyWrong``."""
        return self.keys((owner,))[owner]

    def keys(self, owners: Iterable[str]) -> dict[str, AESGCM]:
        """The data keys of several owners. Raises as ``key`` does."""
        with self._lock:
            self._forget_what_changed()
            found: dict[str, AESGCM] = {}
            missing = set()
            for owner in owners:  # thousands for a release: each is looked up once
                key = self._known.get(owner)
                if key is None:
                    missing.add(owner)
                else:
                    found[owner] = key
            for piece in in_pieces(missing):
                found.update(self._unwrapped(piece))
            return found

    def erased(self, owner: str) -> bool:
        """Whether the key of ``owner`` was destroyed."""
        with self._lock:
            row = self._file.execute("SELECT wrapped FROM person_key WHERE owner = ?", (owner,)).fetchone()
            return row is not None and row[0] is None

    def destroy(self, owner: str) -> bool:
        """Destroy the key of ``owner`` in memory and on disk; False while another process still reads the file."""
        with self._lock:
            self._known.pop(owner, None)
            self._file.execute(
                "INSERT INTO person_key VALUES (?, NULL, NULL)"
                " ON CONFLICT (owner) DO UPDATE SET master = NULL, wrapped = NULL",
                (owner,),
            )
            return self.checkpoint()

    def checkpoint(self) -> bool:
        """Empty the write-ahead log, which may still hold a destroyed key; False when a reader held it back."""
        with self._lock:
            busy, _pages, _moved = self._file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy

    def rewrap(self) -> int:
        """Wrap every key with the active master key, after a rotation; how many were changed."""
        with self._lock:
            query = "SELECT owner, master, wrapped FROM person_key WHERE master <> ?"
            rows = self._file.execute(query, (self._active,)).fetchall()
            fresh = []
            for owner, master, wrapped in rows:
                key = self._open(master, owner, wrapped)
                fresh.append((self._active, self._wrap(self._active, owner, key), owner))
            self._file.execute("BEGIN IMMEDIATE")
            self._file.executemany("UPDATE person_key SET master = ?, wrapped = ? WHERE owner = ?", fresh)
            self._file.execute("COMMIT")
            self.checkpoint()
            return len(fresh)

    def _unwrapped(self, owners: list[str]) -> dict[str, AESGCM]:
        places = ",".join("?" * len(owners))
        query = f"SELECT owner, master, wrapped FROM person_key WHERE owner IN ({places})"  # noqa: S608
        rows = self._file.execute(query, owners).fetchall()
        if len(rows) < len(owners):
            raise VaultKeyMissing()
        found = {}
        for owner, master, wrapped in rows:
            if wrapped is None:
                raise PersonErased()
            found[owner] = AESGCM(self._open(master, owner, wrapped))
        self._known.update(found)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return found

    def _wrap(self, master: str, owner: str, key: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._masters[master].encrypt(nonce, key, owner.encode())

    def _open(self, master: str, owner: str, wrapped: bytes) -> bytes:
        opener = self._masters.get(master)
        if opener is None:
            raise VaultMasterKeyWrong()
        try:
            return opener.decrypt(wrapped[:12], wrapped[12:], owner.encode())
        except InvalidTag:
            raise VaultMasterKeyWrong() from None

    def _data_version(self) -> int:
        return int(self._file.execute("PRAGMA data_version").fetchone()[0])

    def _forget_what_changed(self) -> None:
        # Another process may have destroyed a key: `coupole node erase` beside a running service. SQLite counts the
        # changes others made, and asking for that number costs two microseconds.
        version = self._data_version()
        if version != self._version:
            self._known.clear()
            self._version = version


def seal(key: AESGCM, text: bytes, place: str) -> bytes:
    """``text`` under ``key``, readable only where it stands: ``place`` names row and column."""
    nonce = os.urandom(12)
    return nonce + key.encrypt(nonce, text, place.encode())


def unseal(key: AESGCM, sealed: bytes, place: str) -> bytes:
    """The text sealed at ``place``. Raises ``RecordUnreadable``."""
    try:
        return key.decrypt(sealed[:12], sealed[12:], place.encode())
    except InvalidTag:
        raise RecordUnreadable() from None
