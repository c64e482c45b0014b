"""Signing in with the account one has elsewhere (OpenID Connect), where the operator has named one provider.

An account is known by (issuer, subject), and where the provider does not say that it asked for a second factor, we ask
for ours. Nobody gets an account by signing in: they link it to the one they have here, or accept the invitation that an
administrator made out to the address which the provider has verified. From then on that address counts for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session, select

from coupole.errors import CoupoleError
from coupole.node.staff import accounts, codes, log, own, proving, sessions, steps
from coupole.node.staff.provider import SKEW_SECONDS, Identity, OutsideSignInRefused, Provider, ask, identity
from coupole.node.staff.proving import Browser, Entered
from coupole.node.staff.sessions import Signed
from coupole.node.store import Store
from coupole.node.store.staff_tables import Account

Purpose = Literal["entering", "linking", "again"]
"""``entering``: to sign in; ``linking``: to link the account there to the one here; ``again``: to show it is still
them."""


class OutsideAccountUnknown(CoupoleError):
    """Nobody here has linked that account."""


class OutsideSignInWeak(CoupoleError):
    """Signing in elsewhere did not ask for a second factor."""


class OutsideAccountTaken(CoupoleError):
    """A colleague has linked that account already."""


@dataclass(frozen=True, slots=True)
class Back:
    """Somebody is back from the provider."""

    purpose: Purpose
    going: str
    """Where they wanted to go on to."""
    entered: Entered | None = None
    """What their browser is to keep, when they are signed in."""
    token: str = field(default="", repr=False)
    """Of the step that asks for our second factor; or of the session that goes on, when they showed it is them."""


def begin(
    store: Store,
    provider: Provider,
    now: datetime,
    *,
    purpose: Purpose = "entering",
    signed: Signed | None = None,
    going: str = "/",
) -> tuple[str, str]:
    """The token of a step, and the address to send the browser to. Raises ``OutsideSignInRefused``.

    ``signed``: who links, or shows that it is still them; ``going``: where they want to go on to.
    """
    address, values = ask(provider, anew=purpose == "again")
    staff, key = (signed.staff.id, signed.key) if signed else ("", "")
    kept = values | {"purpose": purpose, "staff": staff, "session": key, "going": going, "at": now.timestamp()}
    with store.writing() as session:
        return steps.begin(session, store.vault, "outside", kept, now), address


def finish(store: Store, provider: Provider, token: str, query: str, browser: Browser, now: datetime) -> Back:
    """Back from the provider: signed in, or half (our second factor is asked for next), or linked, or shown again.

    Raises ``StepOver``, ``OutsideSignInRefused``, ``OutsideAccountUnknown``, ``OutsideSignInWeak``,
    ``OutsideAccountTaken``, ``SessionOver``.
    """
    with store.writing() as session:
        values = steps.take(session, store.vault, "outside", token, now)
    try:
        who = identity(provider, values, query, now)
    except OutsideSignInRefused:
        with store.writing() as session:
            log.note(session, "outside_sign_in_refused", now=now)
        raise
    purpose, going = values["purpose"], values["going"]
    with store.writing() as session:
        if purpose == "linking":
            _link(session, values["staff"], who, now)
            return Back(purpose, going)
        if purpose == "again":
            return Back(purpose, going, token=_again(session, values, who, now))
        entered = _enter(session, store, who, browser, now)
        return Back(purpose, going, entered) if isinstance(entered, Entered) else Back(purpose, going, token=entered)


def unlink(session: Session, staff_id: str, now: datetime) -> None:
    """The account elsewhere is linked no more. Raises ``LastWayIn`` when there is no other way in."""
    if not proving.factors(session, staff_id).own:
        raise own.LastWayIn()
    row = session.get_one(Account, staff_id)
    row.oidc_issuer = row.oidc_subject = None
    session.add(row)
    log.note(session, "outside_account_unlinked", staff=staff_id, now=now)


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
    if row is None:
        return _accept(session, who, browser, now)
    if row.disabled_at is not None:
        raise OutsideAccountUnknown()
    if who.strong:
        return proving.enter(session, row.id, browser, now, how="outside")
    if row.totp is None:
        raise OutsideSignInWeak()
    return steps.begin(session, store.vault, "second", {"staff": row.id, "how": "outside"}, now)


def _accept(session: Session, who: Identity, browser: Browser, now: datetime) -> Entered:
    """The invitation made out to that address is accepted: it is used up, and the account there linked."""
    staff_id = _invited(session, who, now)
    if staff_id is None:
        raise OutsideAccountUnknown()
    if not who.strong:  # there is no second factor of ours to ask for; the invitation stays good
        raise OutsideSignInWeak()
    if not codes.use_invitation(session, staff_id, now):
        raise OutsideAccountUnknown()
    _link(session, staff_id, who, now)
    return proving.enter(session, staff_id, browser, now, how="outside")


def _invited(session: Session, who: Identity, now: datetime) -> str | None:
    """Whose invitation is made out to the verified address; none when it could be that of two."""
    found = [
        staff.id
        for staff in accounts.everybody(session)
        if who.email and staff.email and not staff.disabled and _written(staff.email) == _written(who.email)
        if codes.invited(session, staff.id, now) and not proving.factors(session, staff.id).any
    ]
    return found[0] if len(found) == 1 else None


def _written(address: str) -> str:
    """Capitals make no other address; but letters outside ASCII are folded to nobody else's (K, the Kelvin sign)."""
    return address.lower() if address.isascii() else address


def _again(session: Session, values: dict[str, Any], who: Identity, now: datetime) -> str:
    """The token of their session that goes on: it is the linked account, shown there since we asked."""
    row = session.get_one(Account, values["staff"])
    if (row.oidc_issuer, row.oidc_subject) != (who.issuer, who.subject):
        raise OutsideAccountUnknown()
    if who.shown_at < values["at"] - SKEW_SECONDS:
        raise OutsideSignInRefused()
    if not who.strong:
        raise OutsideSignInWeak()
    return sessions.renew(session, values["session"], now)
