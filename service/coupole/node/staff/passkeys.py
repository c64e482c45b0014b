"""Passkeys (WebAuthn): a key in somebody's phone, computer or security key, which asks for finger, face or PIN itself.

One proves both what they have and who they are, and cannot be phished: it signs the address it sees. Browsers know
them only at an address with a name; ``http://127.0.0.1`` has none, ``http://localhost`` does.
"""

from __future__ import annotations

import ipaddress
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import webauthn
from sqlmodel import Session, col, delete, select
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    options_to_json,
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from coupole.errors import CoupoleError
from coupole.node.staff import log
from coupole.node.staff.accounts import Staff, find
from coupole.node.store import journal
from coupole.node.store.staff_tables import Passkey

MOST = 20
LONGEST = 20_000
"""Of what a browser sends for one, in characters."""


class PasskeyRefused(CoupoleError):
    """This passkey was not accepted."""


class PasskeyLimit(CoupoleError):
    """There are as many passkeys in this account as it can have."""


@dataclass(frozen=True, slots=True)
class Site:
    """The address passkeys of this node are for."""

    host: str
    origin: str
    name: str


def site(issuer: str, name: str) -> Site | None:
    """The address passkeys are for; none when browsers know no passkeys at such an address."""
    host = urlsplit(issuer).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return Site(host, issuer, name)
    return None


def challenge() -> str:
    """What a key is to sign, once."""
    return secrets.token_urlsafe(32)


def creation(at: Site, asked: str, staff_id: str, login: str, known: list[str]) -> dict[str, Any]:
    """What the browser is told to make a key. ``known``: the keys there are, so that none is made twice."""
    options = webauthn.generate_registration_options(
        rp_id=at.host,
        rp_name=at.name,
        user_id=staff_id.encode(),
        user_name=login,
        challenge=base64url_to_bytes(asked),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known],
    )
    told: dict[str, Any] = json.loads(options_to_json(options))
    return told


def request(at: Site, asked: str) -> dict[str, Any]:
    """What the browser is told to have a key sign; which one is the person's choice."""
    options = webauthn.generate_authentication_options(
        rp_id=at.host,
        challenge=base64url_to_bytes(asked),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    told: dict[str, Any] = json.loads(options_to_json(options))
    return told


def add(session: Session, at: Site, asked: str, staff_id: str, sent: str, name: str, now: datetime) -> None:
    """Keep a new key of somebody. Raises ``PasskeyRefused``, ``PasskeyLimit``."""
    try:
        credential = parse_registration_credential_json(_bounded(sent))
        verified = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(asked),
            expected_rp_id=at.host,
            expected_origin=at.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError):
        raise PasskeyRefused() from None
    known = bytes_to_base64url(verified.credential_id)
    journal.hold(session)
    if session.get(Passkey, known) is not None:
        raise PasskeyRefused()
    if len(of(session, staff_id)) >= MOST:
        raise PasskeyLimit()
    row = Passkey(
        id=known,
        staff=staff_id,
        public_key=verified.credential_public_key,
        counter=verified.sign_count,
        name=" ".join(name.split())[:60],
        added_at=now,
    )
    session.add(row)
    log.note(session, "passkey_added", staff=staff_id, now=now)


def prove(session: Session, at: Site, asked: str, sent: str, now: datetime) -> Staff:
    """Whose key signed. Raises ``PasskeyRefused``, also for somebody who is not let in any more."""
    try:
        credential = parse_authentication_credential_json(_bounded(sent))
        journal.hold(session)
        row = session.get(Passkey, bytes_to_base64url(credential.raw_id))
        staff = row and find(session, row.staff)
        if row is None or not staff or staff.disabled:
            raise PasskeyRefused()
        if credential.response.user_handle not in (None, row.staff.encode()):
            raise PasskeyRefused()
        verified = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(asked),
            expected_rp_id=at.host,
            expected_origin=at.origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.counter,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError):
        raise PasskeyRefused() from None
    row.counter, row.used_at = verified.new_sign_count, now
    session.add(row)
    session.flush()
    return staff


def of(session: Session, staff_id: str) -> list[Passkey]:
    """Somebody's keys, oldest first."""
    return list(session.exec(select(Passkey).where(Passkey.staff == staff_id).order_by(col(Passkey.added_at))))


def remove(session: Session, staff_id: str, key: str, now: datetime) -> bool:
    """Take away one of somebody's keys; False when it is none of theirs."""
    row = session.get(Passkey, key)
    if row is None or row.staff != staff_id:
        return False
    session.delete(row)
    log.note(session, "passkey_removed", staff=staff_id, now=now)
    return True


def remove_all(session: Session, staff_id: str) -> None:
    """Take away all keys of somebody who lost them."""
    session.exec(delete(Passkey).where(col(Passkey.staff) == staff_id))


def _bounded(sent: str) -> str:
    if len(sent) > LONGEST:
        raise PasskeyRefused()
    return sent
