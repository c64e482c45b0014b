"""A hub and its trustees as a node meets them: keys, a tabulation, certificates as a trustee writes them."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from coupole.node.statistics import accepting
from coupole.wire import field as numbers
from coupole.wire import sealing
from coupole.wire.certificates import CERTIFICATE, GENESIS, KEY_LIST, listed, write_certificate, write_key_list
from coupole.wire.descriptor import fingerprint
from coupole.wire.documents import digest, sign
from coupole.wire.keys import KeyRing
from coupole.wire.reports import Report, hub_half, open_sealed, unpack
from coupole.wire.tabulations import KIND, tabulation_id, write_tabulation
from tests.calling import RunningNode
from tests.factories import SHARED, accompaniment, participant, referral
from tests.stores import keep

SCOPE = "releases:read"
FIRST = "2025-01"
MONTHS = [f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13)]
TABLES: list[dict[str, Any]] = [
    {"id": "headcount", "indicator": "S01", "part": "count", "kind": "stock", "by": [], "levels": []},
    {"id": "S01-sex", "indicator": "S01", "part": "count", "kind": "stock", "by": ["sex"], "levels": [["F", "other"]]},
    {"id": "F02", "indicator": "F02", "part": "count", "kind": "flow", "by": [], "levels": []},
]


@dataclass
class Trustee:
    """Signs key lists and certificates, and can open what is sealed for it."""

    name: str
    ring: KeyRing = field(default_factory=lambda: KeyRing.create({"sign": "ed25519"}))
    chain: list[dict[str, str]] = field(default_factory=list)
    previous: str = GENESIS
    private: bytes = field(default_factory=lambda: sealing.new_private(sealing.CLASSIC))

    @property
    def jwk(self) -> dict[str, Any]:
        return self.ring.active("sign").public()

    @property
    def paper(self) -> str:
        return fingerprint(self.jwk)

    def key_list(self) -> dict[str, str]:
        public = sealing.public_of(sealing.CLASSIC, self.private)
        keys = [listed(f"key-{month}", month, sealing.CLASSIC, public, "2099-01-01") for month in MONTHS]
        made = {
            "type": "key_list",
            "form": 1,
            "trustee": self.name,
            "made_at": "2025-01-01T00:00:00Z",
            "keys": keys,
        }
        return self.signed(KEY_LIST, write_key_list(made))  # type: ignore[arg-type]

    def signed(self, kind: str, raw: bytes) -> dict[str, str]:
        return {"document": raw.decode(), "signature": sign(kind, raw, self.ring.active("sign"))}

    def certify(self, name: str, slot: str, counted: dict[str, str] | None, **fields: Any) -> dict[str, str]:
        """The next certificate: with these reports, or void."""
        members = [{"node": node, "report": report} for node, report in (counted or {}).items()]
        made = {
            "type": "certificate",
            "form": 1,
            "number": len(self.chain) + 1,
            "previous": self.previous,
            "trustee": self.name,
            "tabulation": name,
            "slot": slot,
            "outcome": "released" if counted is not None else "void",
            "groups": [{"id": "all", "members": members, "sum": "0" * 64, "state": "0" * 64}] if members else [],
            "refused": [],
            "left_out": [] if members else ["all"],
            "made_at": "2025-01-01T00:00:00Z",
            **({} if counted is not None else {"reason": "quorum_missing"}),
            **fields,
        }
        raw = write_certificate(made)  # type: ignore[arg-type]
        one = self.signed(CERTIFICATE, raw)
        self.previous = digest(raw)
        self.chain.append(one)
        return one

    def half(self, report: Report, place: int = 0) -> tuple[Any, Any]:
        private = sealing.load_private(sealing.CLASSIC, self.private)
        return open_sealed(report.header, report.sealed[place], private)


@dataclass
class Federation:
    """One hub and its trustees, and a tabulation they signed."""

    node: RunningNode
    trustees: list[Trustee]
    hub: KeyRing
    raw: bytes
    kept: dict[str, Any] | None = None
    """The member's report that was counted last, as the hub hands it back."""

    @property
    def name(self) -> str:
        return tabulation_id(self.raw)

    @property
    def signature(self) -> str:
        return sign(KIND, self.raw, self.hub.active("sign"))

    @property
    def countersignatures(self) -> list[str]:
        return [sign(KIND, self.raw, one.ring.active("sign")) for one in self.trustees]

    def proposal(self, **fields: Any) -> dict[str, Any]:
        made = {"document": self.raw.decode(), "signature": self.signature, "countersignatures": self.countersignatures}
        return {**made, **fields}

    def propose(self, **fields: Any) -> Any:
        path = f"/api/v1/tabulations/{self.name}"
        return self.node.call("PUT", path, scope=SCOPE, document=self.proposal(**fields))

    def accept(self) -> None:
        with self.node.node.store.writing() as session:
            accepting.accept(session, self.name, [one.paper for one in self.trustees], "anna")

    def certify(self, slot: str, report: Report | None, **fields: Any) -> None:
        """Every trustee counts that report, or writes a void."""
        node = self.node.node.node_id
        for one in self.trustees:
            one.certify(self.name, slot, None if report is None else {node: digest(report.header)}, **fields)
        if report is not None:
            self.kept = handed_back(report)

    def question(self, slot: str, kind: str = "change", **fields: Any) -> dict[str, Any]:
        made = {
            "tabulation": self.name,
            "slot": slot,
            "kind": kind,
            "certificates": [certificate for one in self.trustees for certificate in one.chain],
            "key_lists": [one.key_list() for one in self.trustees],
            "last": self.kept,
        }
        return {name: value for name, value in {**made, **fields}.items() if value is not None}

    def ask(self, slot: str, kind: str = "change", scope: str = SCOPE, **fields: Any) -> Any:
        return self.node.call("POST", "/api/v1/reports", scope=scope, document=self.question(slot, kind, **fields))

    def pull(self, slot: str, kind: str = "change", **fields: Any) -> Report:
        answer = self.ask(slot, kind, **fields)
        assert answer.status_code == 200, answer.text
        return unpack(answer.content)

    def told(self, report: Report) -> list[int]:
        """What hub and trustees together read in a report: headcount, women, others, everybody, entries."""
        counts, _keys = self.opened(report)
        return [int(one) for one in counts]

    def opened(self, report: Report) -> tuple[Any, Any]:
        """Counts and key sums of a report, all shares put together."""
        total, keys = hub_half(report)
        for place, one in enumerate(self.trustees):
            half, more = one.half(report, place)
            total, keys = numbers.add(total, half), keys + more
        return numbers.to_counts(total), np.asarray(keys)


