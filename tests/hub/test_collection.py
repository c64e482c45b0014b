"""A collection: whatever one member does, the others are asked, and each outcome says what to do."""

from __future__ import annotations

import asyncio
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from coupole.hub import members
from coupole.hub.collection import rounds
from coupole.hub.collection.pulls import Asked, Question, check
from coupole.hub.collection.rounds import Desk, _pulled
from coupole.hub.store.tables import Release
from coupole.wire.keys import KeyRing
from coupole_client import SignedAnswer
from tests import fake_nodes as fake
from tests.fake_nodes import FakeNode, release_path
from tests.federation_network import Network
from tests.small_hub import CATALOGUE, SmallHub, hosts, one_round

PERIOD = "2026-10"
PATH = release_path(PERIOD)
HONEST = ("east", "north", "south", "west")


def honest() -> list[FakeNode]:
    return [FakeNode(name).shows(PERIOD) for name in HONEST]


def with_another_key(node: FakeNode) -> None:
    node.ring = KeyRing.create({"sign": "ed25519"})


def answers(path: str, answer: fake.Answer) -> Any:
    def change(node: FakeNode) -> None:
        node.answers[path] = answer

    return change


def shows(**given: Any) -> Any:
    return lambda node: node.shows(PERIOD, **given)


async def five_minutes_ahead(node: FakeNode, scope: Any, body: bytes, send: fake.Send) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True)
    await fake.says(400, {"error": "invalid_client"}, {"date": date})(node, scope, body, send)


BAD: dict[str, tuple[Any, str, str]] = {
    "garbage": (answers(PATH, fake.garbage), "invalid", "signer_unknown|member_key_unknown"),
    "two gigabytes": (answers(PATH, fake.flood), "invalid", "node_too_large"),
    "a slow drip": (answers(PATH, fake.drip), "unreachable", "node_timeout"),
    "silence": (answers(PATH, fake.silence), "unreachable", "node_timeout"),
    "half an answer": (answers(PATH, fake.break_off), "unreachable", "node_disconnected"),
    "packed bytes": (answers(PATH, fake.packed), "invalid", "node_answer_invalid"),
    "a redirect": (answers(PATH, fake.redirect("https://thief.test/")), "invalid", "node_redirected"),
    "a rotated key": (with_another_key, "invalid", "member_key_unknown"),
    "bytes changed after signing": (
        answers(PATH, fake.raw_release(lambda raw: raw.replace(b'"revision":1', b'"revision":2'), signed=False)),
        "invalid",
        "signature_invalid",
    ),
    "bytes that are not canonical": (
        answers(PATH, fake.raw_release(lambda raw: raw.replace(b'"form":1', b'"form": 1'))),
        "invalid",
        "document_not_canonical",
    ),
    "a field nobody knows": (
        answers(PATH, fake.raw_release(lambda raw: raw.replace(b'"form":1', b'"form":1,"fora":1'))),
        "invalid",
        "document_not_canonical|document_invalid",
    ),
    "another period": (
        answers(PATH, fake.raw_release(lambda raw: raw.replace(b"2026-10", b"2026-12"))),
        "invalid",
        "release_unexpected",
    ),
    "another member's name": (shows(node="west"), "invalid", "release_unexpected"),
    "an indicator nobody defined": (shows(figures={"X99": {"total": {"total": 9}}}), "invalid", "release_implausible"),
    "a code nobody defined": (
        shows(figures={"F03": {"total": {"total": 9}, "sex": {"<script>": 9}}}),
        "invalid",
        "release_implausible",
    ),
    "free text as an open code": (
        shows(figures={"EECO01": {"total": {"total": 9}, "operation": {"call me: 555": 9}}}),
        "invalid",
        "release_implausible",
    ),
    "a breakdown nobody defined": (
        shows(figures={"F03": {"total": {"total": 9}, "phase": {"hired": 9}}}),
        "invalid",
        "release_implausible",
    ),
    "other parts": (shows(figures={"O01": {"total": {"total": 9}}}), "invalid", "release_implausible"),
    "a figure no workshop has": (
        shows(figures={"F03": {"total": {"total": 10**13}}}),
        "invalid",
        "release_implausible",
    ),
    "weak protection": (
        shows(noise={"method": "cell_key", "variance": 1, "bound": 1, "hidden_below": 1}),
        "invalid",
        "release_implausible",
    ),
    "no floor": (shows(floor=1), "invalid", "release_implausible"),
    "a clock five minutes off": (
        answers(fake.TOKEN, five_minutes_ahead),
        "refused",
        "node_clock_differs",
    ),
    "a token that always ended": (
        answers(PATH, fake.says(401, {"error": "invalid_token"})),
        "refused",
        "node_access_refused",
    ),
    "a bearer token": (
        answers(fake.TOKEN, fake.says(200, {"access_token": "a", "token_type": "Bearer", "expires_in": 300})),
        "invalid",
        "node_token_downgraded",
    ),
    "a no with a known reason": (
        answers(PATH, fake.says(422, {"code": "period_invalid"})),
        "refused",
        "period_invalid",
    ),
    "a no with a reason of its own": (
        answers(PATH, fake.says(409, {"code": "gone_fishing"})),
        "refused",
        "node_conflict",
    ),
    "all withheld": (
        shows(figures={"F03": "own_decision", "F04": "too_few_people"}),
        "withheld",
        "release_all_withheld",
    ),
    "a fault": (answers(PATH, fake.says(500, {"code": "unexpected_failure"})), "unreachable", "node_failed"),
}


