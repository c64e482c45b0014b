"""Access tokens (RFC 9068): signed by this service, for this service, bound to one key of the client."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from joserfc import jwt

from coupole.web import token_errors as errors
from coupole.web.oauth.assertions import TOLERANCE
from coupole.web.oauth.jwts import header_of, moment, verified
from coupole.wire.keys import KeyNotFound, KeyRing

PURPOSE = "token"
"""The purpose of the signing keys in the key ring."""
ALGORITHM = "ES256"
TYPES = ("at+jwt", "application/at+jwt")
REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Access:
    """What an access token says."""

    jti: str
    client: str
    scope: str
    jkt: str
    kid: str
    issued: int
    ends: int


class AccessTokens:
    """Issues and reads the access tokens of one issuer."""

    def __init__(self, issuer: str, ring: KeyRing, seconds: int, clock: Callable[[], float]) -> None:
        self.issuer = issuer
        self.ring = ring
        self.seconds = seconds
        self.clock = clock
        self._lock = Lock()
        self._read: OrderedDict[bytes, Access] = OrderedDict()

    def issue(self, client: str, scope: str, jkt: str) -> tuple[str, Access]:
        """A new token, and what it says. The key in use signs; those before it still verify."""
        key, now = self.ring.active(PURPOSE), int(self.clock())
        access = Access(secrets.token_urlsafe(24), client, scope, jkt, key.kid, now, now + self.seconds)
        claims = {
            "iss": self.issuer,
            "aud": self.issuer,
            "sub": client,
            "client_id": client,
            "scope": scope,
            "iat": access.issued,
            "exp": access.ends,
            "jti": access.jti,
            "cnf": {"jkt": jkt},
        }
        header = {"alg": ALGORITHM, "typ": TYPES[0], "kid": key.kid}
        return jwt.encode(header, claims, key.pair, algorithms=[ALGORITHM]), access

    def read(self, text: str) -> Access:
        """What a token says. Raises ``TokenInvalid`` and ``TokenEnded``; whether it was revoked is asked elsewhere.

        A token that was verified once is remembered by its hash, since a client sends it some hundred times.
        """
        name = hashlib.sha256(text.encode()).digest()
        access = self._read.get(name)
        try:
            if access is None:
                access = self._verified(text)
                self._remember(name, access)
            else:
                self.ring.find(PURPOSE, access.kid)
        except KeyNotFound:
            raise errors.TokenInvalid() from None
        if access.ends <= self.clock():
            raise errors.TokenEnded()
        return access

    def _remember(self, name: bytes, access: Access) -> None:
        with self._lock:
            self._read[name] = access
            while len(self._read) > REMEMBERED:
                self._read.popitem(last=False)

    def _verified(self, text: str) -> Access:
        header = header_of(text) or {}
        kid = header.get("kid")
        if header.get("alg") != ALGORITHM or header.get("typ") not in TYPES or not isinstance(kid, str):
            raise errors.TokenInvalid()
        claims = verified(text, self.ring.find(PURPOSE, kid).pair, ALGORITHM)
        access = self._said(claims, kid) if claims else None
        if access is None or access.issued > self.clock() + TOLERANCE:
            raise errors.TokenInvalid()
        return access

    def _said(self, claims: dict[str, Any], kid: str) -> Access | None:
        """The claims of a token of ours; none when one is missing: the key may have signed something else."""
        confirmed = claims.get("cnf")
        jkt = confirmed.get("jkt") if isinstance(confirmed, dict) else None
        words = [claims.get(name) for name in ("jti", "client_id", "scope")] + [jkt]
        times = [moment(claims.get(name)) for name in ("iat", "exp")]
        if claims.get("iss") != self.issuer or claims.get("aud") != self.issuer or claims.get("sub") != words[1]:
            return None
        if not all(isinstance(word, str) for word in words) or None in times:
            return None
        jti, client, scope, thumbprint = map(str, words)
        return Access(jti, client, scope, thumbprint, kid, *(int(time or 0) for time in times))


def moment_of(seconds: float) -> datetime:
    """A POSIX time as a moment."""
    return datetime.fromtimestamp(seconds, UTC)
