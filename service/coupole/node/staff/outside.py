"""Signing in with the account one has elsewhere (OpenID Connect), where the operator has named one provider.

The provider's address and the algorithms it may sign with are pinned; an account is known by (issuer, subject), never
by an e-mail address; and where the provider does not say that it asked for a second factor, we ask for ours. Nobody
gets an account by signing in: they link it to the account they have here.
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
from sqlmodel import Session, select

from coupole.errors import CoupoleError
from coupole.node.staff import log, proving, steps
from coupole.node.staff.proving import Browser, Entered
from coupole.node.store import Store
from coupole.node.store.staff_tables import Account
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


class OutsideSignInRefused(CoupoleError):
    """Signing in elsewhere did not work."""


class OutsideAccountUnknown(CoupoleError):
    """Nobody here has linked that account."""


class OutsideSignInWeak(CoupoleError):
    """Signing in elsewhere did not ask for a second factor."""


class OutsideAccountTaken(CoupoleError):
    """A colleague has linked that account already."""


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


def begin(store: Store, provider: Provider, now: datetime, *, linking: str | None = None) -> tuple[str, str]:
    """The token of a step, and the address to send the browser to. ``linking``: to whose account the other is linked.

    Raises ``OutsideSignInRefused``.
    """
    values = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    with _refusing(), _client(provider) as client:
        about = _metadata(provider, client)
        address, _state = client.create_authorization_url(
            about["authorization_endpoint"],
            state=values["state"],
            code_verifier=values["verifier"],
            nonce=values["nonce"],
        )
    with store.writing() as session:
        token = steps.begin(session, store.vault, "outside", values | {"linking": linking or ""}, now)
    return token, str(address)


def finish(
    store: Store, provider: Provider, token: str, query: str, browser: Browser, now: datetime
) -> Entered | str | None:
    """Back from the provider: signed in, or the token of the step that asks for our second factor, or none: linked.

    Raises ``StepOver``, ``OutsideSignInRefused``, ``OutsideAccountUnknown``, ``OutsideSignInWeak``,
    ``OutsideAccountTaken``.
    """
    with store.writing() as session:
        values = steps.take(session, store.vault, "outside", token, now)
    try:
        who = identity(provider, values, query, now)
    except OutsideSignInRefused:
        with store.writing() as session:
            log.note(session, "outside_sign_in_refused", now=now)
        raise
    with store.writing() as session:
        if values["linking"]:
            _link(session, values["linking"], who, now)
            return None
        return _enter(session, store, who, browser, now)


def unlink(session: Session, staff_id: str, now: datetime) -> None:
    """The account elsewhere is linked no more. It never was the only way in: nobody removes the last one here."""
    row = session.get_one(Account, staff_id)
    row.oidc_issuer = row.oidc_subject = None
    session.add(row)
    log.note(session, "outside_account_unlinked", staff=staff_id, now=now)


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
    return Identity(provider.issuer, str(subject), strong or claims.get("acr") in STRONG_CLASSES)


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
        scope="openid",
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


def _row(session: Session, who: Identity) -> Account | None:
    mine = (Account.oidc_issuer == who.issuer, Account.oidc_subject == who.subject)
    return session.exec(select(Account).where(*mine)).first()


def _link(session: Session, staff_id: str, who: Identity, now: datetime) -> None:
    taken = _row(session, who)
    if taken is not None and taken.id != staff_id:
        raise OutsideAccountTaken()
    row = session.get_one(Account, staff_id)
    row.oidc_issuer, row.oidc_subject = who.issuer, who.subject
    session.add(row)
    log.note(session, "outside_account_linked", staff=staff_id, now=now)


def _enter(session: Session, store: Store, who: Identity, browser: Browser, now: datetime) -> Entered | str:
    row = _row(session, who)
    if row is None or row.disabled_at is not None:
        raise OutsideAccountUnknown()
    if who.strong:
        return proving.enter(session, row.id, browser, now, how="outside")
    if row.totp is None:
        raise OutsideSignInWeak()
    return steps.begin(session, store.vault, "second", {"staff": row.id, "how": "outside"}, now)
