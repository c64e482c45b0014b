"""Unknown whole numbers, what is known of each, and sums that hold between them: how far can they be told?

First every sum narrows the ranges of what is in it, again and again until nothing moves; that is cheap, uses that all
are whole numbers, and goes over any number of months at once. What could still be small is then asked of linear
programs, as many unknowns together as ``LARGEST`` allows, month after month.

This is the attacker's own arithmetic: it shares nothing with the audit of the product.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np

BIG = 10_000_000
LARGEST = 8_000
NEAR = 1e-6
ROUNDS = 60


@dataclass
class Puzzle:
    """``numbers``: of each unknown, by any name, its number. ``rows``: sums that are 0, as numbers and signs."""

    numbers: dict[Hashable, int] = field(default_factory=dict)
    low: list[int] = field(default_factory=list)
    high: list[int] = field(default_factory=list)
    period: list[int] = field(default_factory=list)
    rows: list[tuple[list[int], list[int]]] = field(default_factory=list)
    contradictions: list[Hashable] = field(default_factory=list)

    def unknown(self, name: Hashable, period: int, low: int = 0, high: int = BIG) -> int:
        """The number of this unknown, of which this much is known too."""
        number = self.numbers.get(name)
        if number is None:
            number = self.numbers[name] = len(self.low)
            self.low.append(low)
            self.high.append(high)
            self.period.append(period)
        low, high = max(low, self.low[number]), min(high, self.high[number])
        if low > high:
            self.contradictions.append(name)
        else:
            self.low[number], self.high[number] = low, high
        return number

    def whole(self, total: int, parts: Sequence[int], *, others: bool = False) -> None:
        """The total is the sum of its parts, or more if there are ``others`` of which nothing is known."""
        rest = [self.unknown(("rest", total, *parts), self.period[total])] if others else []
        self.rows.append(([total, *parts, *rest], [1, *[-1] * (len(parts) + len(rest))]))


@dataclass
class Solved:
    """All ranges as narrow as they could be made; ``changes``: of pairs of unknowns what the first is more."""

    low: np.ndarray
    high: np.ndarray
    changes: dict[tuple[int, int], tuple[int, int]]
    contradicted: int
    """How many programs had no solution: what is declared cannot be."""


class _Rows:
    """Sums side by side: entry i says that unknown ``column[i]`` stands in ``row[i]`` with ``sign[i]``."""

    def __init__(self, rows: Sequence[tuple[list[int], list[int]]]) -> None:
        lengths = np.array([len(columns) for columns, _signs in rows], np.int64)
        self.starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        self.column = np.array([column for columns, _signs in rows for column in columns], np.int64)
        self.sign = np.array([sign for _columns, signs in rows for sign in signs], np.int64)
        self.row = np.repeat(np.arange(len(rows)), lengths)

    def narrow(self, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Ranges that follow from all sums, over and over. Whatever could be stays in them."""
        for _round in range(ROUNDS):
            least = np.where(self.sign > 0, low[self.column], -high[self.column])
            most = np.where(self.sign > 0, high[self.column], -low[self.column])
            floor = np.bincount(self.row, least, len(self.starts) - 1)[self.row] - least
            ceiling = np.bincount(self.row, most, len(self.starts) - 1)[self.row] - most
            up = np.where(self.sign > 0, -floor, ceiling).astype(np.int64)
            down = np.where(self.sign > 0, -ceiling, floor).astype(np.int64)
            newer_low, newer_high = low.copy(), high.copy()
            np.maximum.at(newer_low, self.column, down)
            np.minimum.at(newer_high, self.column, up)
            if (newer_low > newer_high).any() or ((newer_low == low).all() and (newer_high == high).all()):
                break
            low, high = newer_low, newer_high
        return low, high


def solve(puzzle: Puzzle, k: int, pairs: Iterable[tuple[int, int]] = ()) -> Solved:
    """Ranges of all unknowns, and of ``pairs`` of them what the first is more than the second."""
    low, high = np.array(puzzle.low, np.int64), np.array(puzzle.high, np.int64)
    pairs = sorted(set(pairs))
    rows = _Rows(puzzle.rows)
    if puzzle.rows:
        low, high = rows.narrow(low, high)
    found = Solved(low, high, {}, len(puzzle.contradictions))
    for chosen, asked in _portions(puzzle, low, high):
        program = _Program(puzzle, rows, chosen, low, high)
        inside = [pair for pair in pairs if pair[0] in asked and program.place.keys() >= set(pair)]
        if not program.ask(found, asked, inside, k):
            found.contradicted += 1
    for one, other in pairs:
        ends = (int(found.low[one] - found.high[other]), int(found.high[one] - found.low[other]))
        known = found.changes.get((one, other), ends)
        found.changes[one, other] = (max(known[0], ends[0]), min(known[1], ends[1]))
    return found


