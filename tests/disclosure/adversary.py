"""An attacker who is handed one document and solves everything in it.

    python -m tests.disclosure.adversary VIEW.json [--truth TRUTH.json]

The document is what one party holds of a finished federation (form ``coupole-release/1``). It is read so:

``k``, ``m``        figures from 1 to k - 1 are small; fewer than m members are few.
``levels``          of each variable all its levels; they exclude each other.
``tables``          ``owner``: whose figures (a member, a group, the federation). ``population``: what is counted; two
                    tables of one owner, population and period speak of the same figure wherever their variables and
                    levels are the same, whatever the tables are called. A population whose name ends in ``.year`` is
                    what the one without it came to in the twelve periods that end here.
  ``cells``         levels in the order of ``vars``, ``*`` for all. A level ``a|b`` is a and b together. A margin is the
                    sum of its cells if all levels of the variable are shown, else at least that sum.
  ``kind``          a stock is there at the end of the period, a flow happened in it. Both are 0 or more.
  ``noise``         exact: the number is the figure. bounded: it is at most ``max`` away, a shown 0 stands for 0 to
                    ``max``; ``kept_zero``: where nothing is, 0 is shown, so whatever else is shown stands for at least
                    1. unbounded: only that the figure is 0 or more (with ``kept_zero``: at least 1 where shown).
  ``hidden_range``  what is known of a cell that is null: from, to; without it only that it is 0 or more.
``sums``            every figure of ``owner`` is the sum of those of the members it is ``of``. Where some of these are
                    known exactly, what is left of the others is a figure too.
``flows``           ``stock`` = ``stock`` a period before + ``in`` - ``out`` (populations of one owner), for figures by
                    no other variables than ``vars``. Where both flows are published exactly these are what changed,
                    and they are attacked themselves: their difference is of all these people.
``batches``         who was summed together. ``kind`` stock: the sum is of what was there, so sums of several periods
                    can be subtracted from each other; change or opening: each sum is of other events, but two of one
                    period and ``persons`` are of the same.
``outcome_vars``    a row of which all have one outcome says of each person in it what became of them.

With ``--truth`` (the same document with exact figures) also: what is declared of a figure and is not so, whether what
was told is true, and how many small figures are guessed by the mean of all numbers that are shown of each.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tests.disclosure.puzzle import BIG, Puzzle, Solved, solve

ALL, POOLED, YEAR = "*", "|", ".year"
Document = Mapping[str, Any]


class Figure(NamedTuple):
    """What an unknown is. ``levels``: variable and level of every variable that it does not sum over."""

    owner: str
    population: str
    period: int
    levels: frozenset[tuple[str, str]]


class Told(NamedTuple):
    """A figure and all it can be."""

    figure: Figure
    low: int
    high: int


@dataclass
class Found:
    """Everything that was found. ``certain``: from 1 to k - 1 for sure, but not which. ``wrong``: told and not true."""

    small: int = 0
    """How many figures can be small as far as their own tables say; with the truth, how many are."""
    true: list[Figure] = field(default_factory=list)
    """With the truth: those that are."""
    exact: list[Told] = field(default_factory=list)
    certain: list[Told] = field(default_factory=list)
    changes: list[Told] = field(default_factory=list)
    rows: list[tuple[Figure, str]] = field(default_factory=list)
    rosters: list[str] = field(default_factory=list)
    guessed: int = 0
    """Small figures that a guess hits: nobody knows which they are."""
    contradicted: list[Figure] = field(default_factory=list)
    wrong: list[Told] = field(default_factory=list)

    @property
    def ones(self) -> list[Told]:
        """Figures of one person, exactly known."""
        return [one for one in self.exact if one.high == 1]

    def counts(self) -> dict[str, int]:
        """How many of each."""
        names = ("exact", "ones", "certain", "changes", "rows", "rosters", "contradicted", "wrong")
        return {"small": self.small, "guessed": self.guessed} | {name: len(getattr(self, name)) for name in names}


def attack(document: Document, truth: Document | None = None) -> Found:
    """Solve everything in the document."""
    if document["format"] != "coupole-release/1":
        raise ValueError("not a document of this form")
    puzzle, k = Puzzle(), document["k"]
    declared = _read(document, puzzle)
    _link(document, puzzle)
    numbers: dict[Figure, int] = {name: at for name, at in puzzle.numbers.items() if isinstance(name, Figure)}
    stocks = {(table["owner"], table["population"]) for table in document["tables"] if table["kind"] == "stock"}
    pairs = {
        (number, before): figure
        for figure, number in numbers.items()
        if figure[:2] in stocks and (before := numbers.get(figure._replace(period=figure.period - 1))) is not None
    }
    solved = solve(puzzle, k, pairs)
    found = Found(rosters=[*_rosters(document)])
    found.contradicted += [name for name in puzzle.contradictions if isinstance(name, Figure)]
    found.small = sum(low < k and high > 0 for low, high in declared.values())
    for figure, number in numbers.items():
        low, high = int(solved.low[number]), int(solved.high[number])
        if low >= 1 and high < k:
            (found.exact if low == high else found.certain).append(Told(figure, low, high))
    flowing = {flow["stock"]: (flow["in"], flow["out"]) for flow in document["flows"]}
    for pair, (low, high) in solved.changes.items():
        ways = [pairs[pair]._replace(population=way) for way in flowing.get(pairs[pair].population, ())]
        published = [declared.get(way, (0, BIG)) for way in ways]
        by_flows = bool(ways) and all(least == most for least, most in published)
        if low == high and 1 <= abs(low) < k and not by_flows:
            found.changes.append(Told(pairs[pair], low, high))
    found.rows = [*_certain_rows(document, numbers, solved)]
    if truth is not None:
        exact = _exact(truth)
        _compare(found, declared, numbers, solved, exact, k)
        guesses = _guesses(document)
        found.guessed = sum(guesses.get(figure) == exact[figure] for figure in found.true)
    return found


def untrue(document: Document, truth: Document) -> list[Figure]:
    """What is declared and is not so: figures beyond their bounds, and wholes that are not the sum of their parts.

    Of a figure that was taken back more often than it happened the bounds hold, and that it is 0 or more does not.
    """
    puzzle, exact = Puzzle(), _exact(truth)
    _read(document, puzzle)
    _link(document, puzzle)
    wrong = [
        figure
        for table in document["tables"]
        for figure, value in _cells(table)
        if (known := exact.get(figure)) is not None and not _reaches(table, value, known)
    ]
    found = {number: exact[name] for name, number in puzzle.numbers.items() if name in exact}
    names = {number: name for name, number in puzzle.numbers.items()}
    for columns, signs in puzzle.rows:
        others = isinstance(names[columns[-1]], tuple) and not isinstance(names[columns[-1]], Figure)
        parts = [*zip(columns, signs, strict=True)][: len(columns) - others]
        if all(number in found for number, _sign in parts):
            rest = sum(sign * found[number] for number, sign in parts)
            whole = names[columns[0]]
            if (rest < 0 if others else rest) and isinstance(whole, Figure):
                wrong.append(whole)
    return wrong


def _reaches(table: Document, value: Any, known: int) -> bool:
    """Whether the exact figure is within what a table declares."""
    if table["noise"]["kind"] == "exact" and value is not None:
        return bool(value == known)
    low, high = _range(table, value)
    if table["noise"]["kind"] == "bounded" and value is not None and not table["noise"].get("kept_zero"):
        low = min(low, value - table["noise"]["max"])
    return low <= known <= high


def _cells(table: Document) -> Iterator[tuple[Figure, Any]]:
    for levels, value in table["cells"]:
        named = frozenset(pair for pair in zip(table["vars"], levels, strict=True) if pair[1] != ALL)
        yield Figure(table["owner"], table["population"], table["period"], named), value


def _range(table: Document, value: Any) -> tuple[int, int]:
    """What the table alone says of a cell."""
    noise = table["noise"]
    if value is None:
        low, high = table.get("hidden_range") or (0, BIG)
        return low, high
    if noise["kind"] == "exact":
        return max(value, 0), max(value, 0)  # below 0 is what was taken back of another month
    kept = 1 if noise.get("kept_zero") and value else 0
    if noise["kind"] == "unbounded":
        return kept, BIG
    return max(value - noise["max"], kept), max(value + noise["max"], kept)


def _read(document: Document, puzzle: Puzzle) -> dict[Figure, tuple[int, int]]:
    """Every cell as an unknown, margins as sums; what is declared of each figure, all its tables together."""
    declared: dict[Figure, tuple[int, int]] = {}
    for table in document["tables"]:
        for figure, value in _cells(table):
            low, high = _range(table, value)
            known = declared.get(figure, (low, high))
            declared[figure] = (max(low, known[0]), min(high, known[1]))
            puzzle.unknown(figure, figure.period, low, high)
        if any(POOLED in level for levels, _value in table["cells"] for level in levels):
            _margins(document, puzzle, [figure for figure, _value in _cells(table)])
    single = [figure for figure in declared if not any(POOLED in level for _name, level in figure.levels)]
    _margins(document, puzzle, single)
    return declared


def _margins(document: Document, puzzle: Puzzle, figures: Sequence[Figure]) -> None:
    """Along each variable, whatever is shown adds up to the margin, whether that is shown or not."""
    waiting = [(figure, puzzle.numbers[figure]) for figure in figures]
    lines: dict[tuple[Figure, str], dict[str, int]] = defaultdict(dict)
    for figure, number in waiting:
        for pair in figure.levels:
            margin = figure._replace(levels=figure.levels - {pair})
            if not (line := lines[margin, pair[0]]) and margin not in puzzle.numbers:
                waiting.append((margin, puzzle.unknown(margin, margin.period)))
            line[pair[1]] = number
    for (margin, name), parts in lines.items():
        covered = {one for level in parts for one in level.split(POOLED)}
        others = not covered >= _single(document, name)
        puzzle.whole(puzzle.numbers[margin], [*parts.values()], others=others)


def _single(document: Document, name: str) -> set[str]:
    return {level for level in document["levels"].get(name, ()) if POOLED not in level}


def _link(document: Document, puzzle: Puzzle) -> None:
    """Pooled levels, years, flows and sums over members."""
    numbers = puzzle.numbers
    for figure in [name for name in numbers if isinstance(name, Figure)]:
        for pair in figure.levels:
            if POOLED in pair[1]:
                ones = [figure.levels - {pair} | {(pair[0], level)} for level in pair[1].split(POOLED)]
                _sum(puzzle, figure, [figure._replace(levels=one) for one in ones])
        if figure.population.endswith(YEAR):
            month = figure._replace(population=figure.population.removesuffix(YEAR))
            _sum(puzzle, figure, [month._replace(period=figure.period - back) for back in range(12)])
    by_population = _sorted([name for name in numbers if isinstance(name, Figure)], 1)
    for one in document["flows"]:
        _flows(puzzle, one, by_population.get(one["stock"], ()))
    by_owner = _sorted([name for name in numbers if isinstance(name, Figure)], 0)
    for one in document["sums"]:
        _members(document, puzzle, one["owner"], one["of"], by_owner.get(one["owner"], ()))


def _sorted(figures: Sequence[Figure], at: int) -> dict[Any, list[Figure]]:
    """Figures by their owner or by their population."""
    found: dict[Any, list[Figure]] = defaultdict(list)
    for figure in figures:
        found[figure[at]].append(figure)
    return found


def _sum(puzzle: Puzzle, figure: Figure, parts: Sequence[Figure]) -> None:
    found = [puzzle.numbers.get(part) for part in parts]
    if None not in found:
        puzzle.whole(puzzle.numbers[figure], [number for number in found if number is not None])


def _flows(puzzle: Puzzle, flow: Document, figures: Sequence[Figure]) -> None:
    for figure in figures:
        before = puzzle.numbers.get(figure._replace(period=figure.period - 1))
        within = all(name in flow["vars"] for name, _level in figure.levels)
        ways = [figure._replace(population=flow[way]) for way in ("in", "out")]
        if before is None or not within:
            continue
        if any(way in puzzle.numbers for way in ways):
            came, left = (puzzle.unknown(way, way.period) for way in ways)
            puzzle.rows.append(([puzzle.numbers[figure], before, came, left], [-1, 1, 1, -1]))


def _members(document: Document, puzzle: Puzzle, owner: str, members: Sequence[str], figures: Sequence[Figure]) -> None:
    """The whole is the sum of all members; less those known exactly it is a figure of the others."""
    known = {table["owner"] for table in document["tables"] if table["noise"]["kind"] == "exact"} & set(members)
    shown = {table["owner"] for table in document["tables"]} & set(members)
    for figure in figures:
        theirs = [figure._replace(owner=member) for member in members]
        if not shown or not any(one in puzzle.numbers for one in theirs):
            continue
        if known and len(known) < len(members):
            rest = puzzle.unknown(figure._replace(owner=f"{owner} without {', '.join(sorted(known))}"), figure.period)
            own = [puzzle.unknown(one, figure.period) for one in theirs if one.owner in known]
            puzzle.whole(puzzle.numbers[figure], [rest, *own])
        if len(shown) == len(members):
            puzzle.whole(puzzle.numbers[figure], [puzzle.unknown(one, figure.period) for one in theirs])
        elif not known:
            some = [puzzle.numbers[one] for one in theirs if one in puzzle.numbers]
            puzzle.whole(puzzle.numbers[figure], some, others=True)


def _certain_rows(document: Document, numbers: Mapping[Figure, int], solved: Solved) -> Iterator[tuple[Figure, str]]:
    """Rows in which there is somebody and only one outcome can have anybody."""
    seen = set()
    for table in document["tables"]:
        for name in set(table["vars"]) & set(document["outcome_vars"]):
            rows: dict[Figure, dict[str, int]] = defaultdict(dict)
            for figure, _value in _cells(table):
                for pair in figure.levels:
                    if pair[0] == name:
                        rows[figure._replace(levels=figure.levels - {pair})][pair[1]] = numbers[figure]
            for row, outcomes in rows.items():
                possible = [level for level, number in outcomes.items() if solved.high[number] > 0]
                whole = {one for level in outcomes for one in level.split(POOLED)} >= _single(document, name)
                somebody = solved.low[numbers[row]] > 0
                if len(possible) == 1 and POOLED not in possible[0] and somebody and whole and row not in seen:
                    seen.add(row)
                    yield row, possible[0]


def _rosters(document: Document) -> Iterator[str]:
    """Batches of few members, and batches whose difference is few members' figures."""
    m = document["m"]
    by_persons: dict[str, list[Document]] = defaultdict(list)
    for batch in document["batches"]:
        by_persons[batch["persons"]].append(batch)
        if len(batch["members"]) < m:
            yield f"period {batch['period']}: {len(batch['members'])} members"
    for persons, batches in by_persons.items():
        for one, other in combinations(batches, 2):
            same = one["period"] == other["period"] and one["kind"] == other["kind"]
            apart = set(one["members"]) ^ set(other["members"])
            if same and set(one["members"]) & set(other["members"]):
                yield f"period {one['period']}: two sums of {persons}, {len(apart)} members apart"
            elif one["kind"] == other["kind"] == "stock" and 0 < len(apart) < m:
                yield f"periods {one['period']} and {other['period']}: {len(apart)} members apart"
        yield from (f"{member} alone" for member in _isolated([one for one in batches if one["kind"] == "stock"]))


