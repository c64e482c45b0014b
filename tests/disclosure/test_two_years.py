"""The protocol's arithmetic over two years: sixty members, some silent, two who leave, two who come, one restored.

Reports are real ones (shares, seals, signatures, checks), summed by a hub and a trustee that live here, without HTTP.
What happened is known from the people themselves, counted on another way: each exit is one event with an id.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from coupole.disclosure.telescoping import BOUND, change, noise
from coupole.wire import field as numbers
from coupole.wire import reports
from coupole.wire.documents import digest
from coupole.wire.keys import Key, KeyRing
from coupole.wire.sealing import HYBRID, PrivateKey, SealingKey, load_private, new_private, public_of
from coupole.wire.tabulations import Shape, Tabulation, shape
from tests.disclosure.federations import MONTHS, NEVER, SIZES, People, mixed, people

MEMBERS = 60
SILENCE = 0.05
LEAVING = {11: 9, 37: 15}
"""Which members close their reports, and in which month."""
COMING = {23: 5, 48: 11}
RESTORED = {7: 13}
"""This one loses all but its key after that month."""

STOCKS = [("target", "sex"), ("target", "age"), ("target", "sex", "age")]
EXITS = [("target", "outcome"), ("sex", "outcome"), ("target", "sex", "outcome")]
SECRET = b"e" * 32


def table(kind: str, by: Sequence[str]) -> dict[str, Any]:
    levels = [[f"{name}{place}" for place in range(SIZES[name])] for name in by]
    name = "headcount" if not by else f"{kind}.{'.'.join(by)}"
    return {"id": name, "indicator": kind, "part": "count", "kind": kind, "by": list(by), "levels": levels}


TABULATION: Tabulation = {"tables": [table("stock", by) for by in [(), *STOCKS]] + [table("flow", by) for by in EXITS]}  # type: ignore[typeddict-item, typeddict-unknown-key]
RAW = json.dumps(TABULATION).encode()


@dataclass
class Told:
    """What members' nodes know of their people: when what was written, and whose target group was wrong at first."""

    someone: People
    entry_known: np.ndarray
    exit_known: np.ndarray
    corrected: np.ndarray
    at_first: np.ndarray

    def targets(self, month: int) -> np.ndarray:
        return np.where(self.corrected <= month, self.someone.of["target"], self.at_first)

    def present(self, month: int) -> np.ndarray:
        """Stock: whoever is known to have come and not known to have left."""
        gone = (self.exit_known <= month) & (self.someone.exit <= month)
        return (self.entry_known <= month) & (self.someone.entry <= month) & ~gone

    def left(self, month: int) -> np.ndarray:
        """Events: known exits since the first month."""
        return (self.exit_known <= month) & (self.someone.exit <= month) & (self.someone.exit >= 0)


def told() -> Told:
    """One exit in eight and one entry in ten is written a month or more late; one target in thirty is corrected."""
    someone = people(MEMBERS, seed=11)
    rng = np.random.default_rng(12)
    count = len(someone.member)
    late = rng.integers(1, 4, (2, count)) * (rng.random((2, count)) < np.array([[0.1], [0.125]]))
    wrong = rng.random(count) < 1 / 30
    corrected = np.where(wrong, np.maximum(someone.entry, 0) + rng.integers(1, 6, count), -NEVER)
    at_first = np.where(wrong, rng.integers(0, SIZES["target"], count), someone.of["target"])
    exit_known = np.where(someone.exit < NEVER, someone.exit + late[1], NEVER)
    return Told(someone, someone.entry + late[0], exit_known, corrected, at_first)


@dataclass
class State:
    """Every cell of every member at the end of a month. ``prints``: large sums of other keys, one for each set."""

    counts: np.ndarray
    keys: np.ndarray
    prints: np.ndarray


def state(known: Told, form: Shape, month: int) -> State:
    counts, keys, prints = (np.zeros((MEMBERS, form.cells), kind) for kind in (np.int64, np.uint8, np.uint64))
    levels = dict(known.someone.of) | {"target": known.targets(month)}
    for placed in form.tables:
        chosen = np.flatnonzero(known.present(month) if placed.table["kind"] == "stock" else known.left(month))
        member = known.someone.member[chosen]
        for starred in np.ndindex((2,) * len(placed.sizes)):
            place = np.zeros(len(chosen), np.int64)
            for star, name, size in zip(starred, placed.table["by"], placed.sizes, strict=True):
                place = place * size + (size - 1 if star else levels[name][chosen])
            cell = member * form.cells + placed.first + place
            np.add.at(counts.reshape(-1), cell, 1)
            np.add.at(keys.reshape(-1), cell, (mixed(chosen, cell, 1) % np.uint64(255) + np.uint64(1)).astype(np.uint8))
            np.add.at(prints.reshape(-1), cell, mixed(chosen, cell, 2))
    return State(counts, keys, prints)


