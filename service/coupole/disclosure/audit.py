"""What a reader of linked tables can tell of the small figures in them, by linear programs.

For every figure the least and the most that it can be are sought, given all tables together (release protocol, 3.14
and 5.5). A figure that can only be one number from 1 to k-1 is told exactly; one that can only be some of these is told
to be small. Whole numbers are not demanded of the solver, so a reader who tries whole numbers only may know a little
more; for tables of two dimensions there is no difference.

One model is kept for all questions: between them only the costs change, so that the last basis is where the next
search begins (primal simplex; scipy, a new model for each bound, took 25 times as long). Most questions need no search
of their own: every table that comes up says what its figures can be, and a figure that can be 0 or k is safe.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import highspy
import numpy as np
from numpy.typing import NDArray

from coupole.disclosure.linked import ALL, Balance, Key, Table, Unknowns, unknowns

K = 5
"""Figures below it and above 0 are small."""

Floats = NDArray[np.float64]
NEAR = 1e-6
"""How far from a whole number the solver's may be."""

BULK = 0.05
"""As long as one search for all undecided figures settles this share of them, another is made."""


class Finding(NamedTuple):
    """A small figure that is not safe: all that it can be is ``low`` to ``high``.

    ``table``: its id, or the name of a population of which no table shows the figure, yet it follows from others.
    ``cell``: its levels, ``*`` for all. ``change``: it is not the figure but what it changed by since the period
    before; its least and most may be below 0.
    """

    table: str
    period: int
    cell: tuple[str, ...]
    low: int
    high: int
    change: bool = False

    @property
    def exact(self) -> bool:
        """Whether it is told exactly."""
        return self.low == self.high


def gate(
    tables: Sequence[Table], before: Sequence[Table], balances: Iterable[Balance] = (), k: int = K
) -> list[Finding]:
    """What must not leave: the findings in ``tables`` and ``before`` taken together.

    ``before``: everything that was published for the period before. A finding there is one too: what was safe alone
    may be told by what comes after it. Empty when everything may be published. Raises ``ValueError`` when the tables
    contradict each other, in which case nothing may be published either.
    """
    return audit([*tables, *before], balances, k)


def audit(tables: Sequence[Table], balances: Iterable[Balance] = (), k: int = K) -> list[Finding]:
    """All findings in these tables together, the figures first and then what stocks changed by from month to month.

    Raises ``ValueError`` when no figures at all could stand behind these tables.
    """
    balances = list(balances)
    system = unknowns(tables, balances)
    names = _names(tables, system)
    stocks = {table.population for table in tables if table.stock}
    found = []
    for (number, before), (low, high) in told(system, k, stocks, balances).items():
        where = names.get(number, _of(system.keys[number]))
        found.append(Finding(*where, low, high, change=before is not None))
    return found


def told(
    system: Unknowns, k: int, stocks: Collection[str] = (), balances: Sequence[Balance] = ()
) -> dict[tuple[int, int | None], tuple[int, int]]:
    """The least and the most of whatever is told to be small, by the numbers of the unknowns.

    That is an unknown alone (and None), or one of the populations ``stocks`` and the same a period before: what the
    first is more. Not the latter where both entries and exits are published exactly: these people are what changed.
    """
    if not system.keys:
        return {}
    numbers = {key: number for number, key in enumerate(system.keys)}
    published = {key for key, number in numbers.items() if system.low[number] == system.high[number]}
    pairs: list[tuple[int, int | None]] = [(number, None) for number in numbers.values()]
    for (population, period, levels), number in numbers.items():
        before = numbers.get((population, period - 1, levels))
        flows = [(one.entries, one.exits) for one in balances if one.stock == population]
        by_flows = any({(one, period, levels), (other, period, levels)} <= published for one, other in flows)
        if population in stocks and before is not None and not by_flows:
            pairs.append((number, before))
    ranges = _ranges(system, pairs, k)
    return {pairs[form]: ranges[form] for form in sorted(ranges)}


def _names(tables: Sequence[Table], system: Unknowns) -> dict[int, tuple[str, int, tuple[str, ...]]]:
    """Of each unknown the first table that shows it, and where."""
    found: dict[int, tuple[str, int, tuple[str, ...]]] = {}
    for table, place in zip(tables, system.places, strict=True):
        for number, cell in zip(place.ravel(), table.cells, strict=True):
            found.setdefault(int(number), (table.id, table.period, cell))
    return found


