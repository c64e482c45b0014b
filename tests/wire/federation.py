"""A small federation that seals: its keys, a tabulation, and members that count people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np

from coupole.standard import rates
from coupole.wire import field, reports
from coupole.wire.field import Counts, KeyVector, Vector
from coupole.wire.keys import Key, KeyRing
from coupole.wire.reports import Header, Report
from coupole.wire.sealing import HYBRID, Kem, PrivateKey, SealingKey, load_private, new_private, public_of
from coupole.wire.tabulations import ALL, Shape, Table, Tabulation, cells, shape, write_tabulation

HUB, TRUSTEE, SECOND, NORTH, SOUTH = (KeyRing.create({"sign": "ed25519"}).active("sign") for _ in range(5))
NOTHING = "0" * 64

LEVELS = {"sex": ["F", "M", "other"], "target": ["a", "b"], "age": ["-25", "25-54", "other"]}
Person = Mapping[str, str]


def key_set(*keys: Key) -> dict[str, Any]:
    return {"keys": [key.public() for key in keys]}


def table(name: str, *by: str, **changes: Any) -> Table:
    made: dict[str, Any] = {
        "id": name,
        "indicator": "S01",
        "part": "count",
        "kind": "stock",
        "by": list(by),
        "levels": [LEVELS[one] for one in by],
        "noise": "cell_key",
    }
    return cast(Table, made | changes)


TABLES = (
    table("headcount"),
    table("S01.sex.target", "sex", "target"),
    table("S01.all", "age", "target", "sex"),
    table("S01.age", "age", noise="none"),
    table("F03.sex", "sex", indicator="F03", kind="flow"),
)


def tabulation(**changes: Any) -> Tabulation:
    made: dict[str, Any] = {
        "type": "tabulation",
        "form": 1,
        "federation": "Koepel",
        "hub": {"name": "Koepel", "key": HUB.public()},
        "trustees": [{"name": "Université", "key": TRUSTEE.public()}],
        "population": "all",
        "catalogue": "core",
        "version": "1.0.0",
        "epoch": 1,
        "grain": "month",
        "first_slot": "2026-10",
        "m": 5,
        "groups": ["all"],
        "tables": list(TABLES),
    }
    return cast(Tabulation, made | changes)


def members(indicator: str, **changes: Any) -> Table:
    """A table of members by their rate."""
    made = {"part": "members", "kind": "members", "by": ["rate"], "levels": [[*rates.LEVELS]]}
    return table(f"{indicator}.members", **(made | {"indicator": indicator} | changes))


PLAN = tabulation()
RAW = write_tabulation(PLAN)
SHAPE = shape(PLAN)


def people(number: int, seed: int = 1) -> list[Person]:
    random = np.random.default_rng(seed)
    return [{name: str(random.choice(levels)) for name, levels in LEVELS.items()} for _ in range(number)]


def counted(form: Shape, found: Sequence[Person]) -> Counts:
    """Each cell by itself: how many people it is about."""
    made = []
    for one in form.tables:
        for levels in cells(one):
            asked = [(name, level) for name, level in zip(one.table["by"], levels, strict=True) if level != ALL]
            made.append(sum(all(person[name] == level for name, level in asked) for person in found))
    return np.array(made, np.int64)


def counts(number: int = 30, seed: int = 1, form: Shape = SHAPE) -> Counts:
    """A change: some came, some went."""
    return counted(form, people(number, seed)) - counted(form, people(number // 3, seed + 1))


def key_sums(form: Shape = SHAPE, seed: int = 1) -> KeyVector:
    return np.random.default_rng(seed).integers(0, 256, form.cells).astype(np.uint8)


class Month:
    """A trustee's key of one month."""

    def __init__(self, name: str, kem: Kem = HYBRID) -> None:
        raw = new_private(kem)
        self.public = SealingKey(name, public_of(kem, raw), kem)
        self.private: PrivateKey = load_private(kem, raw)


OCTOBER, NOVEMBER, ELSEWHERE = Month("oct"), Month("nov"), Month("other", "x25519")


def report(key: Key = NORTH, trustees: Sequence[Month] = (OCTOBER,), form: Shape = SHAPE, **changes: Any) -> Report:
    given: dict[str, Any] = {
        "slot": "2026-10",
        "kind": "change",
        "node": "north",
        "seq": 1,
        "prev": NOTHING,
        "trustee_keys": [one.public for one in trustees],
        "counts": changes["counts"] if "counts" in changes else counts(form=form),
        "keys": key_sums(form),
        "salt": bytes(32),
        "own": b"the member's own part",
        "key": key,
    }
    return reports.make(changes.pop("raw", RAW), form, **(given | changes))


def opened(made: Report, trustees: Sequence[Month] = (OCTOBER,)) -> list[tuple[Vector, KeyVector]]:
    """All shares of a report: the hub's, then those of the trustees."""
    sealed = zip(made.sealed, trustees, strict=True)
    return [reports.hub_half(made), *(reports.open_sealed(made.header, part, one.private) for part, one in sealed)]


def zero_sum(made: Report, challenge: bytes, trustees: Sequence[Month] = (OCTOBER,), form: Shape = SHAPE) -> int:
    """What all parts of the zero check add up to."""
    header: Header = reports.read_header(made.header)
    hub, first, *rest = (share for share, _ in opened(made, trustees))
    others = [reports.zero_check(form, share, challenge) for share in (hub, *rest)]
    return sum([*others, reports.first_zero_check(header, form, first, challenge)]) % field.P