@pytest.mark.parametrize("name", BAD)
async def test_one_bad_member_never_stops_the_others(hub: SmallHub, name: str) -> None:
    change, kind, reasons = BAD[name]
    bad, thief = FakeNode("bad").shows(PERIOD), FakeNode("thief")
    nodes = [*honest(), bad]
    hub.add(*nodes)
    change(bad)
    async with Network(hosts([*nodes, thief])) as network:
        report = await hub.collect(network, seconds=6)
    found = hub.outcomes()
    assert {found[honest_one].kind for honest_one in HONEST} == {"answered"}
    assert (found["bad"].kind, found["bad"].reason in reasons.split("|")) == (kind, True), found["bad"]
    kept = [member for member, _, _ in hub.releases()]
    assert kept.count("bad") == (1 if kind == "withheld" else 0)
    assert sorted(set(kept) - {"bad"}) == list(HONEST)
    assert report.kinds.total() == 5
    assert thief.asked == []
    for language in ("en", "nl", "fr", "it"):
        told = hub.outcomes(language)["bad"]
        assert told.title
        assert told.remedy


async def test_what_is_wrong_with_a_release_is_said_place_by_place(hub: SmallHub) -> None:
    node = FakeNode("north").shows(PERIOD, figures={"X99": {"total": {"total": 9}}, "O01": {"total": {"total": 9}}})
    hub.add(node)
    async with Network(hosts([node])) as network:
        await hub.collect(network)
        found = hub.outcomes("fr")["north"].findings
        assert [(one.code, one.pointer) for one in found] == [
            ("indicator_unknown", "/indicators/0/id"),
            ("parts_differ", "/indicators/1/parts"),
        ]
        assert found[0].title == "Le catalogue n'a pas d'indicateur de ce nom."
        node.shows(PERIOD, period="2026-11", first_on="2026-11-01", last_on="2026-11-30")
        await hub.collect(network)
    assert [(one.code, one.pointer) for one in hub.outcomes()["north"].findings] == [("release_unexpected", "/period")]


async def test_a_member_that_is_off_is_unreachable(hub: SmallHub) -> None:
    nodes = honest()
    hub.add(*nodes)
    async with Network(hosts(nodes[1:])) as network:
        report = await hub.collect(network)
    assert report.kinds == {"answered": 3, "unreachable": 1}
    assert hub.outcomes()["east"].reason == "node_unreachable"


