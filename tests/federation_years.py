"""Months of a federation of real nodes: real stores, a real hub, a real trustee, records of invented people.

Who comes, who leaves and when it is written down is drawn beforehand, so what must be counted is known without asking
anybody. One in ten entries and one in eight exits is written one to three months late, one file in thirty is corrected
after it was counted, and some people are erased.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import time_machine

from coupole.hub.collection import asking, summing, tabulating
from coupole.hub.collection.connecting import connector
from coupole.hub.collection.trustees import TrusteeClient
from coupole.hub.publication import releasing
from coupole.hub.store import sealed
from coupole.node.statistics import accepting, reporting, sealing
from coupole.node.statistics.ledger import open_change, open_ledger
from coupole.node.store import sealed as kept
from coupole.node.store.changes import Change
from coupole.node.store.sealing_tables import AgreedTabulation, Certificate, SealedReport
from coupole.node.store.write import write
from coupole.standard.calendar import add_months
from coupole.standard.codes import code_list
from coupole.standard.plans import plan
from coupole.trustee import roster, tabulations
from coupole.trustee.app import create_app, create_trustee
from coupole.trustee.settings import TrusteeSettings
from coupole.trustee.store import Trustee
from coupole.wire.absences import WAITS
from coupole.wire.certificates import Certificate as Certified
from coupole.wire.certificates import refusals
from coupole.wire.descriptor import fingerprint
from coupole.wire.slots import OPENING
from coupole.wire.tabulations import Shape, check_proposed, shape
from tests import factories
from tests.disclosure.federations import NEVER, People, people
from tests.factories import Document
from tests.federation_network import Network
from tests.real_nodes import RealNode
from tests.small_hub import CATALOGUE, RING, SmallHub

START = date(2026, 1, 1)
SEXES = ("F", "M", "X", "U")
BORN = ("2008-05", "2004-05", "1998-05", "1986-05", "1976-05", "1964-05")
OUTCOMES = ("job_permanent", "job_fixed_under_6m", "social_enterprise_job", "job_seeking", "neutral_exit")
PATHWAYS = code_list("pathway").ids
GROUPS = tuple(code for code in code_list("target_group").ids if code != "other")
EDUCATION = ("ED1", "ED2", "ED3", "ED4", "ED6")
LABOUR = ("unemployed_registered", "unemployed_unregistered", "inactive_care", "inactive_other")
Vector = np.ndarray[tuple[int], np.dtype[np.int64]]
KeyVector = np.ndarray[tuple[int], np.dtype[np.uint8]]


def month_name(month: int) -> str:
    """``2026-01`` for month 0."""
    return f"{add_months(START, month):%Y-%m}"


class Drawn(NamedTuple):
    """Everybody, month by month. Arrays with one entry for each person; ``NEVER`` for what does not happen."""

    someone: People
    entry_known: np.ndarray
    exit_known: np.ndarray
    corrected: np.ndarray
    erased: np.ndarray
    sex: np.ndarray
    group: np.ndarray
    rest: np.ndarray
    """Numbers that everything else of a person follows from."""

    def told(self, month: int) -> np.ndarray:
        """Whose exit, since the first month, stands in the records at the end of a month."""
        left = (self.someone.exit >= 0) & (self.someone.exit <= month) & (self.exit_known <= month)
        return left & (self.erased > month)

    def present(self, month: int) -> np.ndarray:
        """Who is accompanied at the end of a month, as far as records say."""
        come = (self.someone.entry <= month) & (self.entry_known <= month)
        return come & (self.someone.exit >= 0) & ~self.told(month) & (self.erased > month)


def draw(members: int, months: int, seed: int = 11, smaller: int = 1) -> Drawn:
    """A federation of members of 22 to 291 people, specialised in a few target groups each."""
    someone, rng = people(members, seed, months, smaller), np.random.default_rng(seed + 1)
    count = len(someone.member)
    late = rng.integers(1, 4, (2, count)) * (rng.random((2, count)) < np.array([[0.1], [0.125]]))
    late[0] *= someone.entry >= 0
    entry_known = np.maximum(someone.entry, -1) + late[0]
    exit_known = np.where(someone.exit < NEVER, np.maximum(someone.exit + late[1], entry_known), NEVER)
    corrected = np.where(rng.random(count) < 1 / 30, np.maximum(entry_known, 0) + rng.integers(1, 6, count), NEVER)
    erasing = (rng.random(count) < 0.01) & (someone.exit >= 0) & (someone.exit < NEVER)
    erased = np.where(erasing, exit_known + rng.integers(1, 6, count), NEVER)
    share = rng.permutation(1 / np.arange(1, len(GROUPS) + 1))
    group = np.zeros(count, np.int64)
    for member in range(members):
        mine = np.flatnonzero(someone.member == member)
        group[mine] = rng.choice(len(GROUPS), len(mine), p=rng.dirichlet(share * 3 + 0.01))
    sex = rng.choice(len(SEXES), count, p=(0.44, 0.53, 0.01, 0.02))
    return Drawn(someone, entry_known, exit_known, corrected, erased, sex, group, rng.integers(0, 2**31, count))


@dataclass
class Years:
    """A federation under way. ``changes``: of each slot what each member that was counted reported, exactly."""

    drawn: Drawn
    hub: SmallHub
    network: Network
    nodes: list[RealNode]
    trustee: Trustee
    client: TrusteeClient
    tabulation: str
    clock: time_machine.Coordinates
    changes: dict[str, dict[str, Vector]] = field(default_factory=dict)
    reported: dict[tuple[str, str], Vector] = field(default_factory=dict)
    """The same by tabulation and the hash of the report, also of reports that a member lost."""
    keys: dict[str, dict[str, KeyVector]] = field(default_factory=dict)
    """Of each slot the key sums that each member that was counted stood at afterwards, by its own ledger."""

    def write(self, month: int) -> None:
        """What members write down in a month; ``-1``: what they know when counting begins."""
        for number, node in enumerate(self.nodes):
            told = documents(self.drawn, number, month)
            if told:
                keep(node, told)
            someone = self.drawn.someone.member == number
            for person in np.flatnonzero(someone & (self.drawn.erased == month)):
                store = node.app.state.node.store
                store.erase(of(node, factories.id_of("participant", int(person))), store.context("test"))

    async def collect(self, month: int) -> None:
        """Member tables of a month, asked for and added up."""
        await self.hub.collect(self.network, month_name(month), concurrency=4)
        self.hub.publish(month_name(month))

    async def slot(self, slot: str, silent: Sequence[str] = ()) -> summing.Released:
        """Ask, sum, publish; ``silent``: members that cannot be reached."""
        gone = {f"{name}.test": self.network.hosts.pop(f"{name}.test") for name in silent}
        connect = connector(RING, "hub", seconds=60, max_bytes=4_000_000, transport=self.network)
        await asking.ask(self.hub.store, connect, [self.client], slot, concurrency=4)
        self.network.hosts |= gone
        made = await summing.total(self.hub.store, RING.active("sign"), [self.client], slot)
        self.network.requests.clear()
        if made.outcome == "released":
            self.changes[slot] = {name: self.change(name, slot) for name in self.counted(slot)}
            if not slot.endswith(OPENING):
                releasing.publish(self.hub.store, RING.active("sign"), "The federation", slot)
        return made

    def counted(self, slot: str) -> list[str]:
        """Whom the trustee counted."""
        groups = self.certificate(slot)["groups"]
        return [member["node"] for group in groups for member in group["members"]]

    def waiting(self, slot: str) -> list[str]:
        """Whose report the trustee did not count yet, because it was away for long and comes back alone."""
        return [name for name, reason in refusals(self.certificate(slot)).items() if reason == WAITS]

    def certificate(self, slot: str) -> Certified:
        """What the trustee said of a slot that is over."""
        with self.hub.store.reading() as session:
            found = sealed.certificate_of(session, self.tabulation, slot, 0)
            assert found is not None
            made: Certified = json.loads(found.body)
        return made

    def change(self, name: str, slot: str) -> Vector:
        """What a member reported for a slot, as it alone can read it."""
        node = next(one for one in self.nodes if one.name == name)
        with node.app.state.node.store.reading() as session:
            row, made = kept.tabulation(session, self.tabulation), kept.report(session, self.tabulation, slot)
        assert row is not None
        assert made is not None
        agreed = reporting.opened(row, name)
        counted = open_ledger(node.ring, agreed.place, made.own, sealing.stock_cells(agreed.form)).counted
        self.keys.setdefault(slot, {})[name] = counted.keys
        found = open_change(node.ring, f"{agreed.place}|{slot}", made.change)
        self.reported[self.tabulation, made.report] = found
        return found

    def sums(self) -> dict[str, Vector]:
        """What the hub has of each slot."""
        with self.hub.store.reading() as session:
            return sealed.sums(session, self.tabulation)[0]

    def cell(self, table: str) -> int:
        """The place of everybody in a table."""
        found = next(one for one in self.form().tables if one.table["id"] == table)
        return found.first + found.size - 1

    def form(self) -> Shape:
        """The cells that are counted."""
        with self.hub.store.reading() as session:
            row = sealed.tabulation(session, self.tabulation)
        assert row is not None
        return shape(sealed.document(row))

    def unchanged(self, slot: str) -> np.ndarray:
        """In which cells of people each member has as many as when it was counted before, and the same ones."""
        slots, before = [*self.changes], {}
        for one in slots[: slots.index(slot)]:
            before |= self.keys[one]
        same = ~sealing.member_cells(self.form())
        for name, change in self.changes[slot].items():
            now = self.keys[slot][name]
            same &= (change == 0) & (now == before.get(name, now))
        return same

    def join(self, number: int) -> None:
        """Make a node a member, of hub and trustee, that agreed to what is counted."""
        node = self.nodes[number]
        self.hub.add(node)
        raw, signature = node.descriptor()
        with self.trustee.store.writing() as session:
            heard = roster.signer(raw, signature)[1]
            roster.admit(session, self.trustee, raw, signature, confirmed=heard, actor="anna", cap=400)
        self.agree(node)

    def agree(self, node: RealNode) -> None:
        """The tabulation proposed to a node, and accepted there."""
        with self.hub.store.reading() as session:
            row = sealed.tabulation(session, self.tabulation)
            signatures = [one.signature for one in sealed.countersignatures(session, self.tabulation)]
        assert row is not None
        said = [fingerprint(self.trustee.ring.active("sign").public())]
        with node.app.state.node.store.writing() as session:
            accepting.propose(session, CATALOGUE, row.id, row.body, row.signature, signatures, "hub")
            accepting.accept(session, row.id, said, "admin")

    def leave(self, number: int) -> None:
        """An administrator decides to leave: the next report takes the stock along."""
        with self.nodes[number].app.state.node.store.writing() as session:
            accepting.leave(session, self.tabulation, "admin")

    def lose(self, number: int) -> None:
        """A node that keeps its keys and its people, and nothing of what it ever reported."""
        node = self.nodes[number]
        with node.app.state.node.store.writing() as session:
            for table in (SealedReport, Certificate, AgreedTabulation):
                session.connection().execute(table.__table__.delete())  # type: ignore[attr-defined]
        self.agree(node)


async def federation(
    folder: Path, stack: AsyncExitStack, drawn: Drawn, members: int, *, later: Sequence[int] = (), headline: bool = True
) -> Years:
    """Hub, trustee and nodes before the first month; ``later``: who joins afterwards."""
    clock = stack.enter_context(time_machine.travel(datetime(2025, 12, 31, 9, tzinfo=UTC), tick=True))
    settings = TrusteeSettings(directory=folder / "trustee", name="The university", issuer="https://trustee.test")
    create_trustee(settings)
    nodes = [RealNode(folder, f"member-{number}") for number in range(members)]
    app = create_app(settings)
    network = await stack.enter_async_context(
        Network({"trustee.test": app, **{f"{node.name}.test": node.app for node in nodes}})
    )
    hub = SmallHub(f"sqlite:///{folder / 'hub.sqlite'}")
    stack.callback(hub.store.close)
    trustee = app.state.trustee
    client = TrusteeClient(settings.issuer, network)
    made = Years(drawn, hub, network, nodes, trustee, client, agreed(hub, trustee, headline=headline), clock)
    for number, node in enumerate(nodes):
        node.register("hub", RING, "releases:read")
        keep(node, factories.SHARED)
        if number not in later:
            made.join(number)
    made.write(-1)
    return made


def agreed(hub: SmallHub, trustee: Trustee, *, headline: bool) -> str:
    """The real plan of tables, countersigned; gives its name."""
    party = (trustee.name, trustee.ring.active("sign").public())
    with hub.store.writing() as session:
        counted = plan(CATALOGUE, {"operation": ["ESF-1", "ESF-2"]}, headline=headline)
        made = tabulating.make(
            session, RING.active("sign"), "The federation", CATALOGUE, counted, [party], month_name(0)
        )
        name, raw, signature = made.id, made.body, made.signature
    document = check_proposed(raw, signature, RING.public_set("sign"))
    with trustee.store.writing() as session:
        own = tabulations.countersign(session, trustee, raw, document)
    with hub.store.writing() as session:
        tabulating.countersign(session, name, own, "https://trustee.test")
    return name


def of(node: RealNode, name: str) -> str:
    """A name of the factories, as this node's own."""
    return name.replace(factories.NODE, node.name, 1)


