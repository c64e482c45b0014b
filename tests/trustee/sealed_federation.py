"""A federation that seals, seen from its trustees: members with people, an honest hub, and ways not to be honest."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from copy import copy, deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import numpy as np

from coupole.trustee import batches, months, roster, tabulations
from coupole.trustee.app import create_trustee, open_trustee
from coupole.trustee.settings import TrusteeSettings
from coupole.trustee.store import Trustee
from coupole.wire import batches as wire
from coupole.wire import reports
from coupole.wire.certificates import GENESIS, Certificate, check_key_list, sealing_key
from coupole.wire.documents import digest, sign
from coupole.wire.field import Counts, KeyVector, P, Vector, add, to_counts
from coupole.wire.keys import Key, KeyRing
from coupole.wire.reports import Report
from coupole.wire.tabulations import ALL, Shape, Tabulation, cells, shape, tabulation_id, write_tabulation
from tests.fake_nodes import FakeNode

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)
SEXES, AGES = ["F", "M", "other"], ["-25", "25-54", "55-"]
Person = tuple[str, str, str]
"""A name nobody else has, sex and age."""


def table(name: str, indicator: str, kind: str, *by: str, noise: str = "cell_key") -> dict[str, Any]:
    levels = {"sex": SEXES, "age_band": AGES}
    return {
        "id": name,
        "indicator": indicator,
        "part": "count",
        "kind": kind,
        "by": list(by),
        "levels": [levels[one] for one in by],
        "noise": noise,
    }


TABLES = [
    table("headcount", "S01", "stock"),
    table("S01.sex.age", "S01", "stock", "sex", "age_band"),
    table("S01.age", "S01", "stock", "age_band"),
    table("F03.sex", "F03", "flow", "sex"),
]
EXACT = [*TABLES, table("S01.sex.exact", "S01", "stock", "sex", noise="none")]


@dataclass(slots=True)
class Member:
    """A node: who is there, who ever entered, and what was counted of both."""

    node: FakeNode
    key: Key
    group: str = "all"
    there: list[Person] = field(default_factory=list)
    entered: list[Person] = field(default_factory=list)
    ledger: tuple[Counts, KeyVector] | None = None
    made: dict[str, tuple[Counts, KeyVector]] = field(default_factory=dict)
    """The state behind each report, by the hash of its header."""

    @property
    def name(self) -> str:
        return self.node.name

    def come(self, number: int, random: np.random.Generator) -> None:
        """New people enter."""
        for _ in range(number):
            person = (f"{self.name}-{len(self.entered)}", str(random.choice(SEXES)), str(random.choice(AGES)))
            self.there.append(person)
            self.entered.append(person)

    def state(self, form: Shape) -> tuple[Counts, KeyVector]:
        """Counts and key sums of every cell, each counted by itself."""
        counts, keys = np.zeros(form.cells, np.int64), np.zeros(form.cells, np.int64)
        for placed in form.tables:
            people = self.there if placed.table["kind"] == "stock" else self.entered
            for place, levels in enumerate(cells(placed), placed.first):
                for name, *values in people:
                    known = dict(zip(("sex", "age_band"), values, strict=True))
                    if all(
                        known[by] == level for by, level in zip(placed.table["by"], levels, strict=True) if level != ALL
                    ):
                        counts[place] += 1
                        keys[place] += _person_key(name, place)
        return counts, keys.astype(np.uint8)


def _person_key(name: str, place: int) -> int:
    return hashlib.sha256(f"{name} {place}".encode()).digest()[0] % 255 + 1


class Federation:
    """A hub, its members and one or two trustees, all on paper but for the trustees."""

    def __init__(
        self, directory: Path, size: int = 8, trustees: int = 1, database_url: str = "", **planned: Any
    ) -> None:
        self.directory, self._stack, self.database_url = directory, ExitStack(), database_url
        self.random = np.random.default_rng(7)
        self.hub = KeyRing.create({"sign": "ed25519"}).active("sign")
        self.trustees = [self._trustee(number) for number in range(trustees)]
        self.document: Tabulation = self.proposed(**planned)
        self.raw = write_tabulation(self.document)
        self.id, self.shape = tabulation_id(self.raw), shape(self.document)
        self.members: list[Member] = []
        self.join(*(f"node-{number:02}" for number in range(size)))
        for trustee in self.trustees:
            self.agree(trustee, self.raw)

    @property
    def trustee(self) -> Trustee:
        return self.trustees[0]

    def close(self) -> None:
        self._stack.close()

    def copied(self, directory: Path) -> Federation:
        """The same federation as it is now, in another place: cheaper than one made anew."""
        shutil.copytree(self.directory, directory)
        made = copy(self)
        made.directory, made._stack, made.random = directory, ExitStack(), np.random.default_rng(7)
        made.members = deepcopy(self.members)
        made.trustees = [made._opened(number) for number in range(len(self.trustees))]
        return made

    def _opened(self, number: int) -> Trustee:
        return self._stack.enter_context(open_trustee(TrusteeSettings.load(self.directory / f"t{number}")))

    def _trustee(self, number: int) -> Trustee:
        address = f"https://trustee-{number}.test"
        settings = TrusteeSettings(
            directory=self.directory / f"t{number}",
            name=f"Trustee {number}",
            issuer=address,
            database_url=self.database_url,
        )
        create_trustee(settings)
        opened = self._opened(number)
        months.keep(opened, NOW)
        return opened

    def proposed(self, **changes: Any) -> Tabulation:
        parties = [("The hub", self.hub), *((one.name, one.ring.active("sign")) for one in self.trustees)]
        hub, *others = ({"name": name, "key": key.public()} for name, key in parties)
        made = {
            "type": "tabulation",
            "form": 1,
            "federation": "The federation",
            "hub": hub,
            "trustees": others,
            "population": "accompaniments",
            "catalogue": "core",
            "version": "1.0.0",
            "epoch": 1,
            "grain": "month",
            "first_slot": "2026-10",
            "m": 5,
            "groups": ["all"],
            "tables": TABLES,
        }
        return cast(Tabulation, made | changes)

    def agree(self, trustee: Trustee, raw: bytes) -> str:
        document = tabulations.proposed(trustee, raw, sign("tabulation", raw, self.hub))
        with trustee.store.writing() as session:
            return tabulations.countersign(session, trustee, raw, document)

    def join(self, *names: str, group: str = "all", people: int = 6) -> list[Member]:
        """New members, known to every trustee."""
        made = []
        for name in names:
            node = FakeNode(name)
            made.append(Member(node, node.ring.active("sign"), group))
            made[-1].come(people, self.random)
        for trustee in self.trustees:
            with trustee.store.writing() as session:
                for member in made:
                    raw, signature = member.node.descriptor()
                    heard = roster.signer(raw, signature)[1]
                    roster.admit(session, trustee, raw, signature, confirmed=heard, actor="anna", now=NOW, group=group)
        self.members += made
        return made

    def last(self, trustee: Trustee | None = None) -> str:
        """The newest certificate of the first trustee, or of that one."""
        with (trustee or self.trustee).store.reading() as session:
            found = batches.store.certificates(session, self.id)
        return found[-1].digest if found else GENESIS

    def report(self, member: Member, slot: str = "2026-10", /, **changed: Any) -> Report:
        """What a member seals: its change since it was counted last, nothing at its first report."""
        counts, keys = member.state(self.shape)
        kind = "opening" if slot.endswith("/opening") else "change"
        before = member.ledger or ((counts, keys) if kind == "change" else (0 * counts, 0 * keys))
        given: dict[str, Any] = {
            "slot": slot,
            "kind": kind,
            "node": member.name,
            "seq": 1,
            "prev": self.last(),
            "trustee_keys": [self.month_key(trustee, slot) for trustee in self.trustees],
            "counts": counts - before[0],
            "keys": keys - before[1],
            "salt": bytes(32),
            "own": b"own",
            "key": member.key,
        }
        made = reports.make(changed.pop("raw", self.raw), changed.pop("form", self.shape), **(given | changed))
        member.made[digest(made.header)] = (counts, keys)
        return made

    def month_key(self, trustee: Trustee, slot: str) -> Any:
        with trustee.store.reading() as session:
            raw, signature = months.key_list(session, trustee)
        return sealing_key(check_key_list(raw, signature, trustee.ring.public_set("sign")), slot)

    def all_reports(self, slot: str = "2026-10") -> list[tuple[str, Report]]:
        return [(member.group, self.report(member, slot)) for member in self.members]

    def entries(self, found: Sequence[tuple[str, Report]], other: wire.Answer | None = None) -> list[wire.Entry]:
        challenge = wire.challenge(report.header for _group, report in found)
        made = []
        for group, report in found:
            share = np.resize(reports.hub_half(report)[0], self.shape.cells)  # of a report that is too short, anything
            check = reports.zero_check(self.shape, share, challenge)
            if other:
                check += other.checks.get(reports.read_header(report.header)["node"], 0)
            made.append(wire.entry(report, check % P, group))
        return made

    def key_sums(
        self, found: Sequence[tuple[str, Report]], without: Sequence[str] = (), other: wire.Answer | None = None
    ) -> dict[str, KeyVector]:
        sums = {group: np.zeros(self.shape.cells, np.uint8) for group in self.document["groups"]}
        for group, report in found:
            keys = reports.hub_half(report)[1]
            if reports.read_header(report.header)["node"] not in without and len(keys) == len(sums.get(group, ())):
                sums[group] = sums[group] + keys
        further: Mapping[str, KeyVector] = other.key_sums if other else {}
        return {group: keys + further.get(group, np.uint8(0)) for group, keys in sums.items()}

    def batch(
        self,
        found: Sequence[tuple[str, Report]],
        slot: str = "2026-10",
        without: Sequence[str] = (),
        other: wire.Answer | None = None,
        **changed: Any,
    ) -> tuple[bytes, str]:
        given: dict[str, Any] = {
            "tabulation": self.id,
            "slot": slot,
            "key_sums": self.key_sums(found, without, other),
            "entries": self.entries(found, other),
            "other": (other.certificate, other.signature) if other else None,
            "without": without,
        }
        body = wire.write_batch(**(given | changed))
        return body, wire.sign_batch(body, self.hub)

    def settle(
        self, found: Sequence[tuple[str, Report]], slot: str = "2026-10", trustee: int = 0, **given: Any
    ) -> tuple[wire.Answer, Certificate]:
        """Ask a trustee; reports that it refuses are named, and their key shares left out."""
        now = given.pop("now", NOW)
        asked = self.trustees[trustee]
        try:
            raw = batches.settle(asked, *self.batch(found, slot, **given), now)
        except batches.BatchRefused as refusal:
            given["without"] = [one.pointer[1:] for one in refusal.findings]
            raw = batches.settle(asked, *self.batch(found, slot, **given), now)
        return self.answer(raw, trustee)

    def answer(self, raw: bytes, trustee: int = 0) -> tuple[wire.Answer, Certificate]:
        return wire.read_answer(raw, self.trustees[trustee].ring.public_set("sign"), self.shape.cells)

    def counted(self, certificate: Certificate) -> None:
        """Members read the certificate: whoever is on it moves its ledger."""
        listed = {one["node"]: one["report"] for group in certificate["groups"] for one in group["members"]}
        for member in self.members:
            if member.name in listed:
                member.ledger = member.made[listed[member.name]]

    def change(self, found: Sequence[tuple[str, Report]], *answers: wire.Answer, group: str = "all") -> Counts:
        """What the hub reads: the trustees' sums and its own shares of the reports that were counted."""
        document = json.loads(answers[0].certificate)
        listed = {one["report"] for part in document["groups"] if part["id"] == group for one in part["members"]}
        total: Vector = np.zeros(self.shape.cells, np.uint64)
        for one in answers:
            total = add(total, one.sums[group])
        for _group, report in found:
            if digest(report.header) in listed:
                total = add(total, reports.hub_half(report)[0])
        return to_counts(total)
