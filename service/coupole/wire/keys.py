"""The keys of one party, in one file that only its own account may read.

A ring keeps for each purpose the key in use and those before it: what an old key wrapped or signed must still open or
verify after a rotation. Purposes are a party's own (``master``, ``token``, ``sign``, ``cell``…), kinds are four:

    aes        32 random bytes for AES-256-GCM          secret32   32 random bytes for a keyed hash
    es256      an EC key on P-256, for ES256            ed25519    an Ed25519 key, for signed documents

The identifier of a key pair is its RFC 7638 thumbprint, so it cannot stand for two keys.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from coupole.errors import CoupoleError
from coupole.wire.base64url import from_text, to_text

FORM = 1
SECRETS = ("aes", "secret32")
ALGORITHMS = {"es256": "ES256", "ed25519": "Ed25519"}

KeyPair = ECKey | OKPKey


class KeyRingMissing(CoupoleError):
    """There is no key ring in that place."""


class KeyRingExposed(CoupoleError):
    """Other accounts of this machine can read the key ring."""


class KeyRingUnreadable(CoupoleError):
    """The file is not a key ring."""


class KeyNotFound(CoupoleError):
    """The key ring holds no such key."""


class KeySetInvalid(CoupoleError):
    """The set of public keys does not hold."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key: ``secret`` (32 bytes) or ``jwk`` (a private key pair), never both."""

    kid: str
    purpose: str
    made_at: datetime
    secret: bytes = field(default=b"", repr=False)
    jwk: KeyPair | None = field(default=None, repr=False)

    @property
    def pair(self) -> KeyPair:
        """The key pair. Raises ``KeyNotFound`` for a mere secret."""
        if self.jwk is None:
            raise KeyNotFound()
        return self.jwk

    def public(self) -> dict[str, Any]:
        """The public half, as a JSON Web Key. Raises ``KeyNotFound`` for a mere secret."""
        return dict(self.pair.as_dict(private=False))


class KeyRing:
    """The keys of one party. Changes are in memory until ``save``."""

    def __init__(self, kinds: Mapping[str, str], keys: Mapping[str, list[Key]]) -> None:
        """``kinds``: the kind of each purpose; ``keys``: at least one for each, the newest first."""
        self._kinds = dict(kinds)
        self._keys = {purpose: list(keys[purpose]) for purpose in kinds}

    @classmethod
    def create(cls, kinds: Mapping[str, str], now: datetime | None = None) -> KeyRing:
        """A ring with one fresh key for each purpose. Raises ``ValueError`` for an unknown kind."""
        moment = now or datetime.now(UTC)
        return cls(kinds, {purpose: [_fresh(purpose, kind, moment)] for purpose, kind in kinds.items()})

    @classmethod
    def load(cls, path: Path) -> KeyRing:
        """The ring in that file. Raises ``KeyRingMissing``, ``KeyRingExposed``, ``KeyRingUnreadable``."""
        try:
            with path.open("rb") as file:
                # Windows has no such bits: there the account's own folders do the same.
                if os.name == "posix" and os.fstat(file.fileno()).st_mode & 0o077:
                    raise KeyRingExposed()
                raw = file.read()
        except FileNotFoundError:
            raise KeyRingMissing() from None
        try:
            return cls._from(json.loads(raw))
        except (ValueError, KeyError, TypeError, AttributeError, JoseError):
            raise KeyRingUnreadable() from None  # the cause would quote the file

    @classmethod
    def _from(cls, document: dict[str, Any]) -> KeyRing:
        if document["form"] != FORM:
            raise ValueError
        kinds = document["kinds"]
        keys: dict[str, list[Key]] = {}
        for purpose, kind in kinds.items():
            keys[purpose] = [_read(purpose, kind, entry) for entry in document["keys"][purpose]]
            if not keys[purpose] or len({key.kid for key in keys[purpose]}) < len(keys[purpose]):
                raise ValueError
        return cls(kinds, keys)

    def save(self, path: Path) -> None:
        """Write the ring to that file, whole or not at all, readable by its owner alone."""
        keys = {purpose: [_written(key) for key in found] for purpose, found in self._keys.items()}
        text = json.dumps({"form": FORM, "kinds": self._kinds, "keys": keys}, indent=1)
        write_secret(path, (text + "\n").encode())

    def purposes(self) -> tuple[str, ...]:
        """What this ring has keys for."""
        return tuple(self._kinds)

    def of(self, purpose: str) -> list[Key]:
        """All keys of a purpose, the newest first. Raises ``KeyNotFound``."""
        if purpose not in self._keys:
            raise KeyNotFound()
        return list(self._keys[purpose])

    def active(self, purpose: str) -> Key:
        """The key in use. Raises ``KeyNotFound``."""
        return self.of(purpose)[0]

    def find(self, purpose: str, kid: str) -> Key:
        """The key of that identifier, in use or not. Raises ``KeyNotFound``."""
        for key in self.of(purpose):
            if key.kid == kid:
                return key
        raise KeyNotFound()

    def rotate(self, purpose: str, now: datetime | None = None) -> Key:
        """Put a fresh key in use; those before it stay and still open or verify. Raises ``KeyNotFound``."""
        before = self.of(purpose)
        fresh = _fresh(purpose, self._kinds[purpose], now or datetime.now(UTC))
        self._keys[purpose] = [fresh, *before]
        return fresh

    def withdraw(self, purpose: str, now: datetime | None = None) -> Key:
        """Put a fresh key in use and forget those before it: what they sign counts for nothing. A pair only.

        Raises ``KeyNotFound``, also for a mere secret, without which nobody opens what it sealed.
        """
        if self._kinds.get(purpose) not in ALGORITHMS:
            raise KeyNotFound()
        fresh = self.rotate(purpose, now)
        self._keys[purpose] = [fresh]
        return fresh

    def public_set(self, purpose: str) -> dict[str, Any]:
        """The public halves of all key pairs of a purpose, a JSON Web Key Set; of secrets nothing."""
        return {"keys": [key.public() for key in self.of(purpose) if key.jwk is not None]}