async def test_a_fault_of_ours_that_one_answer_brings_out_is_that_members_outcome(
    hub: SmallHub, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing known brings one out; a client that breaks stands in for it."""
    nodes = honest()
    hub.add(*nodes)

    def connect(issuer: str) -> Any:
        raise RuntimeError("Jan Janssens")

    desk = Desk(hub.store, connect, CATALOGUE, len)
    outcome = await _pulled(desk, desk.question(PERIOD), Asked("east", "https://east.test", "{}"), last=True)
    assert (outcome.kind, outcome.reason) == ("invalid", "unexpected_failure")
    assert "RuntimeError" in caplog.text
    assert "Janssens" not in caplog.text


async def test_an_unchanged_release_is_neither_sent_nor_stored_again(hub: SmallHub) -> None:
    nodes = honest()
    hub.add(*nodes)
    async with Network(hosts(nodes)) as network:
        await hub.collect(network)
        first = hub.releases()
        await hub.collect(network)
        assert hub.releases() == first
        assert {one.kind for one in hub.outcomes().values()} == {"answered"}
        nodes[0].shows(PERIOD, revision=2)
        await hub.collect(network)
    assert hub.releases() == [*first, ("east", PERIOD, 2)]


async def test_a_member_without_tags_is_stored_once_all_the_same(hub: SmallHub) -> None:
    node = FakeNode("north").shows(PERIOD)
    node.answers[PATH] = fake.raw_release(lambda raw: raw)
    hub.add(node)
    async with Network(hosts([node])) as network:
        await hub.collect(network)
        await hub.collect(network)
    assert hub.releases() == [("north", PERIOD, 1)]
    assert hub.outcomes()["north"].kind == "answered"


async def test_a_revision_is_never_rewritten_nor_taken_back(hub: SmallHub) -> None:
    node = FakeNode("north").shows(PERIOD, revision=2)
    hub.add(node)
    async with Network(hosts([node])) as network:
        await hub.collect(network)
        node.shows(PERIOD, revision=2, figures={"F03": {"total": {"total": 99}}})
        node.answers[PATH] = fake.raw_release(lambda raw: raw)
        await hub.collect(network)
        assert hub.outcomes()["north"].reason == "revision_rewritten"
        node.shows(PERIOD, revision=1)
        await hub.collect(network)
        assert hub.outcomes()["north"].reason == "revision_older"
        assert "2" in hub.outcomes()["north"].remedy
    assert hub.releases() == [("north", PERIOD, 2)]


async def test_a_stopped_round_goes_on_with_the_members_that_are_missing(hub: SmallHub) -> None:
    nodes = honest()
    hub.add(*nodes)
    nodes[2].answers[PATH] = fake.silence
    async with Network(hosts(nodes)) as network:
        going = asyncio.create_task(hub.collect(network, seconds=60))
        while len(hub.releases()) < 3:
            await asyncio.sleep(0.01)
        going.cancel()
        await asyncio.wait([going])
        assert {one.kind for one in hub.outcomes().values()} == {"answered", "open"}
        nodes[2].shows(PERIOD)
        late = FakeNode("late").shows(PERIOD)
        hub.add(late)
        network.hosts |= hosts([late])
        network.requests.clear()
        report = await hub.collect(network)
    assert (report.resumed, report.asked) == (True, 2)
    assert {request.url.host for request in network.requests} == {"south.test", "late.test"}
    assert len(hub.releases()) == 5


async def test_who_is_slow_or_off_has_no_outcome_before_it_was_asked_for_the_last_time(
    hub: SmallHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "PATIENCE", 0.3)
    nodes = honest()
    hub.add(*nodes)

    async def slow(node: FakeNode, scope: Any, body: bytes, send: fake.Send) -> None:
        await asyncio.sleep(1.5)
        await fake.give_release(node, scope, body, send)

    nodes[2].answers[PATH] = slow
    async with Network(hosts(nodes[1:])) as network:
        desk = hub.desk(network)
        number, _resumed = rounds.begin(desk, PERIOD)
        assert rounds.waiting(desk, number) == ["east", "north", "south", "west"]
        await rounds.ask(desk, number, rounds.waiting(desk, number), at_once=4, last=False)
        assert rounds.waiting(desk, number) == ["east", "south"]
        await rounds.ask(desk, number, ["east", "south", "north"], at_once=4)
        assert rounds.waiting(desk, number) == []
    assert rounds.end(desk, number) == {"answered": 3, "unreachable": 1}


class Together:
    """How many members were asked at the same time, at most."""

    def __init__(self) -> None:
        self.now = self.most = 0

    async def answer(self, node: FakeNode, scope: Any, body: bytes, send: fake.Send) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.01)
        self.now -= 1
        await fake.give_release(node, scope, body, send)


async def test_members_are_asked_at_the_same_time_and_no_more_than_agreed(hub: SmallHub) -> None:
    nodes = [FakeNode(f"node{number}").shows(PERIOD) for number in range(12)]
    hub.add(*nodes)
    together = Together()
    for node in nodes:
        node.answers[PATH] = together.answer
    async with Network(hosts(nodes)) as network:
        await hub.collect(network, concurrency=4)
    assert together.most == 4


async def test_members_on_one_machine_are_asked_a_few_at_a_time(hub: SmallHub) -> None:
    nodes = [FakeNode(f"node{number}").shows(PERIOD) for number in range(6)]
    together = Together()
    for number, node in enumerate(nodes):
        node.issuer = f"https://provider.test:{8000 + number}"
        node.answers[PATH] = together.answer
    hub.add(*nodes)
    async with Network({f"provider.test:{8000 + number}": node for number, node in enumerate(nodes)}) as network:
        report = await one_round(hub.desk(network, per_host=2), PERIOD)
    assert (report.kinds, together.most) == ({"answered": 6}, 2)


async def test_a_member_that_left_is_not_asked(hub: SmallHub) -> None:
    nodes = honest()
    hub.add(*nodes)
    with hub.store.writing() as session:
        members.remove(session, "east", actor="test")
    async with Network(hosts(nodes)) as network:
        report = await hub.collect(network)
    assert report.asked == 3
    assert nodes[0].asked == []


async def test_what_is_kept_is_the_very_text_that_was_signed(hub: SmallHub) -> None:
    node = FakeNode("north").shows(PERIOD)
    hub.add(node)
    async with Network(hosts([node])) as network:
        await hub.collect(network)
    with hub.store.reading() as session:
        kept = session.get_one(Release, 1)
    fake.releases.check_release(
        zlib.decompress(kept.body),
        kept.signature,
        node.ring.public_set("sign"),
        node="north",
        catalogue="core",
        version="1.0.0",
        period=PERIOD,
    )


async def test_an_answer_of_no_change_to_a_first_question_is_invalid(hub: SmallHub) -> None:
    node = FakeNode("north").shows(PERIOD)
    node.answers[PATH] = lambda _node, _scope, _body, send: fake.answered(send, 304, b"")
    hub.add(node)
    async with Network(hosts([node])) as network:
        await hub.collect(network)
    assert hub.outcomes()["north"].kind == "invalid"


def test_checks_are_made_on_what_arrived_not_on_what_was_promised() -> None:
    """A release of a node that is another member's is refused even when that member's key signed it."""
    node = FakeNode("north").shows(PERIOD)
    raw = fake.releases.write_release(node.releases[PERIOD])
    signature = fake.documents.sign("release", raw, node.ring.active("sign"))
    keys = fake.json.dumps(node.ring.public_set("sign"))
    answer = SignedAnswer(raw, signature, "")
    question = Question(CATALOGUE, PERIOD)
    assert check(question, Asked("north", node.issuer, keys), answer).kind == "answered"
    with pytest.raises(fake.releases.ReleaseUnexpected):
        check(question, Asked("south", node.issuer, keys), answer)