def _portions(puzzle: Puzzle, low: np.ndarray, high: np.ndarray) -> Iterable[tuple[np.ndarray, set[int]]]:
    """Unknowns that are solved together, and those asked for: what hangs together, or else as many months as fit."""
    part = _parts(puzzle, low < high)
    period = np.array(puzzle.period)
    for label in np.unique(part[part >= 0]):
        members = np.flatnonzero(part == label)
        months = np.unique(period[members])
        if len(members) <= LARGEST or len(months) < 2:
            yield members, set(members.tolist())
            continue
        span = max(2, int(LARGEST * len(months) / len(members)))
        for at in range(span - 1, len(months)):
            window = members[(period[members] > months[at] - span) & (period[members] <= months[at])]
            last = window if at == span - 1 else window[period[window] == months[at]]
            yield window, set(last.tolist())


def _parts(puzzle: Puzzle, free: np.ndarray) -> np.ndarray:
    """Of each unknown which others it hangs together with through sums; -1 for one that is known."""
    parent = list(range(len(free)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for columns, _signs in puzzle.rows:
        open_ones = [column for column in columns if free[column]]
        for column in open_ones[1:]:
            parent[root(column)] = root(open_ones[0])
    return np.array([root(number) if free[number] else -1 for number in range(len(free))], np.int64)


class _Program:
    """One linear program over some unknowns, asked many times: only its costs change, its last basis is kept."""

    def __init__(self, puzzle: Puzzle, rows: _Rows, chosen: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        self.chosen, self.place = chosen, {int(number): at for at, number in enumerate(chosen)}
        free = low < high
        inside = np.zeros(len(low), np.bool_)
        inside[chosen] = True
        usable = np.bincount(rows.row, free[rows.column] & ~inside[rows.column], len(rows.starts) - 1) == 0
        touched = np.bincount(rows.row, inside[rows.column], len(rows.starts) - 1) > 0
        kept = np.flatnonzero(usable & touched)
        self.solver = highspy.Highs()
        self.solver.silent()
        for name, value in (("presolve", "off"), ("simplex_strategy", 4), ("threads", 1)):
            self.solver.setOptionValue(name, value)
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = len(chosen), len(kept)
        program.col_cost_ = np.zeros(len(chosen))
        program.col_lower_, program.col_upper_ = low[chosen].astype(float), high[chosen].astype(float)
        at = np.full(len(usable), -1)
        at[kept] = np.arange(len(kept))
        mine = at[rows.row] >= 0
        open_ones = mine & inside[rows.column]
        fixed = mine & ~inside[rows.column]
        right = -np.bincount(at[rows.row[fixed]], (rows.sign * low[rows.column])[fixed], len(kept))
        program.row_lower_ = program.row_upper_ = right
        place = np.zeros(len(low), np.int64)
        place[chosen] = np.arange(len(chosen))
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        counts = np.bincount(at[rows.row[open_ones]], minlength=len(kept))
        program.a_matrix_.start_ = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        program.a_matrix_.index_ = place[rows.column[open_ones]].astype(np.int32)
        program.a_matrix_.value_ = rows.sign[open_ones].astype(float)
        self.solver.passModel(program)

    def ask(self, found: Solved, asked: set[int], pairs: Sequence[tuple[int, int]], k: int) -> bool:
        """Narrow what is asked in ``found``; whether there is a solution at all."""
        forms = [(self.place[number], -1) for number in sorted(asked)]
        forms += [(self.place[one], self.place[other]) for one, other in pairs]
        plus, minus = (np.array(side, np.int64).reshape(-1) for side in zip(*forms, strict=True))
        low, high = np.full(len(forms), np.inf), np.full(len(forms), -np.inf)

        def see(values: np.ndarray) -> None:
            given = values[plus] - np.where(minus < 0, 0, values[minus])
            np.minimum(low, given, out=low)
            np.maximum(high, given, out=high)

        def open_ones() -> np.ndarray:
            """What may still be small for certain, as far as is seen."""
            up = (low > NEAR) & (high < k - NEAR)
            down = (high < -NEAR) & (low > NEAR - k)
            return np.flatnonzero(up | down)

        if (values := self._table(np.zeros(len(self.chosen)))) is None:
            return False
        see(values)
        left = len(forms) + 1
        for sign in (1.0, -1.0, 1.0, -1.0):
            if len(still := open_ones()) >= left:
                break
            left = len(still)
            see(self._best(plus[still], minus[still], sign))
        for form in open_ones().tolist():
            for sign in (1.0, -1.0):
                if form in open_ones():
                    see(self._best(plus[[form]], minus[[form]], sign))
            if form in open_ones():
                self._tell(found, int(plus[form]), int(minus[form]), (low[form], high[form]))
        return True

    def _tell(self, found: Solved, plus: int, minus: int, ends: tuple[float, float]) -> None:
        least, most = int(np.ceil(ends[0] - NEAR)), int(np.floor(ends[1] + NEAR))
        one = int(self.chosen[plus])
        if minus >= 0:
            found.changes[one, int(self.chosen[minus])] = (least, most)
        else:
            found.low[one], found.high[one] = max(found.low[one], least), min(found.high[one], most)

    def _best(self, plus: np.ndarray, minus: np.ndarray, sign: float) -> np.ndarray:
        costs = np.zeros(len(self.chosen) + 1)
        np.add.at(costs, plus, -sign)
        np.add.at(costs, minus, sign)
        values = self._table(costs[:-1])
        assert values is not None
        return values

    def _table(self, costs: np.ndarray) -> np.ndarray | None:
        self.solver.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.array(self.solver.getSolution().col_value)
