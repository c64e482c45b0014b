"""What somebody changes in their own account: password, app, passkeys, recovery codes.

Pages let in only whoever proved a short while ago who they are (``Signed.recently_verified``); here it is seen to that
nobody is left without a way in.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.node.staff import codes, log, passkeys, passwords, proving, sessions, steps, totp
from coupole.node.staff.accounts import Staff
from coupole.node.staff.passkeys import Site
from coupole.node.staff.sessions import Signed
from coupole.node.store import Store
from coupole.node.store.staff_tables import Account


class LastWayIn(CoupoleError):
    """Without this there would be no way in for you any more."""


def change_password(store: Store, signed: Signed, password: str, now: datetime) -> None:
    """Another password; they go on here and are signed out everywhere else. Raises what ``passwords.check`` raises."""
    passwords.check(password, (signed.staff.login, signed.staff.name))
    phc = passwords.kept(password)
    with store.writing() as session:
        keep_password(session, signed.staff.id, phc, now)
        sessions.end_all(session, signed.staff.id, but=signed.key, now=now)


def begin_app(store: Store, staff: Staff, password: str, now: datetime) -> str:
    """The token of a step with a fresh secret for an app; ``password``: for whoever has none yet, or empty.

    Raises what ``passwords.check`` raises.
    """
    phc = ""
    with store.reading() as session:
        wanted = session.get_one(Account, staff.id).password is None
    if wanted:
        passwords.check(password, (staff.login, staff.name))
        phc = passwords.kept(password)
    values = {"staff": staff.id, "password": phc, "secret": totp.new_secret()}
    with store.writing() as session:
        return steps.begin(session, store.vault, "factor", values, now)


def app_secret(store: Store, staff: Staff, token: str, now: datetime) -> str:
    """The secret that is waiting to be confirmed. Raises ``StepOver``."""
    with store.reading() as session:
        return str(_mine(steps.look(session, store.vault, "factor", token, now), staff)["secret"])


def finish_app(store: Store, signed: Signed, token: str, code: str, now: datetime) -> list[str]:
    """The app has the secret: its figures prove it. The recovery codes to show once.

    Raises ``StepOver``, ``SecondFactorRefused``.
    """
    step = totp.step_of(app_secret(store, signed.staff, token, now), code, now)
    if step is None:
        raise proving.SecondFactorRefused("/code")
    staff_id = signed.staff.id
    with store.writing() as session:
        values = _mine(steps.take(session, store.vault, "factor", token, now), signed.staff)
        totp.keep(session, store.vault, staff_id, values["secret"], step)
        log.note(session, "totp_changed", staff=staff_id, now=now)
        if values["password"]:
            keep_password(session, staff_id, values["password"], now)
        sessions.end_all(session, staff_id, but=signed.key, now=now)
        return codes.make_recovery_codes(session, staff_id, now)


def drop_password(session: Session, staff: Staff, now: datetime) -> None:
    """No password and no app any more: passkeys alone. Raises ``LastWayIn``."""
    if not passkeys.of(session, staff.id):
        raise LastWayIn()
    row = session.get_one(Account, staff.id)
    row.password = row.totp = row.totp_used = None
    session.add(row)
    codes.forget_recovery_codes(session, staff.id)
    log.note(session, "password_changed", staff=staff.id, how="none", now=now)


def ask_passkey(store: Store, at: Site, staff: Staff, now: datetime) -> tuple[str, dict[str, Any]]:
    """The token of a step, and what the browser is told to make another key with."""
    asked = passkeys.challenge()
    with store.writing() as session:
        known = [key.id for key in passkeys.of(session, staff.id)]
        token = steps.begin(session, store.vault, "adding", {"staff": staff.id, "asked": asked}, now)
    return token, passkeys.creation(at, asked, staff.id, staff.login, known)


def add_passkey(store: Store, at: Site, staff: Staff, token: str, sent: str, name: str, now: datetime) -> None:
    """Keep another key. Raises ``StepOver``, ``PasskeyRefused``, ``PasskeyLimit``."""
    with store.writing() as session:
        values = _mine(steps.take(session, store.vault, "adding", token, now), staff)
        passkeys.add(session, at, values["asked"], staff.id, sent, name, now)


def remove_passkey(session: Session, staff: Staff, key: str, now: datetime) -> bool:
    """Take away a key; False when it is none of theirs. Raises ``LastWayIn``."""
    has = proving.factors(session, staff.id)
    if has.passkeys == 1 and not has.password:
        raise LastWayIn()
    return passkeys.remove(session, staff.id, key, now)


def keep_password(session: Session, staff_id: str, phc: str, now: datetime) -> None:
    """This is somebody's password from now on."""
    row = session.get_one(Account, staff_id)
    row.password = phc
    session.add(row)
    session.flush()
    log.note(session, "password_changed", staff=staff_id, now=now)


def forget_factors(session: Session, staff_id: str) -> None:
    """Take away every way somebody had to sign in."""
    row = session.get_one(Account, staff_id)
    row.password = row.totp = row.totp_used = row.oidc_issuer = row.oidc_subject = None
    session.add(row)
    session.flush()
    passkeys.remove_all(session, staff_id)
    codes.forget_recovery_codes(session, staff_id)


def _mine(values: dict[str, Any], staff: Staff) -> dict[str, Any]:
    if values["staff"] != staff.id:
        raise steps.StepOver()
    return values