def handed_back(report: Report) -> dict[str, str]:
    own = urlsafe_b64encode(report.own).decode().rstrip("=")
    return {"header": report.header.decode(), "signature": report.signature, "own": own}


def federation(node: RunningNode, *, trustees: int = 1, **fields: Any) -> Federation:
    """A federation whose tabulation is neither proposed nor accepted yet."""
    hub = KeyRing.create({"sign": "ed25519"})
    others = [Trustee(f"Trustee {number}") for number in range(1, trustees + 1)]
    return Federation(node, others, hub, tabulation(hub, others, **fields))


def tabulation(hub: KeyRing, trustees: list[Trustee], **fields: Any) -> bytes:
    document = {
        "type": "tabulation",
        "form": 1,
        "federation": "Federation",
        "hub": {"name": "Hub", "key": hub.active("sign").public()},
        "trustees": [{"name": one.name, "key": one.jwk} for one in trustees],
        "population": "trainees",
        "catalogue": "core",
        "version": "1.0.0",
        "epoch": 1,
        "grain": "month",
        "first_slot": FIRST,
        "m": 5,
        "groups": ["all"],
        "tables": [{"noise": "cell_key", **table} for table in TABLES],
    }
    return write_tabulation({**document, **fields})  # type: ignore[typeddict-item]


def joined(node: RunningNode, **fields: Any) -> Federation:
    """A federation whose tabulation this node agreed to."""
    made = federation(node, **fields)
    assert made.propose().status_code == 200
    made.accept()
    return made


def person(number: int, opened: str = "2024-11-05", **fields: Any) -> list[dict[str, Any]]:
    phases = [{"phase": "drafting", "from": opened}]
    given = {"opened_on": opened, "phase": "drafting", "phase_history": phases}
    file = {**accompaniment(number), **given, **fields}
    unset = ("started_on", "agreement", "current_plan")
    someone = participant(number, sex="F" if number % 2 else "M")
    return [someone, referral(number), {name: value for name, value in file.items() if name not in unset}]


def arrive(node: RunningNode, *numbers: int, opened: str = "2024-11-05") -> None:
    keep(node.node.store, [one for number in numbers for one in person(number, opened)])


def house_of(node: RunningNode) -> RunningNode:
    """A workshop of three people since 2024: two women, one man."""
    keep(node.node.store, SHARED)
    arrive(node, 1, 2, 3)
    return node
