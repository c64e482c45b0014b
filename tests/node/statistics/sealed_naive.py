"""Cells of a tabulation counted a second time: plain loops over what each dossier adds, cell by cell."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import Any

import numpy as np

from coupole.disclosure.keyed import keyed
from coupole.node.statistics.packing import key_of
from coupole.node.statistics.sealing import State
from coupole.standard.catalogue import Catalogue
from coupole.wire.tabulations import Shape
from tests.node.statistics import naive
from tests.node.statistics.counted import CORE

Document = dict[str, Any]
Added = tuple[str, str, int, str, dict[str, str]]
"""Indicator, part, how much, dossier, code of each dimension."""


class Recording(naive.Count):
    """Keeps what is added instead of summing it by one dimension at a time."""

    def __init__(self, first: str, last: str) -> None:
        super().__init__(first, last)
        self.added: list[Added] = []

    def add(self, indicator: str, part: str, value: int, dossier: str, dimensions: dict[str, list[str]]) -> None:
        codes = {name: codes[0] for name, codes in dimensions.items() if len(codes) == 1}
        foreign = indicator.startswith("M0") and "pathway" not in dimensions  # only under its currency
        if value and not foreign:
            self.added.append((indicator, part, value, dossier, codes))


def added(documents: list[Document], first: str, last: str) -> list[Added]:
    """Everything that every dossier adds to the figures of a period."""
    count = Recording(first, last)
    naive.count_all(count, documents)
    found = [one for one in count.added if one[0] != "S02"]
    for file in naive.willing(files_of(documents)):
        found += placed(count, file)
    for (indicator, _dimension, _code, band), by in count.figures.items():  # caseload, the one it writes by itself
        found += [(indicator, band, value, dossier, {}) for dossier, value in by.items()]
    return found


def files_of(documents: list[Document]) -> list[naive.File]:
    return [naive.File(one, documents) for one in documents if ":accompaniment:" in one["id"]]


def placed(count: naive.Count, file: naive.File) -> list[Added]:
    """Somebody who is placed, once, at the first of the codes of their placements: by contract, sector, side."""
    dimensions = {one.name: list(one.codes or ()) for one in CORE.indicator("S02").own}
    now = [
        {
            "side": naive.PLACEMENT[one["type"]]["side"],
            "sector": one.get("sector") or "unknown",
            "contract": one["contract_type"],
        }
        for one in file.hanging["placement"]
        if count.stock(one["from"], one.get("to"))
    ]
    if not now:
        return []
    order = ("contract", "sector", "side")
    first = min(now, key=lambda codes: [dimensions[name].index(codes[name]) for name in order])
    shared = {name: codes[0] for name, codes in file.dimensions().items() if len(codes) == 1}
    return [("S02", "count", 1, file.root["id"], shared | first)]


def state(shape: Shape, documents: list[Document], first: str, last: str, secret: bytes) -> State:
    """Every cell and key sum at the end of a period."""
    people = {one["id"]: str(one.get("participant", one["id"])) for one in documents}
    behind: list[dict[str, int]] = [defaultdict(int) for _ in range(shape.cells)]
    counts = np.zeros(shape.cells, np.int64)
    everything = added(documents, first, last)
    for table in shape.tables:
        for indicator, part, value, dossier, codes in everything:
            if (indicator, part) != (table.table["indicator"], table.table["part"]):
                continue
            levels = [
                place(listed, codes[name])
                for name, listed in zip(table.table["by"], table.table["levels"], strict=True)
            ]
            for at in itertools.product(*([level, size - 1] for level, size in zip(levels, table.sizes, strict=True))):
                cell = table.first + (int(np.ravel_multi_index(at, table.sizes)) if at else 0)
                counts[cell] += value
                behind[cell][people[dossier]] += 1 if indicator == "S07" else value  # an actor's people, each once
    keys = [sum(number(secret, who, cell, times) for who, times in one.items()) for cell, one in enumerate(behind)]
    return State(counts, np.array([one % 256 for one in keys], np.uint8))


def place(levels: list[str], code: str) -> int:
    return levels.index(code) if code in levels else len(levels) - 1


def number(secret: bytes, person: str, cell: int, times: int) -> int:
    """What stands for a person in a cell."""
    where = np.array([cell * 2**32 + times], np.uint64)
    return int(keyed(secret, "sealed", np.array([key_of(person)], np.uint64), where)[0, 0]) % 255 + 1


def countable(catalogue: Catalogue) -> list[tuple[str, str, str, list[str]]]:
    """Indicator, part, kind and dimensions of everything that can be sealed."""
    found = []
    for one in catalogue.indicators:
        kind = "stock" if {source.kind for source in one.sources} == {"stock_end"} else "flow"
        by = [dimension.name for dimension in one.dimensions if not dimension.several and dimension.name != "currency"]
        found += [(one.id, part, kind, by) for part in one.parts if not part.startswith("sum")]
    return found
