"""The six figures of an authenticator app (RFC 6238): a secret, its picture, and codes that are good once."""

from __future__ import annotations

import io
from datetime import datetime

import pyotp
import segno
from pyotp.exceptions import OTPVerificationError
from sqlmodel import Session, col, or_, update

from coupole.node.store.staff_tables import Account
from coupole.node.store.vault import NODE, Vault, seal, unseal

WINDOW = 1
"""A code of the step before or after counts as well: clocks differ, and people type slowly."""


def new_secret() -> str:
    """160 bits of chance, as apps want them written."""
    return pyotp.random_base32(32)


def address(secret: str, login: str, name: str) -> str:
    """What the picture says to an app. ``name``: of the workshop."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=name)


def picture(text: str) -> str:
    """A QR code as an SVG element, dark on light whatever the page's colours."""
    drawn = io.BytesIO()
    made = segno.make(text, error="m", micro=False)
    made.save(
        drawn,
        kind="svg",
        scale=5,
        border=4,
        xmldecl=False,
        svgns=False,
        dark="#000",
        light="#fff",
        nl=False,
        omitsize=False,
    )
    return drawn.getvalue().decode()


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step that code belongs to, when it is right."""
    figures = code.replace(" ", "")
    if not (figures.isascii() and figures.isdecimal() and len(figures) == 6):
        return None
    try:
        return int(pyotp.TOTP(secret).verify_and_get_timecode(figures, for_time=now, valid_window=WINDOW))
    except OTPVerificationError:
        return None


def use(session: Session, vault: Vault, staff_id: str, code: str, now: datetime) -> bool:
    """Whether it is somebody's code of this moment, which nobody has used yet; used up from now on."""
    row = session.get(Account, staff_id)
    if row is None or row.totp is None:
        return False
    secret = unseal(vault.key(NODE), row.totp, _place(staff_id)).decode()
    step = step_of(secret, code, now)
    if step is None:
        return False
    unused = or_(col(Account.totp_used).is_(None), col(Account.totp_used) < step)
    done = session.exec(update(Account).where(col(Account.id) == staff_id, unused).values(totp_used=step))
    return done.rowcount == 1


def keep(session: Session, vault: Vault, staff_id: str, secret: str, step: int) -> None:
    """This is somebody's secret from now on; the code of ``step``, which proved it, is used."""
    row = session.get_one(Account, staff_id)
    row.totp = seal(vault.key(NODE), secret.encode(), _place(staff_id))
    row.totp_used = step
    session.add(row)
    session.flush()


def _place(staff_id: str) -> str:
    return f"totp|{staff_id}"