def _isolated(batches: Sequence[Document]) -> Iterator[str]:
    """Members that some sum and difference of rosters leaves alone."""
    members = sorted({member for batch in batches for member in batch["members"]})
    if not members:
        return
    rosters = np.array([[member in batch["members"] for member in members] for batch in batches], float)
    base = np.linalg.svd(rosters, full_matrices=False)
    span = base.Vh[base.S > 1e-9]
    # A member is alone when its own axis lies in the space that the rosters span.
    yield from (member for member, length in zip(members, (span**2).sum(axis=0), strict=True) if length > 1 - 1e-9)


def _guesses(document: Document) -> dict[Figure, int]:
    shown: dict[Figure, list[int]] = defaultdict(list)
    for table in document["tables"]:
        for figure, value in _cells(table):
            if value is not None:
                shown[figure].append(value)
    return {figure: round(sum(values) / len(values)) for figure, values in shown.items()}


def _exact(truth: Document) -> dict[Figure, int]:
    return {figure: value for table in truth["tables"] for figure, value in _cells(table) if value is not None}


def _compare(
    found: Found,
    declared: Mapping[Figure, tuple[int, int]],
    numbers: Mapping[Figure, int],
    solved: Solved,
    truth: Mapping[Figure, int],
    k: int,
) -> None:
    found.true = [figure for figure, value in truth.items() if 1 <= value < k]
    found.small = len(found.true)
    for figure, (low, high) in declared.items():
        # Below 0 is what was taken back: no declaration says otherwise, the attacker alone believes in 0 or more.
        if figure in truth and not low <= max(truth[figure], 0) <= high:
            found.contradicted.append(figure)
    for figure in truth.keys() & numbers.keys():
        low, high = (int(side[numbers[figure]]) for side in (solved.low, solved.high))
        if not low <= max(truth[figure], 0) <= high:
            found.wrong.append(Told(figure, low, high))


def main() -> None:
    """Attack a file and print what was found."""
    parser = argparse.ArgumentParser(description="Solve everything in a coupole-release document.")
    parser.add_argument("view", type=Path)
    parser.add_argument("--truth", type=Path)
    given = parser.parse_args()
    truth = json.loads(given.truth.read_text()) if given.truth else None
    found = attack(json.loads(given.view.read_text()), truth)
    for name, number in found.counts().items():
        print(f"{name:13} {number}")
    for one in [*found.exact, *found.certain, *found.changes][:50]:
        levels = ", ".join(f"{name}={level}" for name, level in sorted(one.figure.levels))
        print(f"{one.figure.owner} {one.figure.population} {one.figure.period} {levels or ALL}: {one.low}-{one.high}")
    print("\n".join(found.rosters[:50]))


if __name__ == "__main__":
    main()
