"""Every address of the pages for every role: what the list of rights refuses is refused, and nothing is forgotten."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlmodel import Session, select
from starlette.testclient import TestClient

from coupole.node.app import create_app
from coupole.node.settings import NodeSettings
from coupole.node.staff import access
from coupole.node.staff.accounts import ROLES
from coupole.node.staff.sessions import Limits
from coupole.node.store.staff_tables import StaffEvent
from coupole.node.ui import add_pages
from coupole.node.ui.desk import PageRoute, Right
from coupole.standard.entities import ENTITIES
from tests.calling import RunningNode
from tests.desk import browser, signed_in
from tests.factories import NODE

# A new address that anybody may call must be added here, by somebody who has thought about it.
OPEN = {
    "GET /sign-in", "POST /sign-in", "GET /sign-in/code", "POST /sign-in/code", "POST /sign-in/passkey/start",
    "POST /sign-in/passkey", "POST /sign-out", "GET /set-up", "POST /set-up", "GET /set-up/choose", "POST /set-up/name",
    "POST /set-up/password", "POST /set-up/passkey/start", "POST /set-up/passkey", "POST /set-up/app",
    "POST /sign-in/elsewhere", "GET /sign-in/back", "GET /calendar/{secret}.ics",
}  # fmt: skip


def registered() -> list[tuple[str, str, Right | None]]:
    """Every address of the pages: method, path, the right it asks for."""
    app = FastAPI()
    add_pages(app, name="Atelier", issuer="http://127.0.0.1:1", language="en", limits=Limits())
    found = []
    for route in app.routes:
        if isinstance(route, PageRoute):
            method = "POST" if "POST" in (route.methods or ()) else "GET"
            found.append((method, route.path, route.needs))
    return found


ROUTES = registered()
GUARDED = [(method, path, needs) for method, path, needs in ROUTES if needs is not None]
CELLS = [
    pytest.param(method, path, needs, role, id=f"{role} {method} {path}")
    for method, path, needs in GUARDED
    for role in ROLES
]


@pytest.fixture(scope="module")
def house(blank_node: NodeSettings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    """One node for all of these tests."""
    place: Path = tmp_path_factory.mktemp("rights")
    for directory in (blank_node.directory, blank_node.key_directory):
        shutil.copytree(directory, place / directory.name)
    settings = NodeSettings.load(place / NODE)
    app = create_app(settings)
    with TestClient(app, base_url=settings.issuer) as client:
        yield RunningNode(app, settings, client)


@pytest.fixture(scope="module")
def people(house: RunningNode) -> dict[str, TestClient]:
    """A browser for each role."""
    return {role: signed_in(house, role) for role in ROLES}


def called(client: TestClient, method: str, path: str) -> tuple[int, str]:
    """Status and code of an answer; parts of the address are filled with what is nowhere."""
    address = re.sub(r"\{\w+\}", "nowhere", path)
    answer = client.request(method, address, data={"go": "on"} if method == "POST" else None)
    found = re.search(r'data-code="(\w+)"', answer.text)
    return answer.status_code, found[1] if found else ""


def test_there_are_addresses_and_the_open_ones_are_known() -> None:
    assert len(GUARDED) > 100
    assert {f"{method} {path}" for method, path, needs in ROUTES if needs is None} == OPEN


@pytest.mark.parametrize(("method", "path", "needs"), GUARDED)
def test_the_right_an_address_asks_for_is_in_the_list(method: str, path: str, needs: Right) -> None:
    assert any(access.anywhere(role, needs.action, needs.entity) for role in ROLES), "nobody could ever open it"


@pytest.mark.parametrize(("method", "path", "needs", "role"), CELLS)
def test_an_address_is_for_whom_the_list_says(
    house: RunningNode, people: dict[str, TestClient], method: str, path: str, needs: Right, role: str
) -> None:
    status, code = called(people[role], method, path)
    if access.anywhere(role, needs.action, needs.entity):
        assert status < 500
        assert code != "access_refused" or "{" in path, "only a record may be refused beyond the address"
    else:
        assert (status, code) == (403, "access_refused")


@pytest.mark.parametrize(("method", "path", "needs"), GUARDED)
def test_no_address_answers_a_stranger_or_another_site(
    house: RunningNode, people: dict[str, TestClient], method: str, path: str, needs: Right
) -> None:
    status, code = called(browser(house), method, path)
    assert (status, code) == ((401, "signed_out") if method == "POST" else (303, ""))
    if method == "POST":
        address = re.sub(r"\{\w+\}", "nowhere", path)
        headers = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
        answer = people["admin"].post(address, data={"go": "on"}, headers=headers)
        assert answer.status_code == 403
        assert 'data-code="sent_from_elsewhere"' in answer.text


@pytest.mark.parametrize("role", ROLES)
def test_a_form_for_a_new_record_is_for_whoever_may_write_one(people: dict[str, TestClient], role: str) -> None:
    for entity in ENTITIES:
        status, code = called(people[role], "GET", f"/records/new/{entity}")
        if status == 303:  # what begins a file has a page of its own
            status, code = called(people[role], "GET", "/people/new")
        if not access.anywhere(role, "write", entity):
            assert (status, code) == (403, "access_refused"), entity
        else:
            assert status < 500, entity


def test_what_was_refused_is_written_down(house: RunningNode, people: dict[str, TestClient]) -> None:
    def refusals(session: Session) -> int:
        return len(session.exec(select(StaffEvent).where(StaffEvent.what == "access_refused")).all())

    with house.node.store.reading() as session:
        before = refusals(session)
    assert people["auditor"].get("/people").status_code == 403
    with house.node.store.reading() as session:
        assert refusals(session) == before + 1