def write_secret(path: Path, raw: bytes) -> None:
    """Write a file whole or not at all, readable by its owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def destroy_secret(path: Path) -> None:
    """Overwrite a file, then unlink it."""
    with path.open("r+b") as file:
        file.write(secrets.token_bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def public_keys(key_set: Any) -> dict[str, KeyPair]:
    """The keys of somebody's JSON Web Key Set by identifier: P-256 and Ed25519 only, each with its own ``kid``.

    Raises ``KeySetInvalid`` for two keys of one name (the first would silently win), for private or symmetric
    material and for anything that is not a key.
    """
    entries = key_set.get("keys") if isinstance(key_set, Mapping) else None
    if not isinstance(entries, list) or not 1 <= len(entries) <= 20:
        raise KeySetInvalid()
    found: dict[str, KeyPair] = {}
    for entry in entries:
        key = public_key(entry)
        kid = key.kid
        if not isinstance(kid, str) or not 1 <= len(kid) <= 200 or kid in found:
            raise KeySetInvalid()
        found[kid] = key
    return found


def public_key(jwk: Any) -> KeyPair:
    """One public key, P-256 or Ed25519. Raises ``KeySetInvalid``."""
    if not isinstance(jwk, Mapping) or {"d", "k", "p", "q"} & jwk.keys() or jwk.get("use", "sig") != "sig":
        raise KeySetInvalid()
    try:
        if (jwk.get("kty"), jwk.get("crv")) == ("EC", "P-256"):
            return _loaded(ECKey.import_key(dict(jwk)))
        if (jwk.get("kty"), jwk.get("crv")) == ("OKP", "Ed25519"):
            return _loaded(OKPKey.import_key(dict(jwk)))
    except (JoseError, ValueError, TypeError, KeyError):
        raise KeySetInvalid() from None
    raise KeySetInvalid()


def _loaded(key: KeyPair) -> KeyPair:
    key.public_key  # noqa: B018 - joserfc looks at the numbers only now: a point off the curve must fail here
    return key


def _fresh(purpose: str, kind: str, moment: datetime) -> Key:
    if kind in SECRETS:
        return Key(secrets.token_hex(8), purpose, moment, secret=secrets.token_bytes(32))
    if kind not in ALGORITHMS:
        raise ValueError(f"unknown kind of key: {kind}")
    made = ECKey.generate_key("P-256") if kind == "es256" else OKPKey.generate_key("Ed25519")
    return _pair(purpose, kind, moment, made.as_dict(private=True))


def _pair(purpose: str, kind: str, moment: datetime, values: Mapping[str, Any]) -> Key:
    kind_of = ECKey if kind == "es256" else OKPKey
    kid = kind_of.import_key(dict(values)).thumbprint()
    named = {**values, "kid": kid, "use": "sig", "alg": ALGORITHMS[kind]}
    return Key(kid, purpose, moment, jwk=kind_of.import_key(named))


def _written(key: Key) -> dict[str, Any]:
    head = {"kid": key.kid, "made_at": key.made_at.isoformat()}
    if key.jwk is None:
        return {**head, "secret": to_text(key.secret)}
    return {**head, "jwk": key.jwk.as_dict(private=True)}


def _read(purpose: str, kind: str, entry: Mapping[str, Any]) -> Key:
    made_at = datetime.fromisoformat(entry["made_at"])
    if kind not in SECRETS:
        key = _pair(purpose, kind, made_at, entry["jwk"])
        if key.kid != entry["kid"] or not key.pair.is_private:
            raise ValueError
        return key
    secret = from_text(entry["secret"])
    if len(secret) != 32:
        raise ValueError
    return Key(entry["kid"], purpose, made_at, secret=secret)
