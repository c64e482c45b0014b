"""A client says who it is: an assertion signed with its registered key (``private_key_jwt``, RFC 7523)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from authlib.oauth2.rfc7523 import JWTBearerClientAssertion

from coupole.web import token_errors as errors
from coupole.web.oauth.clients import ClientRow, TokenStore, registered_keys
from coupole.web.oauth.jwts import header_of, moment, unverified, verified

METHOD = "private_key_jwt"
TYPE = JWTBearerClientAssertion.CLIENT_ASSERTION_TYPE
SECONDS = 300
"""The furthest an assertion's end may lie ahead (SMART Backend Services: five minutes)."""
TOLERANCE = 30
"""How far a clock may be ahead of ours. FAPI 2.0 5.3.2.1: 10 s must be accepted, more than 60 s must not."""
TYPES = (None, "JWT", "client-authentication+jwt")
FOREIGN = frozenset(("jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256"))
"""Headers that bring a key along: ours come from the registration alone."""


@dataclass(frozen=True, slots=True)
class Assertions:
    """Checks assertions made for one issuer."""

    issuer: str
    tokens: TokenStore
    clock: Callable[[], float]

    def client(self, form: Mapping[str, str]) -> ClientRow:
        """The client that signed; its assertion is used up. Raises the kinds of ``errors`` told as invalid_client."""
        text = form.get("client_assertion")
        if not text or form.get("client_assertion_type") != TYPE:
            raise errors.AssertionMissing()
        client, claims = self._signed(text)
        if form.get("client_id", client.id) != client.id:
            raise errors.AssertionInvalid()
        if claims.get("iss") != client.id or claims.get("aud") != self.issuer:
            raise errors.AssertionAudience() if claims.get("iss") == client.id else errors.AssertionInvalid()
        ends = check_times(claims, self.clock())
        jti = claims.get("jti")
        if not isinstance(jti, str) or not 0 < len(jti) <= 200:
            raise errors.AssertionInvalid()
        if not client.enabled:
            raise errors.ClientDisabled()
        if not self.tokens.claim_assertion(client.id, jti, datetime.fromtimestamp(ends, UTC)):
            raise errors.AssertionUsed()
        return client

    def _signed(self, text: str) -> tuple[ClientRow, dict[str, Any]]:
        """The client an assertion names and what it claims, its signature verified with a registered key."""
        header = header_of(text)
        if header is None or FOREIGN & header.keys() or header.get("typ") not in TYPES:
            raise errors.AssertionInvalid()
        name, kid = (unverified(text) or {}).get("sub"), header.get("kid")
        if not isinstance(name, str) or not isinstance(kid, str):
            raise errors.AssertionInvalid()
        client = self.tokens.client(name)
        key = registered_keys(client.keys).get(kid) if client else None
        if client is None or key is None or header.get("alg") != key.algorithm:
            raise errors.ClientUnknown()
        claims = verified(text, key.key, key.algorithm)
        if claims is None:
            raise errors.ClientUnknown()
        return client, claims


def check_times(claims: Mapping[str, Any], now: float) -> float:
    """When the assertion ends, a POSIX time. Raises ``ClockSkew``, ``AssertionLifetime``, ``AssertionInvalid``.

    An assertion that has already ended, or begins only later, was made by a clock that is not ours: it is told apart
    from a wrong lifetime, for the remedy is to set a clock and not to change a program.
    """
    ends = moment(claims.get("exp"))
    begins = [moment(claims[name]) for name in ("iat", "nbf") if name in claims]
    if ends is None or None in begins:
        raise errors.AssertionInvalid()
    latest = max((begin for begin in begins if begin is not None), default=now)
    if latest > now + TOLERANCE or ends <= now:
        raise errors.ClockSkew()
    if ends - claims.get("iat", now) > SECONDS:
        raise errors.AssertionLifetime()
    return ends