def slot(month: int) -> str:
    """Before the first month all who are there open their balances, together."""
    return "2026-01/opening" if month < 0 else f"{2026 + month // 12}-{month % 12 + 1:02}"


@dataclass
class Node:
    """One member: its ledger is the state that was counted last, and everything else it has is its key."""

    number: int
    key: Key
    vault: AESGCM
    ledger: tuple[np.ndarray, np.ndarray]
    since: int
    """The month whose state is in the ledger."""
    seq: int = 0
    waiting: tuple[str, np.ndarray, np.ndarray, int] | None = None

    def learn(self, certified: set[str]) -> None:
        """The ledger moves only for a report that a certificate lists."""
        if self.waiting and self.waiting[0] in certified:
            self.ledger, self.since = (self.waiting[1], self.waiting[2]), self.waiting[3]
        self.waiting = None

    def report(
        self, form: Shape, month: int, counts: np.ndarray, keys: np.ndarray, trustee: SealingKey
    ) -> reports.Report:
        """What changed since; a closing report takes its stock to zero."""
        kind = "opening" if month < 0 else "closing" if LEAVING.get(self.number) == month else "change"
        self.seq += 1
        nonce = self.seq.to_bytes(12)
        own = nonce + self.vault.encrypt(nonce, counts.tobytes() + keys.tobytes() + bytes([month + 1]), None)
        made = reports.make(
            RAW, form, slot=slot(month), kind=kind, node=f"member-{self.number}", seq=self.seq,
            prev="0" * 64, trustee_keys=[trustee], counts=counts - self.ledger[0], keys=keys - self.ledger[1],
            salt=b"s" * 32, own=own, key=self.key,
        )  # fmt: skip
        self.waiting = (digest(made.header), counts, keys, month)
        return made

    def restore(self, own: bytes) -> None:
        """From its key, and from what the hub hands back of its last report that was counted."""
        raw = self.vault.decrypt(own[:12], own[12:], None)
        cells = (len(raw) - 1) // 9
        counts, keys = np.frombuffer(raw[: 8 * cells], np.int64), np.frombuffer(raw[8 * cells : 9 * cells], np.uint8)
        self.ledger, self.since, self.waiting = (counts, keys), raw[-1] - 1, None


@dataclass
class Trustee:
    """Opens its shares, adds the noise, and keeps one byte of each cell."""

    form: Shape
    sealing: SealingKey
    private: PrivateKey
    keys: np.ndarray | None = None

    def answer(
        self, batch: Sequence[reports.Report], hub_halves: Sequence[numbers.Vector], hub_keys: np.ndarray
    ) -> np.ndarray:
        challenge = digest(b"".join(one.header for one in batch)).encode()
        total, keys = np.zeros(self.form.cells, np.uint64), hub_keys
        for one, other in zip(batch, hub_halves, strict=True):
            half, mine = reports.open_sealed(one.header, one.sealed[0], self.private)
            header = reports.read_header(one.header)
            check = reports.first_zero_check(header, self.form, half, challenge)
            assert (check + reports.zero_check(self.form, other, challenge)) % numbers.P == 0
            total, keys = numbers.add(total, half), keys + mine
        after = keys if self.keys is None else self.keys + keys
        before = None if self.keys is None else self.keys[self.form.same]
        moved = change(SECRET, "people", "all", self.form.same, before, after[self.form.same])
        self.keys = after
        return numbers.add(total, numbers.of_counts(moved))


@dataclass
class Month:
    """What the hub has after a month, what all reports that were counted come to, and the noise of the keys so far."""

    total: np.ndarray
    exact: np.ndarray
    keyed: np.ndarray
    increment: np.ndarray
    same: np.ndarray
    """Cells in which no person came, left or was corrected among those who were counted."""


@dataclass
class Run:
    """Two years. ``times``: how often each exit was counted."""

    known: Told
    form: Shape
    times: np.ndarray
    due: np.ndarray
    """Which exits a member that answers has told by its last report that was counted."""
    months: list[Month] = field(default_factory=list)
    restored: list[bool] = field(default_factory=list)
    silent: int = 0