def _of(key: Key) -> tuple[str, int, tuple[str, ...]]:
    population, period, levels = key
    return population, period, tuple(level for _dimension, level in sorted(levels)) or (ALL,)


def _ranges(system: Unknowns, pairs: Sequence[tuple[int, int | None]], k: int) -> dict[int, tuple[int, int]]:
    """The least and the most of every form that is not safe."""
    reader = Reader(system)
    plus = np.array([number for number, _before in pairs], np.intp)
    minus = np.array([-1 if before is None else before for _number, before in pairs], np.intp)
    forms = _Forms(reader.size, plus, minus, k)
    for sign in (1, -1):
        forms.see(reader.table(forms.costs(forms.open(), sign)))
    while len(asked := forms.open()):
        signs = np.where(np.arange(len(asked)) % 2, 1, -1)
        forms.see(reader.table(forms.costs(asked, signs)))
        if len(forms.open()) > (1 - BULK) * len(asked):
            break
    found = {}
    for form in forms.open():
        for sign in (1, -1):
            if forms.undecided(form):
                forms.see(reader.table(forms.costs(np.array([form]), sign)))
        if forms.undecided(form):
            found[int(form)] = forms.range(form)
    return found


class _Forms:
    """What the tables seen so far say of each form: an unknown, or one less another (-1: less nothing)."""

    def __init__(self, size: int, plus: NDArray[np.intp], minus: NDArray[np.intp], k: int) -> None:
        self.size, self.plus, self.minus, self.k = size, plus, minus, k
        self.low, self.high = np.full(len(plus), np.inf), np.full(len(plus), -np.inf)

    def see(self, values: Floats) -> None:
        """One more table that could be behind what is shown."""
        taken = np.where(self.minus >= 0, values[self.minus], 0)
        self.low = np.minimum(self.low, values[self.plus] - taken)
        self.high = np.maximum(self.high, values[self.plus] - taken)

    def undecided(self, form: int | slice = slice(None)) -> NDArray[np.bool_]:
        """Whether all seen is small and of one sign."""
        low, high = self.low[form], self.high[form]
        up, down = (low > NEAR) & (high < self.k - NEAR), (high < -NEAR) & (low > NEAR - self.k)
        return np.asarray(up | down | (low > high))

    def open(self) -> NDArray[np.intp]:
        """The forms that no table seen so far shows to be safe."""
        return np.flatnonzero(self.undecided())

    def costs(self, forms: NDArray[np.intp], signs: int | NDArray[np.int64]) -> Floats:
        """Of each unknown the cost under which the sum of the forms, with their signs, is as large as can be."""
        found = np.zeros(self.size + 1)
        np.add.at(found, self.plus[forms], -signs)
        np.add.at(found, self.minus[forms], signs)  # -1 is the place behind the last unknown
        return found[:-1]

    def range(self, form: int) -> tuple[int, int]:
        """Its least and most in whole numbers."""
        return int(np.ceil(self.low[form] - NEAR)), int(np.floor(self.high[form] + NEAR))


class _Quiet(highspy.Highs):
    """A solver that says nothing: as it is, it prints who made it before anybody can ask it not to."""

    def enableCallbacks(self) -> None:  # noqa: N802 - its name for what it does first
        """Be silent; nobody calls back."""
        self.silent()


class Reader:
    """One linear program over all unknowns, of which only the costs change."""

    def __init__(self, system: Unknowns) -> None:
        self.size, rows = len(system.keys), len(system.starts) - 1
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = self.size, rows
        program.col_cost_, program.col_lower_, program.col_upper_ = np.zeros(self.size), system.low, system.high
        program.row_lower_ = program.row_upper_ = np.zeros(rows)
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_, program.a_matrix_.index_ = system.starts, system.columns
        program.a_matrix_.value_ = system.signs
        self.solver = _Quiet()  # type: ignore[no-untyped-call]
        # No presolve, and the primal simplex: both keep the last basis of use when the costs change.
        for option, value in (("presolve", "off"), ("simplex_strategy", 4), ("threads", 1)):
            self.solver.setOptionValue(option, value)
        self.solver.passModel(program)
        self.every = np.arange(self.size, dtype=np.int32)

    def table(self, costs: Floats) -> Floats:
        """The figures that could be behind everything shown and cost least.

        Raises ``ValueError`` when there are none.
        """
        self.solver.changeColsCost(self.size, self.every, costs)
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise ValueError("no figures could be behind all these tables together")
        return np.array(self.solver.getSolution().col_value)
