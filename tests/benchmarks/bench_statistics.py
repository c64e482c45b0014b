"""Figures of a node: the release of a period for 500 and for 5,000 accompaniments, and the facts it is made from.

A release is all there is to it: facts read from an encrypted database, opened, counted, protected, written, signed and
kept. Its floor only counts, from small columns that lie open in memory. Each floor stands here beside ours, gives the
same answer, and is timed in turn with it (CPU time, medians).
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
import structlog
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlmodel import delete

from coupole.node.statistics.counting import Counted, count
from coupole.node.statistics.facts import fact_maker
from coupole.node.statistics.packing import EPOCH, EPOCH_MONTH, HEAD, RECORD, layout, numbered
from coupole.node.statistics.releasing import FrozenRelease, freeze
from coupole.node.store import Store, open_store, open_vault
from coupole.node.store.changes import Change, StoredDossier
from coupole.node.store.facts import levels, mark_all_stale, read_facts
from coupole.node.store.opening import living, opened
from coupole.node.store.tables import Release
from coupole.node.store.vault import seal, unseal
from coupole.node.store.write import write_each
from coupole.standard.calendar import Period, parse_period
from coupole.standard.catalogue import Catalogue, load
from coupole.standard.reading import canonical
from coupole.wire.keys import KeyRing
from tests import factories
from tests.benchmarks.people import file

MANY, FEW = 5_000, 500
RICH = 2
"""The number of a person whose file has forty documents."""
PERIOD = "2025-Q1"
SECRET = bytes(32)
FACT = np.dtype([("column", "<u2"), ("cell", "<u4"), ("start", "<u2"), ("end", "<u2"), ("value", "<u4")])
Work = Callable[[], Any]


class Workshop(NamedTuple):
    """What of a node's settings a release says."""

    node_id: str = "north"
    name: str = "Atelier Nord"


def run() -> list[dict[str, Any]]:
    """One line for each job: name, ours and floor in seconds of CPU, ratio."""
    catalogue = load("core", "1.0.0")
    structlog.configure(processors=[_silent])  # a line of the log for each release would stand between the figures
    lines = []
    try:
        for people in (FEW, MANY):
            with tempfile.TemporaryDirectory() as folder:
                ring = KeyRing.create({"master": "aes", "cell": "secret32", "sign": "ed25519"})
                store = filled(Path(folder), catalogue, ring, people)
                try:
                    lines.append(releasing(store, catalogue, ring))
                    if people == MANY:
                        lines += [counting(store, catalogue), rebuilding(store)]
                finally:
                    store.close()
    finally:
        structlog.reset_defaults()
    return [*lines, one_dossier(catalogue)]


def _silent(_logger: Any, _method: str, _event: Any) -> Any:
    raise structlog.DropEvent


def line(name: str, ours: Work, floor: Work, rounds: int, before: Work | None = None) -> dict[str, Any]:
    """Ours and the floor in turn; the medians of both and of their ratio. ``before``: each of ours, not timed."""
    spent: list[tuple[float, float]] = []
    for _ in range(rounds):
        if before:
            before()
        spent.append((seconds(ours), seconds(floor)))
    mine, least = (statistics.median(one) for one in zip(*spent, strict=True))
    ratio = statistics.median(one / other for one, other in spent)
    return {"name": name, "ours": mine, "floor": least, "ratio": round(ratio, 2)}


def seconds(work: Work) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def filled(folder: Path, catalogue: Catalogue, ring: KeyRing, people: int) -> Store:
    """A node with all its people, facts made."""
    vault = open_vault(folder, ring)
    store = open_store(f"sqlite:///{folder / 'node.sqlite'}", "north", vault, fact_maker(catalogue))
    documents = [*factories.SHARED, *(one for number in range(1, people + 1) for one in file(number))]
    for start in range(0, len(documents), 20_000):
        changes = [
            Change(one["id"].split(":")[1], one, keep_envelope=True) for one in documents[start : start + 20_000]
        ]
        with store.writing() as session:
            write_each(session, store.vault, changes, store.context("bench"))
    store.refresh_facts()
    return store


def releasing(store: Store, catalogue: Catalogue, ring: KeyRing) -> dict[str, Any]:
    """The first release of a period, facts being current: read, opened, counted, protected, written, signed, kept."""
    period = parse_period(PERIOD)
    now = datetime(2026, 1, 2, tzinfo=UTC)
    with store.reading() as session:
        bodies = [body for _dossier, body in sorted(read_facts(session, store.vault, period.first, period.last))]
        columns = InMemory(catalogue, period, bodies, levels(session))

    def ours() -> FrozenRelease:
        return freeze(store, ring, Workshop(), catalogue, period, "bench", now)

    def forget() -> None:
        with store.writing() as session:
            session.exec(delete(Release))

    assert orjson.loads(ours().raw)["period"] == PERIOD
    return line(f"release of {len(bodies)} accompaniments, whole catalogue", ours, columns.count, 15, forget)


def counting(store: Store, catalogue: Catalogue) -> dict[str, Any]:
    """Read, open and count the facts of everybody: every indicator by every dimension, with what stands behind it."""
    period = parse_period(PERIOD)
    with store.reading() as session:
        packed = sorted(read_facts(session, store.vault, period.first, period.last))
        columns = InMemory(catalogue, period, [body for _dossier, body in packed], levels(session))

        def ours() -> Counted:
            return count(session, store.vault, catalogue, period, SECRET)

        assert columns.differences(ours()) == []
        return line(f"tables of {len(packed)} accompaniments, whole catalogue", ours, columns.count, 15)