class Federation:
    """Hub, trustee and nodes, month after month."""

    def __init__(self) -> None:
        known, self.form = told(), shape(TABULATION)
        raw, people = new_private(), len(known.someone.member)
        self.made = Run(known, self.form, np.zeros(people, np.int64), np.zeros(people, np.bool_))
        sealing = SealingKey("k" * 16, public_of(HYBRID, raw), HYBRID)
        self.trustee = Trustee(self.form, sealing, load_private(HYBRID, raw))
        self.rng = np.random.default_rng(13)
        self.nodes: dict[int, Node] = {}
        self.certified: set[str] = set()
        self.owns: dict[int, bytes] = {}
        self.total, self.exact = (np.zeros(self.form.cells, np.int64) for _ in range(2))
        self.prints = np.zeros((MEMBERS, self.form.cells), np.uint64)
        self.before = state(known, self.form, -2)

    def month(self, month: int) -> None:
        """One slot: who comes, who is asked, the batch, the sum, and what is known of it from elsewhere."""
        now = state(self.made.known, self.form, month)
        self.come(month)
        batch = [(node, made) for node in self.nodes.values() if (made := self.asked(node, now, month))]
        halves = [reports.hub_half(one) for _node, one in batch]
        keys = sum((part for _half, part in halves), np.zeros(self.form.cells, np.uint8))
        answer = self.trustee.answer([one for _node, one in batch], [half for half, _part in halves], keys)
        for half, _part in halves:
            answer = numbers.add(answer, half)
        increment = numbers.to_counts(answer)
        self.total = self.total + increment
        changed = np.zeros(self.form.cells, np.bool_)
        for node, one in batch:
            assert node.waiting
            self.exact = self.exact + node.waiting[1] - node.ledger[0]
            self.certified.add(digest(one.header))
            self.owns[node.number] = one.own
            self.note(node, month)
            fresh = closed(self.form, now.prints[node.number], node.number, month)
            changed |= fresh != self.prints[node.number]
            self.prints[node.number] = fresh
        for number in [number for number, when in LEAVING.items() if when == month]:
            del self.nodes[number]
        keyed = noise(SECRET, "people", "all", self.form.same, self.trustee.keys[self.form.same])
        self.made.months.append(Month(self.total, self.exact, keyed, increment, ~changed))
        self.before = now

    def come(self, month: int) -> None:
        """Those of the beginning open together; a lone newcomer starts with what it has and reports changes only."""
        for number in range(MEMBERS):
            if COMING.get(number, -1) != month:
                continue
            ledger = (self.before.counts[number], self.before.keys[number])
            if month < 0:
                ledger = (np.zeros(self.form.cells, np.int64), np.zeros(self.form.cells, np.uint8))
            else:
                self.prints[number] = self.before.prints[number]
            self.nodes[number] = Node(
                number,
                KeyRing.create({"sign": "ed25519"}).active("sign"),
                AESGCM(bytes([number]) * 32),
                ledger,
                month - 1,
            )

    def asked(self, node: Node, now: State, month: int) -> reports.Report | None:
        """Its report as it arrives; of silent ones half are not reached, those of the others are lost on the way."""
        node.learn(self.certified)
        if RESTORED.get(node.number) == month:
            kept, node.ledger = node.ledger, (np.zeros(0), np.zeros(0))
            node.restore(self.owns[node.number])
            self.made.restored.append(all(np.array_equal(*pair) for pair in zip(kept, node.ledger, strict=True)))
        counted = month < 0 or LEAVING.get(node.number) == month or self.rng.random() > SILENCE
        self.made.silent += not counted
        if not counted and self.rng.random() < 0.5:
            return None
        counts, keys = (closed(self.form, part[node.number], node.number, month) for part in (now.counts, now.keys))
        made = node.report(self.form, month, counts, keys, self.trustee.sealing)
        return reports.unpack(reports.pack(made)) if counted else None

    def note(self, node: Node, month: int) -> None:
        """Which exits this report tells, and which its member has told by now."""
        known = self.made.known
        mine = known.someone.member == node.number
        self.made.times += mine & known.left(month) & ~known.left(node.since)
        self.made.due |= mine & known.left(month) & ~known.left(COMING.get(node.number, -1) - 1)


@pytest.fixture(scope="module")
def run() -> Run:
    """Two years of a federation, a month after the other."""
    federation = Federation()
    for month in range(-1, MONTHS):
        federation.month(month)
    return federation.made


def stock_cells(form: Shape) -> np.ndarray:
    found = np.zeros(form.cells, np.bool_)
    for placed in form.tables:
        found[placed.first : placed.first + placed.size] = placed.table["kind"] == "stock"
    return found


def closed(form: Shape, cells: np.ndarray, number: int, month: int) -> np.ndarray:
    """What a member tells of its cells: all, or none of its stock when it leaves."""
    return np.where(stock_cells(form) & (LEAVING.get(number) == month), 0, cells).astype(cells.dtype)