def keep(node: RealNode, told: Sequence[Document]) -> None:
    """Write documents, owners first, as the node's own."""
    store = node.app.state.node.store
    mine = json.loads(json.dumps(list(told)).replace('"north', f'"{node.name}'))
    changes = [Change(one["id"].split(":")[1], one, one["id"], keep_envelope=True) for one in mine]
    with store.writing() as session:
        write(session, store.vault, changes, store.context("test"))


def documents(drawn: Drawn, member: int, month: int) -> list[Document]:
    """What a member writes down in a month."""
    mine = (drawn.someone.member == member) & (drawn.someone.exit >= 0)
    found = []
    for person in np.flatnonzero(mine & (drawn.entry_known == month)).tolist():
        found += arriving(drawn, person)
    for person in np.flatnonzero(mine & (drawn.exit_known == month)).tolist():
        found += leaving(drawn, person)
    for person in np.flatnonzero(mine & (drawn.corrected == month) & (drawn.erased > month)).tolist():
        found.append(observed(drawn, person, corrected=True))
    return found


def day(month: int, number: int) -> date:
    return add_months(START, month) + timedelta(days=number)


def arriving(drawn: Drawn, person: int) -> list[Document]:
    rest = int(drawn.rest[person])
    opened = day(int(drawn.someone.entry[person]), rest % 9)
    born = BORN[int(drawn.someone.of["age"][person]) + (rest // 9) % 2]
    return [
        factories.participant(person, sex=SEXES[drawn.sex[person]], birth_date=born),
        factories.referral(
            person,
            referred_on=(opened - timedelta(days=9)).isoformat(),
            decided_on=(opened - timedelta(days=2)).isoformat(),
        ),
        project(drawn, person, opened, None),
        observed(drawn, person, corrected=False),
    ]


def project(drawn: Drawn, person: int, opened: date, closed: date | None) -> Document:
    rest, started = int(drawn.rest[person]), opened + timedelta(days=5)
    history: list[dict[str, str]] = [
        {"phase": "planned", "from": opened.isoformat(), "to": started.isoformat()},
        {"phase": "insertion_coop", "from": started.isoformat()},
    ]
    dates: dict[str, Any] = {"opened_on": opened.isoformat(), "started_on": started.isoformat()}
    if closed:
        history[1]["to"] = closed.isoformat()
        history.append({"phase": "concluded", "from": closed.isoformat()})
        dates |= {"closed_on": closed.isoformat(), "revision": 2}
    programmes = [{"programme": "esfplus_operation", "operation": f"ESF-{rest % 3}"}]
    return factories.accompaniment(
        person,
        **dates,
        phase=history[-1]["phase"],
        phase_history=history,
        pathway=PATHWAYS[rest % 7 % len(PATHWAYS)],
        programmes=programmes,
    )


def observed(drawn: Drawn, person: int, *, corrected: bool) -> Document:
    """The observation at entry; it names the wrong target group until it is corrected."""
    rest = int(drawn.rest[person])
    wrong = drawn.corrected[person] < NEVER and not corrected
    group = GROUPS[(int(drawn.group[person]) + wrong) % len(GROUPS)]
    return factories.status_observation(
        person,
        accompaniment=factories.id_of("accompaniment", person),
        observed_on=day(int(drawn.someone.entry[person]), rest % 9).isoformat(),
        labour_status=LABOUR[rest % 4],
        education_level=EDUCATION[rest % 5],
        target_groups=[{"code": group, "primary": True}],
        revision=1 + corrected,
    )


def leaving(drawn: Drawn, person: int) -> list[Document]:
    rest, month = int(drawn.rest[person]), int(drawn.someone.exit[person])
    closed = day(month, 15 + rest % 12)
    opened = day(int(drawn.someone.entry[person]), rest % 9)
    outcome = OUTCOMES[int(drawn.someone.of["outcome"][person])]
    return [
        project(drawn, person, opened, closed),
        factories.closure(person, closed_on=closed.isoformat(), outcome=outcome),
    ]
