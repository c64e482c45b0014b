"""What is asked of the provider of accounts elsewhere (OpenID Connect), and what of its answers is believed.

Its address and the algorithms it may sign with are pinned; what is not exactly as it must be is refused, and no word of
the provider or of a library goes on to people.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from coupole.errors import CoupoleError
from coupole.standard.reading import parse

ALGORITHMS = ("ES256", "RS256", "PS256", "Ed25519")
"""What may sign an ID token; of these only what the provider names as well."""
STRONG_METHODS = frozenset({"mfa", "hwk"})
STRONG_CLASSES = frozenset({"phr", "phrh"})
"""Words of RFC 8176 and of the OpenID profile by which a provider says that a second factor was asked for."""
SECONDS = 10
LONGEST = 500_000
SKEW_SECONDS = 60
LOOPBACK = ("127.0.0.1", "::1", "localhost")
ANEW = {"prompt": "login", "max_age": "0"}
"""Asks the provider to have somebody show who they are although they are signed in there (OpenID Connect, 3.1.2.1)."""


class OutsideSignInRefused(CoupoleError):
    """Signing in elsewhere did not work."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Where people have accounts elsewhere."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    back: str
    """The address of ours that it sends people back to."""
    name: str
    transport: httpx2.BaseTransport | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is elsewhere."""

    issuer: str
    subject: str
    strong: bool
    """Whether a second factor was asked for."""
    email: str = field(default="", repr=False)
    """Their address, when the provider says that it has verified that it is theirs; it is never kept."""
    shown_at: float = 0
    """When they showed there who they are, in seconds since 1970; 0 when the provider does not say."""


def ask(provider: Provider, *, anew: bool = False) -> tuple[str, dict[str, str]]:
    """The address to send the browser to, and what to keep until it comes back. Raises ``OutsideSignInRefused``.

    ``anew``: they are to show who they are although they are signed in there.
    """
    values = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    with _refusing(), _client(provider) as client:
        about = _metadata(provider, client)
        address, _state = client.create_authorization_url(
            about["authorization_endpoint"],
            state=values["state"],
            code_verifier=values["verifier"],
            nonce=values["nonce"],
            **(ANEW if anew else {}),
        )
    return str(address), values


def identity(provider: Provider, values: dict[str, Any], query: str, now: datetime) -> Identity:
    """Who the provider says it is. Raises ``OutsideSignInRefused`` for anything that is not exactly as it must be."""
    sent = parse_qsl(query, keep_blank_values=True)
    given = dict(sent)
    if len(sent) != len(given) or "code" not in given:
        raise OutsideSignInRefused()
    with _refusing(), _client(provider) as client:
        about = _metadata(provider, client)
        said = given.get("iss", "" if about.get("authorization_response_iss_parameter_supported") else provider.issuer)
        if said != provider.issuer or not secrets.compare_digest(given.get("state", ""), values["state"]):
            raise OutsideSignInRefused()
        answer = client.fetch_token(
            about["token_endpoint"],
            grant_type="authorization_code",
            code=given["code"],
            redirect_uri=provider.back,
            code_verifier=values["verifier"],
        )
        keys = KeySet.import_key_set(cast(KeySetSerialization, _fetched(client, about["jwks_uri"])))
        claims = _claims(str(answer["id_token"]), keys, _algorithms(about))
    return _checked(provider, claims, values["nonce"], now)


def _claims(token: str, keys: KeySet, algorithms: list[str]) -> dict[str, Any]:
    signed = jws.deserialize_compact(token, keys, algorithms=algorithms)
    claims = parse(signed.payload or b"", max_bytes=LONGEST)
    if not isinstance(claims, dict):
        raise OutsideSignInRefused()
    return claims


def _checked(provider: Provider, claims: dict[str, Any], nonce: str, now: datetime) -> Identity:
    moment = now.timestamp()
    audience, subject = claims.get("aud"), claims.get("sub")
    expires, issued = claims.get("exp"), claims.get("iat")
    right = (
        claims.get("iss") == provider.issuer
        and audience in (provider.client_id, [provider.client_id])
        and claims.get("azp", provider.client_id) == provider.client_id
        and isinstance(subject, str)
        and 0 < len(subject) <= 255
        and claims.get("nonce") == nonce
        and isinstance(expires, int | float)
        and isinstance(issued, int | float)
        and expires > moment - SKEW_SECONDS
        and issued < moment + SKEW_SECONDS
    )
    if not right:
        raise OutsideSignInRefused()
    methods = claims.get("amr")
    strong = isinstance(methods, list) and any(
        method in STRONG_METHODS for method in methods if isinstance(method, str)
    )
    return Identity(
        provider.issuer,
        str(subject),
        strong or claims.get("acr") in STRONG_CLASSES,
        email=_verified(claims),
        shown_at=shown if isinstance(shown := claims.get("auth_time"), int | float) else 0,
    )


def _verified(claims: dict[str, Any]) -> str:
    """An address counts only where the provider says ``true``, not where it says something like it."""
    email = claims.get("email")
    return email if isinstance(email, str) and claims.get("email_verified") is True else ""


def _metadata(provider: Provider, client: OAuth2Client) -> dict[str, Any]:
    """What the provider says of itself, fetched anew each time: it must be itself, and its addresses must be safe."""
    about = _fetched(client, provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
    addresses = [about.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    if about.get("issuer") != provider.issuer or not all(_safe(address) for address in addresses):
        raise OutsideSignInRefused()
    if not _algorithms(about):
        raise OutsideSignInRefused()
    return about


def _algorithms(about: dict[str, Any]) -> list[str]:
    """A provider may name ``none``: only what we take as well counts."""
    named = about.get("id_token_signing_alg_values_supported")
    return [name for name in ALGORITHMS if isinstance(named, list) and name in named]


def _safe(address: Any) -> bool:
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _fetched(client: OAuth2Client, address: str) -> dict[str, Any]:
    answer = client.request("GET", address, withhold_token=True)
    if answer.status_code != 200 or len(answer.content) > LONGEST:
        raise OutsideSignInRefused()
    found = parse(answer.content, max_bytes=LONGEST)
    if not isinstance(found, dict):
        raise OutsideSignInRefused()
    return found


def _client(provider: Provider) -> OAuth2Client:
    return OAuth2Client(
        provider.client_id,
        provider.secret,
        scope="openid email",
        redirect_uri=provider.back,
        code_challenge_method="S256",
        transport=provider.transport,
        timeout=SECONDS,
        follow_redirects=False,
        trust_env=False,
    )


@contextmanager
def _refusing() -> Iterator[None]:
    """Whatever the provider or the libraries say, people read that it did not work; no word of theirs goes on."""
    try:
        yield
    except (AuthlibBaseError, httpx2.HTTPError, JoseError, ValueError, KeyError, TypeError, CoupoleError):
        raise OutsideSignInRefused() from None