def inner(form: Shape, name: str, values: np.ndarray) -> np.ndarray:
    """The single cells of a table."""
    placed = next(one for one in form.tables if one.table["id"] == name)
    whole = values[placed.first : placed.first + placed.size].reshape(placed.sizes)
    return whole[(slice(-1),) * whole.ndim]


def accuracy(run: Run, names: Sequence[str], months: Sequence[int], back: int | None = None) -> float:
    """1 - L1 error, mean over tables and months; ``back``: of what happened since so many months before."""
    found = []
    for name in names:
        for month in months:
            last, first = run.months[month + 1], run.months[month + 1 - back] if back else None
            shown, exact = (
                (last.total, last.exact) if first is None else (last.total - first.total, last.exact - first.exact)
            )
            wrong = np.abs(np.maximum(inner(run.form, name, shown), 0) - inner(run.form, name, exact))
            found.append(1 - wrong.sum() / np.abs(inner(run.form, name, exact)).sum())
    return float(np.mean(found))


def test_every_event_of_a_member_that_answers_is_counted_and_none_twice(run: Run) -> None:
    events = run.times[run.due]
    print(f"{len(events)} exits, {run.silent} silent months: counted {events.sum()}, twice {(run.times > 1).sum()}")
    assert len(events) > 5_000
    assert run.silent > 40
    assert (events == 1).all()
    assert (run.times[~run.due] == 0).all()
    placed = next(one for one in run.form.tables if one.table["id"] == "flow.sex.outcome")
    assert run.months[-1].exact[placed.first + placed.size - 1] == len(events)


def test_all_cells_are_those_of_the_people_whoever_was_silent_late_or_corrected(run: Run) -> None:
    """After a month without silence the totals are what all members know, less what newcomers started with."""
    federation = Federation()
    rng = federation.rng
    for month in range(-1, 14):
        federation.rng = rng if month < 13 else Never()
        federation.month(month)
    now = state(federation.made.known, federation.form, 13)
    wanted = np.zeros(federation.form.cells, np.int64)
    for number in range(MEMBERS):
        at_leaving = (
            state(federation.made.known, federation.form, LEAVING[number]) if LEAVING.get(number, 99) < 13 else now
        )
        wanted += np.where(stock_cells(federation.form) & (LEAVING.get(number, 99) < 13), 0, at_leaving.counts[number])
        if number in COMING:
            wanted -= state(federation.made.known, federation.form, COMING[number] - 1).counts[number]
    assert np.array_equal(federation.made.months[-1].exact, wanted)


class Never:
    """No chance: everybody answers."""

    def random(self) -> float:
        return 0.99


def test_a_restored_member_goes_on_from_what_the_hub_hands_back(run: Run) -> None:
    assert run.restored == [True]


def test_totals_are_as_accurate_as_the_goals_ask(run: Run) -> None:
    two, three = ["stock.target.sex", "stock.target.age"], ["stock.target.sex.age"]
    found = {
        "stock 2-way": (accuracy(run, two, [5, 11, 17, 23]), 0.99),
        "stock 3-way": (accuracy(run, three, [5, 11, 17, 23]), 0.975),
        "month 2-way": (accuracy(run, ["flow.target.outcome", "flow.sex.outcome"], range(MONTHS), 1), 0.90),
        "12 months 3-way": (accuracy(run, ["flow.target.sex.outcome"], [11, 17, 23], 12), 0.95),
    }
    print({name: round(value, 3) for name, (value, _goal) in found.items()})
    assert all(value >= goal for value, goal in found.values())


def test_the_noise_of_running_totals_is_no_larger_after_two_years_than_at_the_beginning(run: Run) -> None:
    by_month = [(one.total - one.exact)[one.exact > 0] for one in run.months]
    variances = [float((one.astype(float) ** 2).mean()) for one in by_month]
    print(
        "variance",
        {month: round(variances[month + 1], 2) for month in (0, 11, 23)},
        "all",
        round(float(np.mean(variances)), 3),
    )
    assert abs(np.mean(variances) - 2) <= 0.2
    assert abs(np.mean(variances[-6:]) - 2) <= 0.2
    assert all((np.abs(one.total - one.exact) <= BOUND).all() for one in run.months)
    assert all((one.total - one.exact == one.keyed).all() for one in run.months)


def test_a_month_in_which_nothing_changed_in_a_cell_adds_nothing(run: Run) -> None:
    still = sum(int(one.same.sum()) for one in run.months[1:])
    print("cells and months without a change:", still)
    assert still > 500
    assert all((one.increment[one.same] == 0).all() for one in run.months[1:])
