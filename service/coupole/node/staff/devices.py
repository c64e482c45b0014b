"""Browsers somebody has signed in with before, and what to call a browser in a list of sessions."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete

from coupole.node.staff.sessions import hashed
from coupole.node.store.staff_tables import Device

REMEMBERED = timedelta(days=180)

BROWSERS = (("edge", r"Edg"), ("firefox", r"Firefox"), ("chrome", r"Chrome|CriOS"), ("safari", r"Safari"))
SYSTEMS = (
    ("android", r"Android"),
    ("ios", r"iPhone|iPad"),
    ("windows", r"Windows"),
    ("macos", r"Mac OS X"),
    ("linux", r"Linux|X11"),
)


def called(user_agent: str) -> str:
    """Browser and system by their codes: ``firefox-windows``; ``other`` for what we do not know."""
    text = user_agent[:500]
    found = (next((name for name, mark in known if re.search(mark, text)), "other") for known in (BROWSERS, SYSTEMS))
    return "-".join(found)


def remember(session: Session, staff_id: str, now: datetime) -> str:
    """Know this browser again; the token it keeps."""
    session.exec(delete(Device).where(col(Device.made_at) <= now - REMEMBERED))
    token = secrets.token_urlsafe(32)
    session.add(Device(sha256=hashed(token), staff=staff_id, made_at=now))
    session.flush()
    return token


def known(session: Session, token: str, staff_id: str, now: datetime) -> bool:
    """Whether somebody has signed in with this browser before."""
    row = session.get(Device, hashed(token))
    return row is not None and row.staff == staff_id and row.made_at > now - REMEMBERED
