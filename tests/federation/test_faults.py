"""A collection among members of whom most have trouble: real nodes in processes of their own, and strangers.

The hub must finish the others, store nothing it cannot trust, and say of each member what happened and what to do.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from tests import fake_nodes
from tests.fake_nodes import FakeNode, release_path
from tests.federation.cutting import CuttingProxy
from tests.federation.services import Node, answer, command, free_port, introduce, make_hub, make_node, running

pytestmark = pytest.mark.processes

PERIOD = "2026-10"
TABLE = Path(__file__).parent / "nsw" / "nsw_member_m1.csv"
PATIENCE = {"COUPOLE_HUB_PULL_SECONDS": "12", "COUPOLE_HUB_ASK_AGAIN_SECONDS": "0"}
RELEASE = release_path(PERIOD)

REAL = ("fine", "new-token-key", "stopped", "slow-clock", "new-key")

OUTCOMES = {
    "fine": ("answered", ""),
    "new-token-key": ("answered", ""),
    "token-ended": ("answered", ""),
    "killed": ("unreachable", "node_disconnected"),
    "stopped": ("unreachable", "node_unreachable"),
    "slow-clock": ("refused", "node_clock_differs"),
    "new-key": ("invalid", "member_key_unknown"),
    "garbage": ("invalid", "member_key_unknown"),
    "endless": ("invalid", "node_too_large"),
    "dripping": ("unreachable", "node_timeout"),
    "elsewhere": ("invalid", "node_redirected"),
}
"""What must come of each member, and the reason that is stored."""


def loaded(place: Path, name: str, **given: Any) -> Node:
    """A real node with people in it."""
    node = make_node(place / name, **given)
    mapping = TABLE.with_name("mapping.json")
    command("node", "import", node.directory, TABLE, "--mapping", mapping, "--set", f"workshop={name}", "--yes")
    return node


def with_wrong_clock(node: Node, seconds: int) -> Node:
    words = (sys.executable, str(Path(__file__).with_name("with_clock.py")), str(seconds), *node.service.words[3:])
    return Node(node.directory, replace(node.service, words=words))


@contextmanager
def served(app: Callable[..., Any], port: int) -> Iterator[None]:
    """An ASGI app on a real socket."""
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical", lifespan="off", timeout_keep_alive=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = server.force_exit = True
        thread.join(20)


def stranger(hub: Path, name: str, behaviour: fake_nodes.Answer) -> tuple[FakeNode, int]:
    """A member that is no node of ours and does something else when it is asked for its release."""
    port = free_port()
    node = FakeNode(name).shows(PERIOD)
    node.issuer = f"http://127.0.0.1:{port}"
    node.answers[RELEASE] = behaviour
    raw, signature = node.descriptor()
    description = hub.with_name(f"{name}.descriptor.json")
    description.write_text(json.dumps({"descriptor": raw.decode(), "signature": signature}), encoding="utf-8")
    command("hub", "member", "add", hub, description, "--yes")
    return node, port


def once_too_late(node: FakeNode) -> fake_nodes.Answer:
    """Refuse the first token as ended, then answer."""

    async def behave(_node: FakeNode, scope: Any, body: bytes, send: fake_nodes.Send) -> None:
        late = node.asked.count(RELEASE) == 1
        ended = fake_nodes.says(401, {"error": "invalid_token"}, {"www-authenticate": 'DPoP error="invalid_token"'})
        await (ended if late else fake_nodes.give_release)(node, scope, body, send)

    return behave


@pytest.fixture(scope="module")
def round_(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    place = tmp_path_factory.mktemp("faults")
    hub = make_hub(place / "umbrella")
    public = free_port()
    address = f"http://127.0.0.1:{public}"
    with ThreadPoolExecutor(2) as pool:
        making = [pool.submit(loaded, place, name) for name in REAL]
        making.append(pool.submit(loaded, place, "killed", address=address))
        real = [node.result() for node in making]
    fine, new_token_key, _stopped, slow, new_key, killed = real
    for node in real:
        introduce(hub, node)
    command("node", "rotate", new_token_key.directory, "token")
    command("node", "rotate", new_key.directory, "sign")
    thief = FakeNode("thief")
    thief_port = free_port()
    strangers = {
        "garbage": fake_nodes.garbage,
        "endless": fake_nodes.flood,
        "dripping": fake_nodes.drip,
        "elsewhere": fake_nodes.redirect(f"http://127.0.0.1:{thief_port}{RELEASE}"),
        "token-ended": fake_nodes.garbage,
    }
    with ExitStack() as stack:
        stack.enter_context(served(thief, thief_port))
        for name, behaviour in strangers.items():
            node, port = stranger(hub, name, behaviour)
            if name == "token-ended":
                node.answers[RELEASE] = once_too_late(node)
            stack.enter_context(served(node, port))
        stack.enter_context(
            running(*(node.service for node in (fine, new_token_key, killed, with_wrong_clock(slow, -300), new_key)))
        )
        target = int(killed.service.address.rpartition(":")[2])
        proxy = CuttingProxy(public, target, b"coupole-signature", killed.service.kill)
        stack.callback(proxy.close)
        report = json.loads(command("hub", "collect", hub, PERIOD, "--json", code=6, **PATIENCE))
        # What stood after this round: a later test asks one member again.
        with closing(sqlite3.connect(hub / "hub.sqlite")) as database:
            kept = {member for (member,) in database.execute("SELECT member FROM release")}
        published = answer("hub", "table", hub, "F03", PERIOD, "--by", "total")
        after = {"kept": kept, "published": published}
        yield {"hub": hub, "report": report, "thief": thief, "proxy": proxy, "killed": killed, **after}


def test_of_each_member_the_hub_says_what_happened(round_: dict[str, Any]) -> None:
    found = {one["member"]: (one["kind"], one["reason"]) for one in round_["report"]["outcomes"]}
    assert found == OUTCOMES


def test_of_each_member_the_hub_says_what_to_do(round_: dict[str, Any]) -> None:
    troubled = [one for one in round_["report"]["outcomes"] if one["kind"] != "answered"]
    assert len(troubled) == 8
    assert all(one["title"] and one["remedy"] for one in troubled)


def test_the_node_was_really_killed_in_the_middle_of_its_answer(round_: dict[str, Any]) -> None:
    assert round_["proxy"].cuts >= 1


def test_nobody_else_was_asked_for_a_release_and_none_saw_a_token(round_: dict[str, Any]) -> None:
    assert round_["thief"].asked == []


def test_nothing_is_stored_of_members_that_did_not_answer(round_: dict[str, Any]) -> None:
    assert round_["kept"] == {name for name, (kind, _) in OUTCOMES.items() if kind == "answered"}


def test_published_figures_say_three_of_eleven_members(round_: dict[str, Any]) -> None:
    published = round_["published"]
    assert published["extension"]["members_expected"] == [11]
    assert published["extension"]["members_in"] == [3]
    assert published["status"] == ["P"]


def test_a_member_that_is_back_is_asked_again_and_the_others_stay(round_: dict[str, Any]) -> None:
    round_["proxy"].stop_cutting()
    round_["killed"].service.start()
    report = json.loads(command("hub", "collect", round_["hub"], PERIOD, "--json", code=6, **PATIENCE))
    found = {one["member"]: one["kind"] for one in report["outcomes"]}
    assert found["killed"] == "answered"
    published = answer("hub", "table", round_["hub"], "F03", PERIOD, "--by", "total")
    assert published["extension"]["members_in"] == [4]
