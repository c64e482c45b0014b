"""Signs people in at a node that answers in this process."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.testclient import TestClient

from coupole.node.staff import accounts, sessions
from coupole.node.staff.accounts import Staff
from coupole.node.ui.arriving import cookie_name
from tests.calling import RunningNode


def account(node: RunningNode, role: str = "officer", **about: Any) -> Staff:
    """A colleague; each call makes another one. ``actor``: their document among the professionals."""
    with node.node.store.writing() as session:
        number = len(accounts.everybody(session)) + 1
        about = {"login": f"{role}.{number}", "name": f"{role.title()} {number}", **about}
        return accounts.create(session, role=role, **about)


def browser_of(node: RunningNode, staff: Staff, now: datetime | None = None) -> TestClient:
    """A browser in which that colleague is signed in."""
    with node.node.store.writing() as session:
        token = sessions.begin(session, staff.id, now or datetime.now(UTC))
    return browser(node, token)


def browser(node: RunningNode, token: str | None = None) -> TestClient:
    """A browser of its own at that node, with the session of a token if one is given; it asks for pages."""
    issuer = node.settings.issuer
    client = TestClient(node.app, base_url=issuer, follow_redirects=False)
    client.headers.update({"accept": "text/html", "origin": issuer, "accept-language": "en"})
    if token:
        client.cookies.set(cookie_name(issuer), token)
    return client


def signed_in(node: RunningNode, role: str = "officer", **about: Any) -> TestClient:
    """A browser in which a new colleague of that role is signed in."""
    return browser_of(node, account(node, role, **about))