class InMemory:
    """The floor: small columns of each indicator lie ready in memory, one ``bincount`` for each of its margins.

    Right for these people, of whom each has one accompaniment in one currency and nobody came back.
    """

    def __init__(self, catalogue: Catalogue, period: Period, bodies: list[bytes], numbers: Any) -> None:
        self.place, self.numbers = layout(catalogue), numbers
        size = self.place.head.size
        length = 2 * len(self.place.shared)
        self.codes = np.frombuffer(b"".join(body[HEAD.size : HEAD.size + length] for body in bodies), "<u2")
        self.codes = self.codes.reshape(len(bodies), len(self.place.shared))
        lengths = [(len(body) - size) // RECORD.size for body in bodies]
        self.owner = np.repeat(np.arange(len(bodies)), lengths)
        self.records = np.frombuffer(b"".join(body[size:] for body in bodies), FACT)
        self.period = period
        self.columns = [self.of(number) for number in range(len(catalogue.indicators))]

    def of(self, number: int) -> tuple[Any, ...]:
        """Bounds, start, end, value of each fact of an indicator, and its place in each margin."""
        indicator, first = self.place.catalogue.indicators[number], self.place.first_column[number]
        column = self.records["column"] >> 2
        mine = np.flatnonzero((column >= first) & (column < first + len(indicator.parts)))
        found, part = self.records[mine], column[mine].astype(np.int64) - first
        kind = found["column"] & 3
        days = [day.toordinal() - EPOCH for day in (self.period.first, self.period.last)]
        months = [day.year * 12 + day.month - 1 - EPOCH_MONTH for day in (self.period.first, self.period.last)]
        latest = np.array([days[1], days[1], days[1], months[1]], np.uint16)[kind]
        earliest = np.array([days[0], days[1] + 1, days[0], months[0]], np.uint16)[kind]
        value = found["value"].astype(np.float64)
        slots = kind == 3
        spent = np.minimum(found["end"].astype(int), months[1]) - np.maximum(found["start"].astype(int), months[0]) + 1
        value[slots] *= np.maximum(spent, 0)[slots]
        margins = [(part.astype(np.uint16), len(indicator.parts))]
        own = iter(zip(self.place.own[number], self.place.strides[number], strict=True))
        for dimension in indicator.dimensions:
            count = max(self.numbers.get(dimension.name, {}), default=0) + 1
            if not numbered(dimension):
                count = len(dimension.codes or ())
            if dimension.own:
                code = found["cell"].astype(np.int64) // next(own)[1] % count
            else:
                code = self.codes[self.owner[mine], list(self.place.catalogue.dimensions).index(dimension.name)]
            margins.append(((part * count + code).astype(np.uint16), count * len(indicator.parts)))
        return latest, earliest, found["start"].copy(), found["end"].copy(), value, margins

    def count(self) -> list[list[Any]]:
        """The figures of every margin."""
        made = []
        for latest, earliest, start, end, value, margins in self.columns:
            kept = np.flatnonzero((start <= latest) & (end >= earliest))
            weight = value[kept]
            made.append([np.bincount(place[kept], weight, size) for place, size in margins])
        return made

    def differences(self, counted: Counted) -> list[str]:
        """The margins in which ours and this differ; those of codes that come together cannot be laid side by side."""
        wrong = []
        for indicator, table, figures in zip(
            self.place.catalogue.indicators, counted.tables, self.count(), strict=True
        ):
            shown = {"total": figures[0]} | {
                dimension.name: found for dimension, found in zip(indicator.dimensions, figures[1:], strict=True)
            }
            for margin in table.margins:
                known = next((one for one in indicator.dimensions if one.name == margin.dimension), None)
                if (indicator.bands and indicator.distinct) or (known and numbered(known)):
                    continue
                if not np.array_equal(counted.cells.values[margin.cells], shown[margin.dimension]):
                    wrong.append(f"{table.indicator} {margin.dimension}")
        return wrong


def rebuilding(store: Store) -> dict[str, Any]:
    """The facts of everybody made anew; the floor opens and parses the same documents."""

    def stale() -> None:
        with store.writing() as session:
            mark_all_stale(session)

    def floor() -> int:
        with store.reading() as session:
            rows = session.execute(living()).all()
            return len([orjson.loads(text) for text in opened(store.vault, rows)])

    stale()
    known = store.refresh_facts()
    return line(f"facts of {known} dossiers made anew, {floor()} documents", store.refresh_facts, floor, 3, stale)


def one_dossier(catalogue: Catalogue) -> dict[str, Any]:
    """Open, parse and count one changed file of forty documents; the floor opens and parses them."""
    key, make = AESGCM(os.urandom(32)), fact_maker(catalogue)
    documents = file(RICH, rich=True)
    sealed = [(one["id"].split(":")[1], seal(key, canonical(one), "here")) for one in documents]
    outside = {one["id"]: one for one in factories.SHARED}
    known: dict[tuple[str, str], int] = {}

    def number(dimension: str, code: str) -> int:
        return known.setdefault((dimension, code), len(known) + 1)

    def floor() -> list[Any]:
        return [orjson.loads(unseal(key, text, "here")) for _entity, text in sealed]

    def ours() -> Any:
        opened: dict[str, list[Any]] = {}
        for (entity, _text), document in zip(sealed, floor(), strict=True):
            opened.setdefault(entity, []).append(document)
        return make(StoredDossier(opened["accompaniment"][0]["id"], "accompaniment", opened, outside), number)

    assert floor() == documents
    assert ours().body
    return line(f"facts of a dossier of {len(documents)} documents", ours, floor, 2_000)
