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


def refused(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.text.partition('data-code="')[2].partition('"')[0]


async def test_from_an_invitation_to_a_member_and_out_again(met: Meeting, node: RunningNode) -> None:
    browser = signed_in(node, "admin")
    assert "belongs to no federation" in browser.get("/federation").text
    nonsense = browser.post("/federation/invitation", data={"code": "nonsense"})
    assert refused(nonsense) == (422, "invitation_unreadable")
    code = met.invite()
    seen = browser.post("/federation/invitation", data={"code": code})
    assert seen.status_code == 200
    for said in ("The federation invites you", "https://hub.test", "Every month", "Names, files, dates of birth"):
        assert said in seen.text
    assert f"<code>{met.fingerprint[:29]}</code>" in seen.text
    assert met.waiting() == []
    misheard = browser.post("/federation/join", data={"code": code, "letters": "AAAAAAAA"})
    assert refused(misheard) == (422, "hub_fingerprint_wrong")
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
    assert refused(answer) == (502, "hub_unreachable")
    assert "inside a house" in answer.text
    met.places.clear()
    browser.post("/federation/join", data={"code": code, "letters": met.fingerprint})
    met.network.hosts.pop("hub.test")
    browser.post("/federation", data={"ask": "now"})
    page = browser.get("/federation").text
    assert "was not heard of lately" in page
    assert "has not admitted this workshop yet" in page
