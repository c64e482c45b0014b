"""Proofs of possession (DPoP, RFC 9449): whoever sends the token also holds the key it is bound to.

Proofs are signed with EC or OKP keys only: an RSA key in the header would not fit the 512 bytes joserfc reads of it,
and the metadata says so. A proof is good once; what was used is remembered in memory, which is why a service is one
process, and only as long as a proof could still be accepted for its time.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hmac import compare_digest
from threading import Lock
from typing import Any
from urllib.parse import unquote, urlsplit

from coupole.web import token_errors as errors
from coupole.web.errors import ServiceBusy
from coupole.web.oauth.clients import PRIVATE
from coupole.web.oauth.jwts import PublicKey, header_of, kind_of, load_key, moment, part, verified

ALGORITHMS = ("ES256", "ES384", "Ed25519")
AGE = 60
"""How old a proof may be, in seconds."""
AHEAD = 30
"""How far its clock may be ahead of ours, in seconds."""
CAPACITY = 200_000
PORTS = {"https": 443, "http": 80}
PLAIN = re.compile(r"/[A-Za-z0-9/._:-]*")
"""A path that has one way of being written, as nearly all have: it need not be taken apart."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that holds: the thumbprint (RFC 7638) of its key, and its name."""

    jkt: str
    jti: str


@dataclass(frozen=True, slots=True)
class ProofKey:
    """The key a proof brings along."""

    key: PublicKey
    algorithm: str
    jkt: str


class Proofs:
    """Checks proofs for the addresses of one issuer, each proof once."""

    def __init__(self, issuer: str, clock: Callable[[], float], capacity: int = CAPACITY) -> None:
        self.issuer = issuer
        self.origin = origin_of(issuer)
        self.clock = clock
        self.capacity = capacity
        self._lock = Lock()
        self._began = clock()
        self._used: set[bytes] = set()
        self._used_before: set[bytes] = set()

    def check(self, sent: list[str], method: str, path: str, token: str | None = None) -> Proof:
        """The proof in these ``DPoP`` headers, if it holds for this method, path and token; not yet used up.

        Raises ``ProofMissing``, ``ProofInvalid``, ``ProofClockSkew``. The address is built from the issuer: what a
        ``Host`` or ``X-Forwarded-…`` header says has no say in it.
        """
        if not sent:
            raise errors.ProofMissing()
        text = sent[0]
        key = proof_key(text.partition(".")[0]) if len(sent) == 1 and header_of(text) is not None else None
        claims = verified(text, key.key, key.algorithm) if key else None
        if key is None or claims is None or not self._fits(claims, method, path):
            raise errors.ProofInvalid()
        if token is not None and not compare_digest(str(claims.get("ath")).encode(), hash_of(token)):
            raise errors.ProofInvalid()
        made, now = moment(claims.get("iat")), self.clock()
        if made is None:
            raise errors.ProofInvalid()
        if not now - AGE <= made <= now + AHEAD:
            raise errors.ProofClockSkew()
        return Proof(key.jkt, claims["jti"])

    def _fits(self, claims: dict[str, Any], method: str, path: str) -> bool:
        jti, address = claims.get("jti"), claims.get("htu")
        return (
            isinstance(jti, str)
            and 0 < len(jti) <= 200
            and claims.get("htm") == method
            and isinstance(address, str)
            and self._is_here(address, path)
        )

    def _is_here(self, address: str, path: str) -> bool:
        """Whether an address is that of a path of ours, however it is written."""
        if address == self.issuer + path and PLAIN.fullmatch(path):
            return True
        return origin_of(address) == self.origin and unquote(urlsplit(address).path or "/") == path

    def use(self, proof: Proof) -> None:
        """Use a proof up. Raises ``ProofUsed``, and ``ServiceBusy`` rather than forget one that could come again."""
        name = hashlib.sha256(f"{proof.jkt} {proof.jti}".encode()).digest()
        with self._lock:
            now = self.clock()
            if now - self._began > AGE + AHEAD:  # what was used longer ago is refused for its time
                self._used_before, self._used, self._began = self._used, set(), now
            if name in self._used or name in self._used_before:
                raise errors.ProofUsed()
            if len(self._used) >= self.capacity:
                raise ServiceBusy(headers={"Retry-After": str(AGE)})
            self._used.add(name)


@lru_cache(maxsize=1024)
def proof_key(header: str) -> ProofKey | None:
    """The key in a proof's header (base64url); none unless it is a public key that its ``alg`` can use.

    Remembered, because a client sends the same header with every request.
    """
    read = part(header) or {}
    jwk, algorithm = read.get("jwk"), read.get("alg")
    if read.get("typ") != "dpop+jwt" or not isinstance(jwk, dict) or algorithm not in ALGORITHMS:
        return None
    if PRIVATE & jwk.keys() or kind_of(jwk) != algorithm:
        return None
    key = load_key(jwk, algorithm)
    return ProofKey(key, algorithm, key.thumbprint()) if key else None


def hash_of(token: str) -> bytes:
    """The hash of an access token as a proof names it (``ath``)."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=")


def origin_of(address: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an address; none when it has no such form (RFC 3986 6.2.2, 6.2.3)."""
    try:
        parts = urlsplit(address)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
    if not parts.hostname or parts.username is not None or parts.password is not None:
        return None
    return parts.scheme, parts.hostname, port
