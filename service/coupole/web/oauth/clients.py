"""Programs that may ask for tokens: what is kept of them, and what a person may register."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from joserfc.util import urlsafe_b64decode

from coupole.errors import CoupoleError, Finding
from coupole.standard.reading import parse
from coupole.web.oauth.jwts import PublicKey, kind_of, load_key
from coupole.web.token_errors import ClientInvalid

ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
"""No colon: a client's name can then never be taken for a person's ``sub``, which has one (RFC 9700 4.15)."""
PRIVATE = frozenset(("d", "p", "q", "dp", "dq", "qi", "oth", "k"))
RSA_BITS = range(2048, 8193)
MAX_KEYS = 20


class ClientRow(Protocol):
    """A registered client, as the store keeps it."""

    @property
    def id(self) -> str:
        """Its name towards us."""

    @property
    def keys(self) -> str:
        """Its public keys, a JSON Web Key Set."""

    @property
    def scopes(self) -> str:
        """What it may ask for at most, separated by spaces."""

    @property
    def enabled(self) -> bool:
        """False when a person switched it off."""


class TokenRow(Protocol):
    """An access token that was issued, as the store keeps it."""

    @property
    def client(self) -> str:
        """Whom it was given to."""

    @property
    def revoked(self) -> bool:
        """True when it was withdrawn."""


class Standing(Protocol):
    """What counts of an issued token and of its client at this moment."""

    @property
    def client(self) -> str:
        """Whom the token was given to."""

    @property
    def revoked(self) -> bool:
        """True when the token was withdrawn."""

    @property
    def enabled(self) -> bool:
        """False when a person switched the client off."""

    @property
    def scopes(self) -> str:
        """What the client may ask for at most, now."""


class TokenStore(Protocol):
    """What the authorization server must remember. Each call is a transaction of its own."""

    def client(self, client_id: str) -> ClientRow | None:
        """The registered client, enabled or not."""

    def claim_assertion(self, client_id: str, jti: str, expires_at: datetime) -> bool:
        """Use up an assertion's identifier; False when it was used before, however many ask at once."""

    def save_token(self, jti: str, client_id: str, scope: str, expires_at: datetime) -> None:
        """Remember that a token was issued."""

    def token(self, jti: str) -> TokenRow | None:
        """What is known of an issued token, revoked ones included."""

    def standing(self, jti: str) -> Standing | None:
        """What counts of an issued token now; asked with every call, so that what was taken away is gone at once."""

    def revoke(self, jti: str) -> None:
        """The token is refused from now on."""


@dataclass(frozen=True, slots=True)
class ClientKey:
    """A registered key and the one algorithm it verifies."""

    key: PublicKey
    algorithm: str


def check_client(client_id: str, keys: str, scopes: str, known: Collection[str]) -> None:
    """Raise ``ClientInvalid`` with all that stands against registering this client.

    ``keys`` is the text of a JSON Web Key Set, ``scopes`` names separated by spaces, ``known`` the scopes there are.
    """
    found: list[Finding] = []
    if not ID.fullmatch(client_id):
        found.append(Finding("client_id_invalid", "/id"))
    asked = scopes.split()
    if not asked or not set(asked) <= set(known):
        found.append(Finding("client_scope_unknown", "/scopes", params={"known": ", ".join(sorted(known))}))
    try:
        registered_keys(keys)
    except ClientInvalid as error:
        found.extend(error.findings)
    if found:
        raise ClientInvalid(findings=found)


@lru_cache(maxsize=256)
def registered_keys(text: str) -> dict[str, ClientKey]:
    """The keys of a JSON Web Key Set by ``kid``. Raises ``ClientInvalid`` unless every one of them is acceptable."""
    try:
        document = parse(text.encode(), max_bytes=100_000)
    except CoupoleError as error:
        raise ClientInvalid(findings=[Finding(error.code, "/keys")]) from None
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not 0 < len(entries) <= MAX_KEYS:
        raise ClientInvalid(findings=[Finding("client_keys_missing", "/keys", params={"limit": MAX_KEYS})])
    keys: dict[str, ClientKey] = {}
    findings: list[Finding] = []
    for place, entry in enumerate(entries):
        jwk = entry if isinstance(entry, dict) else {}
        key = _usable(jwk)
        wrong = [*_misnamed(jwk.get("kid"), keys), *(() if key else (_why_not(jwk),))]
        findings.extend(Finding(code, f"/keys/{place}") for code in wrong)
        if key and not wrong:
            keys[jwk["kid"]] = key
    if findings:
        raise ClientInvalid(findings=findings)
    return keys


def _misnamed(kid: Any, before: Collection[str]) -> Iterator[str]:
    """A key is chosen by its name, so it must have one, and one of its own."""
    if not isinstance(kid, str) or not 0 < len(kid) <= 200:
        yield "client_key_unnamed"
    elif kid in before:
        yield "client_key_repeated"


def _usable(jwk: dict[str, Any]) -> ClientKey | None:
    algorithm = kind_of(jwk)
    if algorithm is None or PRIVATE & jwk.keys() or _weak(jwk):
        return None
    if jwk.get("alg", algorithm) != algorithm or jwk.get("use", "sig") != "sig":
        return None
    key = load_key(jwk, algorithm)
    return ClientKey(key, algorithm) if key else None


def _why_not(jwk: dict[str, Any]) -> str:
    if PRIVATE & jwk.keys():
        return "client_key_private"
    return "client_key_weak" if _weak(jwk) else "client_key_kind"


def _weak(jwk: dict[str, Any]) -> bool:
    """An RSA key whose modulus is too short, or so long that verifying costs seconds."""
    if jwk.get("kty") != "RSA":
        return False
    try:
        bits = int.from_bytes(urlsafe_b64decode(str(jwk.get("n")).encode())).bit_length()
    except ValueError:
        return False
    return bits not in RSA_BITS
