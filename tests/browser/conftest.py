"""A workshop of invented people, served on this machine, and a real browser that reaches nothing else."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from coupole.database import in_pieces
from coupole.demo.histories import history
from coupole.demo.members import MEMBERS, Member
from coupole.node.api.node import Node
from coupole.node.app import create_app
from coupole.node.opening import create_node
from coupole.node.records import local, pathways
from coupole.node.settings import NodeSettings
from coupole.node.staff import accounts, sessions
from coupole.node.staff.accounts import Staff
from coupole.node.store.changes import Change
from coupole.node.store.write import write
from coupole.node.ui.arriving import cookie_name
from deploy import browser as browsers
from tests.live import Live

SEED = 7
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
ALONE = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
"""A call to anywhere else is a failed request, and a failed request fails the test."""


@dataclass
class Workshop:
    """A running node and what it is made of."""

    app: Any
    settings: NodeSettings

    @property
    def node(self) -> Node:
        found: Node = self.app.state.node
        return found

    def staff(self, role: str = "officer", **about: Any) -> Staff:
        """A new colleague."""
        with self.node.store.writing() as session:
            number = len(accounts.everybody(session)) + 1
            about = {"login": f"{role}.{number}", "name": f"{role.title()} {number}", **about}
            return accounts.create(session, role=role, **about)

    def token(self, staff: Staff) -> str:
        """A session of that colleague."""
        with self.node.store.writing() as session:
            return sessions.begin(session, staff.id, datetime.now(UTC))


@dataclass
class Desk:
    """One browser window of one colleague. ``wrong``: what the console, the network or the policy complained of."""

    workshop: Workshop
    context: BrowserContext
    page: Page
    staff: Staff
    wrong: list[str] = field(default_factory=list)

    def goto(self, path: str) -> Page:
        """Go to a page of the workshop."""
        self.page.goto(self.workshop.settings.issuer + path)
        return self.page


@contextmanager
def served(folder: Path, member: Member | None = None, **changed: Any) -> Iterator[Workshop]:
    """A node on a free port, with the histories of a member of the demonstration or empty."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    about = {"node_id": member.node if member else "desk", "name": member.name if member else "De Werkbank"}
    about |= {"issuer": f"http://127.0.0.1:{port}"}
    settings = NodeSettings.checked({"directory": folder / "node", "port": port, **about, **changed})
    create_node(settings)
    app = create_app(settings)
    service = Live(app, port)
    service.start()
    workshop = Workshop(app, settings)
    try:
        if member is not None:
            fill(workshop, member)
        yield workshop
    finally:
        service.stop()


def fill(workshop: Workshop, member: Member) -> None:
    """Write everything a member of the demonstration has on its people."""
    store = workshop.node.store
    for piece in in_pieces(history(member, SEED, datetime.now(UTC).date()), 2_000):
        changes = [Change(made.entity, made.document, id=made.id) for made in piece]
        with store.writing() as session:
            write(session, store.vault, changes, store.context("history"))
    store.refresh_facts()


def bring_spreadsheet(workshop: Workshop) -> None:
    """Leave a spreadsheet waiting with its columns decided, one row of it wrong."""
    issuer = workshop.settings.issuer
    table = "Familienaam;Voornaam;Geboortedatum\nPeeters;Zoë;23/05/1990\nClaes;Jan;31/02/1990\n".encode()
    columns = {"do": "rows", "fixed.participant.consents.granted_on": "2025-01-01"}
    headers = {"origin": issuer, "accept": "text/html"}
    cookies = {cookie_name(issuer): workshop.token(workshop.staff("admin", language="nl"))}
    with httpx2.Client(base_url=issuer, headers=headers, cookies=cookies) as admin:
        brought = admin.post("/sheets", files={"file": ("lijst.csv", table, "text/csv")})
        assert brought.status_code == 303, brought.text
        decided = admin.post(brought.headers["location"], data=columns)
        assert decided.status_code in (200, 303), decided.text


def make_own(workshop: Workshop) -> None:
    """Add a field and a pathway of the workshop's own."""
    labels = {"en": "Comes to work", "nl": "Komt naar het werk"}
    choices = [{"code": "bus", "labels": {"nl": "Bus"}}, {"code": "bike", "labels": {"nl": "Fiets"}}]
    field = {"entity": "participant", "name": "comes_to_work", "kind": "choice", "labels": labels, "choices": choices}
    hidden = {"entity": "organisation", "name": "parking", "kind": "yes_no", "labels": {"nl": "Parking"}}
    garden = {**pathways.template("disability"), "id": "our_garden", "labels": {"nl": "Onze tuin"}}
    store = workshop.node.store
    with store.writing() as session:
        context = store.context("admin")
        local.define(session, field, context)
        local.define(session, hidden, context)
        local.hide(session, "organisation", "parking", context)
        local.save_pathway(session, garden, context)


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """One workshop for all tests that only look."""
    with served(tmp_path_factory.mktemp("workshop"), MEMBERS[0]) as running:
        bring_spreadsheet(running)
        make_own(running)
        yield running


@pytest.fixture
def own_workshop(tmp_path: Path) -> Iterator[Workshop]:
    """An empty workshop for a test that writes."""
    with served(tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser; one for each module, for its event loop must be gone before other tests run theirs."""
    program = os.environ.get("COUPOLE_BROWSER") or str(browsers.find())
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=list(ALONE))
        yield launched
        launched.close()


@pytest.fixture
def open_desk(chromium: Browser) -> Iterator[Callable[..., Desk]]:
    """Opens windows; at the end none of them may have complained of anything."""
    opened: list[Desk] = []

    def make(workshop: Workshop, staff: Staff | None = None, **context: Any) -> Desk:
        staff = staff or workshop.staff()
        issuer = workshop.settings.issuer
        options = {"viewport": DESK, "locale": "en-GB", "reduced_motion": "reduce"} | context
        window = chromium.new_context(**options)
        window.set_default_timeout(20_000)
        issuer = workshop.settings.issuer
        window.add_cookies([{"name": cookie_name(issuer), "value": workshop.token(staff), "url": issuer}])
        desk = Desk(workshop, window, window.new_page(), staff)
        listen(desk)
        opened.append(desk)
        return desk

    yield make
    for desk in opened:
        desk.context.close()
    assert [wrong for desk in opened for wrong in desk.wrong] == []


def listen(desk: Desk) -> None:
    """Note errors of scripts and of the content policy, and every request that is not to this workshop."""

    def asked(request: Request) -> None:
        if not request.url.startswith((desk.workshop.settings.issuer + "/", "data:", "blob:")):
            desk.wrong.append(f"a request leaves the machine: {request.url}")

    desk.page.on("pageerror", lambda error: desk.wrong.append(f"script: {error}"))
    desk.page.on(
        "console",
        lambda line: desk.wrong.append(f"console: {line.text}") if line.type in ("error", "warning") else None,
    )
    desk.page.on("request", asked)


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where pictures of pages are kept after a run, for people to look at."""
    folder = Path("test-artifacts", "pages").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder
