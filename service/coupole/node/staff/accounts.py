"""Accounts of the people who work here. A person is one account; nobody else ever chooses their password."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from sqlmodel import Session, col, delete, func, select

from coupole.errors import CoupoleError
from coupole.node.staff import log
from coupole.node.store.staff_tables import Account, Device, OneTimeCode, StaffSession

Role = Literal["admin", "officer", "coach", "reader", "auditor"]
ROLES: tuple[Role, ...] = get_args(Role)
LOGIN = re.compile(r"[a-z0-9](?:[a-z0-9._@+-]{0,98}[a-z0-9])?")
"""Short names and e-mail addresses alike."""
LANGUAGES = ("en", "nl", "fr", "it")


class StaffNotFound(CoupoleError):
    """Nobody has such an account."""


class LoginTaken(CoupoleError):
    """Somebody signs in with that name already."""


class AccountInvalid(CoupoleError):
    """The account lacks something it needs."""


class LastAdmin(CoupoleError):
    """Nobody else could give access any more."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who may sign in."""

    id: str
    name: str
    role: Role
    language: str
    actor: str | None
    """Their document among the professionals; by it files are theirs."""
    login: str
    email: str | None
    disabled: bool


def create(
    session: Session,
    *,
    login: str,
    name: str,
    role: str,
    language: str = "en",
    actor: str | None = None,
    email: str | None = None,
    by: str | None = None,
    now: datetime | None = None,
    staff_id: str | None = None,
) -> Staff:
    """A new account, without any way to sign in yet. Raises ``AccountInvalid``, ``LoginTaken``."""
    login = spelt(login)
    check(login=login, name=name, role=role, language=language, email=email)
    if session.exec(select(Account.id).where(Account.login == login)).first():
        raise LoginTaken("/login")
    moment = now or datetime.now(UTC)
    row = Account(
        id=staff_id or new_id(),
        login=login,
        name=name.strip(),
        role=role,
        language=language,
        actor=actor,
        email=email or None,
        created_at=moment,
    )
    session.add(row)
    session.flush()
    log.note(session, "account_made", staff=row.id, actor=by, how=role, now=moment)
    return _staff(row)


def find(session: Session, staff_id: str) -> Staff | None:
    """The account of that identifier, disabled or not."""
    row = session.get(Account, staff_id)
    return _staff(row) if row else None


def by_login(session: Session, login: str) -> Staff | None:
    """The account somebody signs in to with that name."""
    row = session.exec(select(Account).where(Account.login == spelt(login))).first()
    return _staff(row) if row else None


def everybody(session: Session) -> list[Staff]:
    """All accounts by name, disabled ones last."""
    order = (col(Account.disabled_at).is_not(None), Account.name, Account.id)
    return [_staff(row) for row in session.exec(select(Account).order_by(*order))]


def names(session: Session, staff: Iterable[str]) -> dict[str, str]:
    """How each of these is called; an identifier that is no account's is left out."""
    rows = session.exec(select(Account.id, Account.name).where(col(Account.id).in_(set(staff))))
    return dict(rows.all())


def change(
    session: Session,
    staff_id: str,
    *,
    name: str,
    role: str,
    language: str,
    actor: str | None,
    email: str | None,
    by: str | None,
    now: datetime | None = None,
) -> Staff:
    """Change what an admin may change. Raises ``StaffNotFound``, ``AccountInvalid``, ``LastAdmin``."""
    row = _row(session, staff_id)
    check(login=row.login, name=name, role=role, language=language, email=email)
    if row.role == "admin" and role != "admin":
        _keep_an_admin(session, row)
    row.name, row.language, row.actor, row.email = name.strip(), language, actor, email or None
    changed, row.role = row.role != role, role
    session.add(row)
    session.flush()
    log.note(session, "role_changed" if changed else "account_changed", staff=row.id, actor=by, how=role, now=now)
    return _staff(row)


def choose_language(session: Session, staff_id: str, language: str) -> None:
    """The language in which somebody reads pages. Raises ``StaffNotFound``, ``AccountInvalid``."""
    row = _row(session, staff_id)
    if language not in LANGUAGES:
        raise AccountInvalid("/language")
    row.language = language
    session.add(row)
    session.flush()


def disable(session: Session, staff_id: str, *, by: str | None, now: datetime | None = None) -> None:
    """Let somebody in no more, from this moment on. Raises ``StaffNotFound``, ``LastAdmin``."""
    row = _row(session, staff_id)
    if row.disabled_at is not None:
        return
    if row.role == "admin":
        _keep_an_admin(session, row)
    moment = now or datetime.now(UTC)
    row.disabled_at = moment
    session.add(row)
    for table in (StaffSession, OneTimeCode, Device):
        session.exec(delete(table).where(col(table.staff) == staff_id))
    session.flush()
    log.note(session, "account_disabled", staff=staff_id, actor=by, now=moment)


def enable(session: Session, staff_id: str, *, by: str | None, now: datetime | None = None) -> None:
    """Let somebody in again, the way they came in before. Raises ``StaffNotFound``."""
    row = _row(session, staff_id)
    if row.disabled_at is None:
        return
    row.disabled_at = None
    session.add(row)
    session.flush()
    log.note(session, "account_enabled", staff=staff_id, actor=by, now=now)


def new_id() -> str:
    """An identifier for an account: it says nothing of whose it is."""
    return f"staff-{secrets.token_hex(8)}"


def spelt(login: str) -> str:
    """A name to sign in with as it is kept: capitals and spaces around it make no other name."""
    return unicodedata.normalize("NFC", login).strip().lower()


def _row(session: Session, staff_id: str) -> Account:
    row = session.get(Account, staff_id)
    if row is None:
        raise StaffNotFound()
    return row


def _staff(row: Account) -> Staff:
    role: Role = row.role  # type: ignore[assignment]  # one of them: ``_check`` let nothing else in
    disabled = row.disabled_at is not None
    return Staff(row.id, row.name, role, row.language, row.actor, row.login, row.email, disabled)


def check(*, login: str, name: str, role: str, language: str, email: str | None) -> None:
    """Raise ``AccountInvalid`` at the first thing that is wrong."""
    plain_name = name.strip()
    wrong = {
        "/login": not LOGIN.fullmatch(login),
        "/name": not 1 <= len(plain_name) <= 200 or not plain_name.isprintable(),
        "/role": role not in ROLES,
        "/language": language not in LANGUAGES,
        "/email": bool(email) and not re.fullmatch(r"[^\s@,;<>\"]{1,64}@[^\s@,;<>\"]{1,189}", email or ""),
    }
    for pointer, bad in wrong.items():
        if bad:
            raise AccountInvalid(pointer)


def _keep_an_admin(session: Session, leaving: Account) -> None:
    others = (Account.role == "admin", col(Account.disabled_at).is_(None), Account.id != leaving.id)
    if not session.scalar(select(func.count()).select_from(Account).where(*others)):
        raise LastAdmin()
