"""Sealed totals from records to fine tables: real nodes, a real trustee and a hub in one process."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import time_machine

from coupole.disclosure.telescoping import BOUND
from coupole.hub.collection import asking, summing, tabulating
from coupole.hub.collection.connecting import connector
from coupole.hub.collection.summing import ReportsMissing
from coupole.hub.collection.tabulating import SlotNotCountable
from coupole.hub.collection.trustees import TrusteeClient
from coupole.hub.publication import releasing, spreads
from coupole.hub.store import sealed
from coupole.node.statistics import accepting, reporting
from coupole.node.statistics.ledger import open_change
from coupole.node.statistics.sealing import counted, member_cells, person_secret, read_from, state
from coupole.node.store import releases
from coupole.node.store import sealed as kept
from coupole.node.store.facts import levels, read_facts
from coupole.standard.plans import plan
from coupole.trustee import roster, tabulations
from coupole.trustee.app import create_app, create_trustee
from coupole.trustee.settings import TrusteeSettings
from coupole.trustee.store import State, Trustee
from coupole.wire.descriptor import fingerprint
from coupole.wire.field import of_counts, to_bytes
from coupole.wire.reports import unpack
from coupole.wire.slots import parse_slot
from coupole.wire.tabulations import check_proposed
from tests.federation_network import App, Network
from tests.real_nodes import RealNode
from tests.small_hub import CATALOGUE, RING, SmallHub

NAMES = ("north", "south", "east", "west", "harbour", "hill")
pytestmark = pytest.mark.processes

FIRST, SECOND = "2026-02", "2026-03"
OPENING = FIRST + "/opening"


@dataclass
class Federation:
    """Six members, a trustee, a hub; what is counted is agreed by all."""

    hub: SmallHub
    network: Network
    nodes: dict[str, RealNode]
    trustees: list[TrusteeClient]
    settings: list[TrusteeSettings]
    tabulation: str

    async def ask(self, slot: str) -> asking.SlotReport:
        connect = connector(RING, "hub", seconds=60, max_bytes=4_000_000, transport=self.network)
        return await asking.ask(self.hub.store, connect, self.trustees, slot)

    async def total(self, slot: str) -> summing.Released:
        return await summing.total(self.hub.store, RING.active("sign"), self.trustees, slot)

    async def slot(self, slot: str) -> summing.Released:
        asked = await self.ask(slot)
        assert set(asked.reasons) == {""}, (asked, self.said(slot))
        return await self.total(slot)

    def said(self, slot: str) -> list[tuple[str, str, str]]:
        with self.hub.store.reading() as session:
            return [(one.member, one.reason, one.said) for one in sealed.reports(session, self.tabulation, slot)]

    def running(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """What the hub knows: the sum of all slots."""
        with self.hub.store.reading() as session:
            sums, _members = sealed.sums(session, self.tabulation)
        return np.sum([*sums.values()], axis=0)

    def truth(self, slot: str, *names: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The exact state of these members at the end of a slot, from their own records."""
        with self.hub.store.reading() as session:
            document = tabulating.counting(session).document
            form = tabulating.counting(session).shape
        period = counted(document, parse_slot(slot, "month"))
        whole = np.zeros(form.cells, np.int64)
        for name in names or self.nodes:
            store = self.nodes[name].app.state.node.store
            store.refresh_facts()
            with store.reading() as session:
                packed = list(read_facts(session, store.vault, read_from(form, period), period.last))
                secret = person_secret(bytes(32), self.tabulation)
                whole += state(form, CATALOGUE, period, packed, levels(session), secret).counts
        return whole

    def opened(self, name: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """What a member added when it opened: its stock, and nothing of what had happened."""
        with self.nodes[name].app.state.node.store.reading() as session:
            row, made = kept.tabulation(session, self.tabulation), kept.report(session, self.tabulation, OPENING)
        assert row is not None
        assert made is not None
        return open_change(self.nodes[name].ring, f"{reporting.opened(row, name).place}|{OPENING}", made.change)


@pytest.fixture
async def federation(tmp_path: Path) -> AsyncIterator[Federation]:
    async with AsyncExitStack() as stack:
        yield await federated(tmp_path, stack, "The university")


async def federated(folder: Path, stack: AsyncExitStack, *trustees: str) -> Federation:
    """Both months are over, the keys of their months not yet destroyed."""
    clock = stack.enter_context(time_machine.travel(datetime(2026, 1, 15, 9, tzinfo=UTC), tick=True))
    settings = [
        TrusteeSettings(directory=folder / f"trustee{place}", name=name, issuer=f"https://trustee{place}.test")
        for place, name in enumerate(trustees)
    ]
    apps = {}
    for one in settings:
        create_trustee(one)
        apps[one.issuer.removeprefix("https://")] = create_app(one)
    nodes = {name: RealNode(folder, name) for name in NAMES}
    hosts = {f"{name}.test": node.app for name, node in nodes.items()}
    network = await stack.enter_async_context(Network({**hosts, **apps}))
    hub = SmallHub(f"sqlite:///{folder / 'hub.sqlite'}")
    stack.callback(hub.store.close)
    for size, node in enumerate(nodes.values(), 8):
        node.register("hub", RING, "releases:read")
        node.fill(size)
        hub.add(node)
    opened = [app.state.trustee for app in apps.values()]
    for trustee in opened:
        for node in nodes.values():
            raw, signature = node.descriptor()
            heard = roster.signer(raw, signature)[1]
            with trustee.store.writing() as session:
                roster.admit(session, trustee, raw, signature, confirmed=heard, actor="anna")
    name = agreed(hub, opened, nodes)
    clock.move_to(datetime(2026, 4, 2, 9, tzinfo=UTC))
    return Federation(hub, network, nodes, [TrusteeClient(one.issuer, network) for one in settings], settings, name)


def agreed(hub: SmallHub, trustees: list[Trustee], nodes: dict[str, RealNode]) -> str:
    """A tabulation made, countersigned, proposed and accepted everywhere; gives its id."""
    keys = [trustee.ring.active("sign").public() for trustee in trustees]
    parties = [(trustee.name, key) for trustee, key in zip(trustees, keys, strict=True)]
    with hub.store.writing() as session:
        made = tabulating.make(
            session, RING.active("sign"), "The federation", CATALOGUE, plan(CATALOGUE), parties, FIRST
        )
        name, raw, signature = made.id, made.body, made.signature
    document = check_proposed(raw, signature, RING.public_set("sign"))
    signatures = []
    for place, trustee in enumerate(trustees):
        with trustee.store.writing() as session:
            signatures.append(tabulations.countersign(session, trustee, raw, document))
        with hub.store.writing() as session:
            complete = tabulating.countersign(session, name, signatures[-1], f"https://trustee{place}.test")
    assert complete
    for node in nodes.values():
        with node.app.state.node.store.writing() as session:
            accepting.propose(session, CATALOGUE, name, raw, signature, signatures, "hub")
            accepting.accept(session, name, [fingerprint(key) for key in keys], "admin")
    return name


async def test_what_everybody_sealed_adds_up_to_what_is_so(federation: Federation) -> None:
    opening = await federation.slot(OPENING)
    assert (opening.outcome, opening.members) == ("released", 6)
    january = await federation.slot(FIRST)
    assert (january.outcome, january.members, january.refused, january.left_out) == ("released", 6, {}, ())
    off = federation.running() - federation.truth(FIRST)
    assert np.abs(off).max() <= BOUND
    assert off.any()
    # What stands in several tables is one figure with one noise.
    with federation.hub.store.reading() as session:
        same = tabulating.counting(session).shape.same
    assert (federation.running() == federation.running()[same]).all()


async def test_two_trustees_of_whom_neither_can_open_anything_alone_give_the_same_totals(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        federation = await federated(tmp_path, stack, "The university", "The court of audit")
        assert (await federation.slot(OPENING)).members == 6
        gone = federation.network.hosts.pop("hill.test")
        await federation.ask(FIRST)
        assert (await federation.total(FIRST)).members == 5
        federation.network.hosts["hill.test"] = gone
        assert (await federation.slot(SECOND)).members == 6
        off = federation.running() - federation.truth(SECOND)
        assert np.abs(off).max() <= BOUND


async def test_a_member_that_was_silent_is_counted_in_the_next_month_once(federation: Federation) -> None:
    await federation.slot(OPENING)
    gone = federation.network.hosts.pop("hill.test")
    asked = await federation.ask(FIRST)
    assert asked.reasons == {"": 5, "node_unreachable": 1}
    assert (await federation.total(FIRST)).members == 5
    federation.network.hosts["hill.test"] = gone
    assert (await federation.slot(SECOND)).members == 6
    assert np.abs(federation.running() - federation.truth(SECOND)).max() <= BOUND


async def test_asked_again_a_slot_stays_what_it_is(federation: Federation) -> None:
    await federation.slot(OPENING)
    first = await federation.slot(FIRST)
    before = federation.running()
    assert await federation.total(FIRST) == first
    assert (await federation.ask(FIRST)).reasons == {}
    assert (federation.running() == before).all()


async def test_too_few_members_end_a_slot_without_totals_and_nothing_is_lost(federation: Federation) -> None:
    await federation.slot(OPENING)
    gone = {name: federation.network.hosts.pop(f"{name}.test") for name in ("hill", "harbour")}
    await federation.ask(FIRST)
    short = await federation.total(FIRST)
    assert (short.outcome, short.members) == ("void", 0) or short.left_out == ("all",)
    federation.network.hosts |= {f"{name}.test": app for name, app in gone.items()}
    assert (await federation.slot(SECOND)).members == 6
    assert np.abs(federation.running() - federation.truth(SECOND)).max() <= BOUND


async def test_slots_come_one_after_the_other_and_only_when_they_are_over(federation: Federation) -> None:
    await federation.ask(OPENING)
    for wrong in ("2026-04", "2026-01", "2026-Q1", "2026"):
        with pytest.raises(SlotNotCountable):
            await federation.ask(wrong)
    with pytest.raises(ReportsMissing):
        await federation.total(FIRST)
    await federation.total(OPENING)


async def test_what_was_summed_is_published_signed_and_never_twice(federation: Federation) -> None:
    await federation.slot(OPENING)
    await federation.slot(FIRST)
    key = RING.active("sign")
    made = releasing.publish(federation.hub.store, key, "The federation", FIRST)
    document = json.loads(sealed.text(made))
    assert document["members"] == sorted(NAMES)
    stock = next(table for table in document["tables"] if table["id"] == "S01.count.target_group.sex")
    exact = federation.truth(FIRST)
    assert abs(stock["values"][-1] - exact[0]) <= BOUND
    again = releasing.publish(federation.hub.store, key, "The federation", FIRST)
    assert again.signature == made.signature


async def test_a_report_that_the_trustee_refuses_is_left_out_by_name_and_the_others_are_summed(
    federation: Federation,
) -> None:
    await federation.slot(OPENING)
    trustee = federation.network.hosts["trustee0.test"].state.trustee
    with trustee.store.writing() as session:
        roster.retire(session, trustee, "hill", "anna")
    made = await federation.slot(FIRST)
    assert (made.outcome, made.members) == ("released", 5)
    assert made.refused == {"hill": "report_member_inactive"}
    assert np.abs(federation.running() - without(federation, "hill")).max() <= BOUND


def without(federation: Federation, name: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The state after the first month in which one member stays as it was when it opened."""
    others = [other for other in NAMES if other != name]
    return federation.truth(FIRST, *others) + federation.opened(name)


async def test_members_are_brought_what_was_published_and_see_that_they_were_counted(federation: Federation) -> None:
    await federation.slot(OPENING)
    await federation.slot(FIRST)
    releasing.publish(federation.hub.store, RING.active("sign"), "The federation", FIRST)
    del federation.network.hosts["hill.test"]
    connect = connector(RING, "hub", seconds=60, max_bytes=4_000_000, transport=federation.network)
    assert await asking.bring(federation.hub.store, connect, FIRST) == 5
    for name, outcome in (("north", "counted"), ("hill", None)):
        with federation.nodes[name].app.state.node.store.reading() as session:
            report = kept.report(session, federation.tabulation, FIRST)
        assert report is not None
        assert report.outcome == outcome


async def test_a_member_that_leaves_takes_its_stock_along_and_is_asked_no_more(federation: Federation) -> None:
    await federation.slot(OPENING)
    with federation.nodes["hill"].app.state.node.store.writing() as session:
        accepting.leave(session, federation.tabulation, "admin")
    assert (await federation.slot(FIRST)).members == 6
    stock = federation.running()[0]
    others = [name for name in NAMES if name != "hill"]
    assert abs(stock - federation.truth(FIRST, *others)[0]) <= BOUND
    with federation.hub.store.reading() as session:
        assert spreads.counted(session, federation.tabulation, "month", FIRST) == 5
        form = tabulating.counting(session).shape
    by_rate = member_cells(form)
    assert np.abs((federation.running() - federation.truth(FIRST, *others))[by_rate]).max() <= BOUND
    assert (await federation.ask(SECOND)).reasons == {"": 5, "tabulation_not_accepted": 1}


async def test_how_members_differ_is_published_and_whose_band_changed_is_told_to_nobody(federation: Federation) -> None:
    """In the second month one member keeps two indicators to itself: it goes from a band of each to none."""
    await federation.slot(OPENING)
    await federation.slot(FIRST)
    trustee = federation.network.hosts["trustee0.test"].state.trustee
    first, before = federation.truth(FIRST), key_state(trustee, federation.tabulation)
    told = releasing.publish(federation.hub.store, RING.active("sign"), "The federation", FIRST)
    published = {one["indicator"]: one for one in json.loads(sealed.text(told))["spreads"]}
    node = federation.nodes["hill"].app.state.node
    with node.store.writing() as session:
        for name in HELD:
            releases.withhold(session, name, "anna", datetime.now(UTC))
    await federation.slot(SECOND)
    after = key_state(trustee, federation.tabulation)
    with federation.hub.store.reading() as session:
        increments = sealed.sums(session, federation.tabulation)[0][SECOND]
        form = tabulating.counting(session).shape
        assert spreads.counted(session, federation.tabulation, "month", SECOND) == len(NAMES)
    second = federation.truth(SECOND)
    others = [name for name in NAMES if name != "hill"]
    still = 0
    for placed in form.tables:
        if placed.table["kind"] != "members":
            continue
        cells = slice(placed.first, placed.first + placed.size)
        bands = slice(placed.first, placed.first + placed.size - 1)
        shown, moved = published[placed.table["indicator"]], placed.table["indicator"] in HELD
        assert shown["values"][-1] == len(NAMES) == first[cells][-1] == first[bands].sum()
        if not moved and (first[cells] == second[cells]).all():
            still += 1
            assert not increments[cells].any()
            assert (before[cells] == after[cells]).all()
        if moved:
            same = federation.truth(FIRST, *others)[cells] == federation.truth(SECOND, *others)[cells]
            assert same.all(), "only one member moves"
            # Two of eleven bands changed. Hub and trustee see as many that did not.
            assert (before[bands] != after[bands]).sum() >= len(before[bands]) - 2
            assert np.count_nonzero(increments[bands]) > 2
    assert still


HELD = ("Q02", "Q05")


def key_state(trustee: Trustee, name: str) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """What a trustee keeps of a group: of each cell the sum of keys."""
    with trustee.store.reading() as session:
        found = session.get(State, (name, "all"))
    assert found is not None
    return np.frombuffer(found.keys, np.uint8)


async def test_whoever_puts_itself_into_two_bands_is_refused_and_the_others_are_counted(
    federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned, honest = federation.nodes["hill"].app.state.node.store, reporting._state

    def lying(session: Any, store: Any, *rest: Any) -> Any:
        found = honest(session, store, *rest)
        if store is poisoned:
            form = rest[2].form
            place = next(one.first for one in form.tables if one.table["kind"] == "members")
            found.counts[place + 9] += 1
        return found

    monkeypatch.setattr(reporting, "_state", lying)
    made = await federation.slot(OPENING)
    assert (made.outcome, made.members, made.refused) == ("released", 5, {"hill": "report_inconsistent"})
    with federation.hub.store.reading() as session:
        assert spreads.counted(session, federation.tabulation, "month", OPENING) == 5


class Heard:
    """An application whose answers are written down."""

    def __init__(self, app: App, said: list[bytes]) -> None:
        self.app, self.said = app, said

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def written(message: Any) -> None:
            if message["type"] == "http.response.body":
                self.said.append(bytes(message.get("body", b"")))
            await send(message)

        await self.app(scope, receive, written)


def spellings(counts: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[bytes]:
    """How a vector of counts could be written."""
    elements = to_bytes(of_counts(counts))
    texts = [separator.join(map(str, counts.tolist())).encode() for separator in (",", ", ", " ", "\n")]
    return [elements, counts.astype("<i4").tobytes(), urlsafe_b64encode(elements).rstrip(b"="), *texts]


async def test_nothing_that_is_said_or_kept_elsewhere_tells_what_one_member_counts(federation: Federation) -> None:
    said: list[bytes] = []
    for host, app in federation.network.hosts.items():
        federation.network.hosts[host] = Heard(app, said)
    await federation.slot(OPENING)
    await federation.slot(FIRST)
    said += [request.content for request in federation.network.requests]
    for place in (federation.settings[0].directory, Path(federation.hub.store.engine.url.database or "").parent):
        said += [file.read_bytes() for file in place.glob("*.sqlite*")]
    asked = [request.content for request in federation.network.requests if request.url.host == "trustee0.test"]
    for node in federation.nodes.values():
        with node.app.state.node.store.reading() as session:
            agreed_row = kept.tabulation(session, federation.tabulation)
            assert agreed_row is not None
            place_of = reporting.opened(agreed_row, node.name).place
            made = kept.reports(session, federation.tabulation)
        for report in made:
            change = open_change(node.ring, f"{place_of}|{report.slot}", report.change)
            vectors = spellings(change) if change.any() else []
            assert not [text for text in said for spelling in vectors if spelling in text]
            share = unpack(report.body).hub_share
            assert not [text for text in asked if share in text or urlsafe_b64encode(share).rstrip(b"=") in text]
        state = federation.truth(FIRST, node.name)
        assert not [text for text in said for spelling in spellings(state) if spelling in text]
