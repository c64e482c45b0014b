"""The pages on which a workshop joins a federation, sees how it stands and leaves it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from tests.calling import RunningNode
from tests.desk import signed_in
from tests.joining import Meeting, meeting


@pytest.fixture
async def met(tmp_path: Path, node: RunningNode) -> AsyncIterator[Meeting]:
    async with meeting(tmp_path) as made:
        made.network.hosts["127.0.0.1:8100"] = node.app
        node.app.state.node = replace(node.node, way=made.way)
        yield made


def code_of(answer: httpx2.Response) -> tuple[int, bool]:
    return answer.status_code, 'role="alert"' in answer.text


async def test_from_an_invitation_to_a_member_and_out_again(met: Meeting, node: RunningNode) -> None:
    browser = signed_in(node, "admin")
    assert "belongs to no federation" in browser.get("/federation").text
    assert code_of(browser.post("/federation/invitation", data={"code": "nonsense"})) == (422, True)
    code = met.invite()
    seen = browser.post("/federation/invitation", data={"code": code})
    assert seen.status_code == 200
    for said in ("The federation invites you", "https://hub.test", "Every month", "Names, files, dates of birth"):
        assert said in seen.text
    assert f"<code>{met.fingerprint[:29]}</code>" in seen.text
    assert met.waiting() == []
    assert code_of(browser.post("/federation/join", data={"code": code, "letters": "AAAAAAAA"})) == (422, True)
    joined = browser.post("/federation/join", data={"code": code, "letters": met.fingerprint[-9:].lower()})
    assert (joined.status_code, met.waiting()) == (303, [node.settings.node_id])
    assert "has not admitted this workshop yet" in browser.get("/federation").text
    met.admit(node.settings.node_id)
    assert browser.post("/federation", data={"ask": "now"}).status_code == 303
    page = browser.get("/federation").text
    assert "This workshop is a member" in page
    assert "Atelier Nord" in page
    assert "They are told" in browser.get("/federation/leave").text
    browser.post("/federation/leave", data={"sure": "yes"})
    assert "belongs to no federation" in browser.get("/federation").text


async def test_only_administrators_decide_about_the_federation(met: Meeting, node: RunningNode) -> None:
    for role in ("officer", "coach", "reader", "auditor"):
        browser = signed_in(node, role)
        for path in ("/federation", "/federation/join", "/federation/leave"):
            assert browser.get(path).status_code == 403
        assert browser.post("/federation/leave", data={"sure": "yes"}).status_code == 403


async def test_what_is_wrong_with_the_hub_is_said_on_the_page_and_its_last_word_stays(
    met: Meeting, node: RunningNode
) -> None:
    browser, code = signed_in(node, "admin"), met.invite()
    met.places["hub.test"] = "10.0.0.1"
    answer = browser.post("/federation/invitation", data={"code": code})
    assert code_of(answer) == (502, True)
    assert "inside a house" in answer.text
    met.places.clear()
    browser.post("/federation/join", data={"code": code, "letters": met.fingerprint})
    met.network.hosts.pop("hub.test")
    browser.post("/federation", data={"ask": "now"})
    page = browser.get("/federation").text
    assert "was not heard of lately" in page
    assert "has not admitted this workshop yet" in page
