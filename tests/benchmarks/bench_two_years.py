"""Two years of sixty real nodes, and what an attacker finds in what each party holds afterwards.

Real stores, catalogue, plan of tables, hub and trustee in one process; records of invented people. One in twenty
members is silent each month, two leave, two come, one loses everything but its keys and its people's files. Each line
is a goal of the release protocol (section 6) and what came of it. Minutes, so it runs only when it is named.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import structlog

from coupole.cli.export import Member, document
from coupole.disclosure.telescoping import BOUND
from coupole.standard.calendar import add_months
from coupole.wire.slots import OPENING
from coupole.wire.tabulations import Placed
from tests.disclosure.adversary import Found, attack, untrue
from tests.federation_years import START, Vector, Years, draw, federation, month_name
from tests.small_hub import CATALOGUE

MEMBERS, MONTHS = 60, 24
SILENCE = 0.05
LEAVING = {11: 9, 37: 15}
COMING = {23: 5, 48: 11}
LOSING = {7: 13}
COLLECTED = range(MONTHS - 2, MONTHS)
SEALED = 4
"""The last months of which all sealed totals are attacked."""
CHOSEN = frozenset({"S01", "S02", "F02", "F03", "F04", "F05"})
"""Indicators of which member tables are attacked."""
OWN = "member-0"
Line = dict[str, Any]
Document = dict[str, Any]
Views = dict[str, tuple[Document, Document]]


def run() -> Iterator[Line]:
    """One line for each goal: what is asked, and what came of it."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    lines, views = asyncio.run(two_years())
    yield from lines
    for party, (shown, exact) in views.items():
        yield from attacked(party, shown, exact)


async def two_years() -> tuple[list[Line], Views]:
    """What came of each goal that concerns totals, and what each party holds afterwards."""
    began = time.process_time()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        made = await federation(folder, stack, draw(MEMBERS, MONTHS), MEMBERS, later=[*COMING])
        silent = await lived(made)
        lines = [*counted(made, silent), *accurate(made), *noisy(made)]
        lines.append(line("seconds of processor for two years", "< 600", round(time.process_time() - began)))
        return lines, held(made)


async def lived(made: Years) -> int:
    """Month after month; gives how often a member was silent."""
    rng, silent = np.random.default_rng(13), 0
    await one_slot(made, 0, OPENING)
    for month in range(MONTHS):
        made.write(month)
        for number, when in COMING.items():
            if when == month:
                made.join(number)
        for number, when in LEAVING.items():
            if when == month:
                made.leave(number)
        for number, when in LOSING.items():
            if when == month:
                made.lose(number)
        there = [n for n in range(MEMBERS) if COMING.get(n, 0) <= month <= LEAVING.get(n, MONTHS)]
        sure = {*COMING, *LEAVING, *LOSING} if month < MONTHS - 1 else {*there}
        quiet = [f"member-{n}" for n in there if n not in sure and rng.random() < SILENCE]
        silent += len(quiet)
        await one_slot(made, month, "", quiet)
        if month in COLLECTED:
            await made.collect(month)
        print(f"{month + 1} of {MONTHS} months", file=sys.stderr, flush=True)
    return silent


async def one_slot(made: Years, month: int, what: str, quiet: Sequence[str] = ()) -> None:
    """A slot a few days after its month is over."""
    after = add_months(START, month + 1) + timedelta(days=2)
    made.clock.move_to(datetime(after.year, after.month, after.day, 9, tzinfo=UTC))
    done = await made.slot(month_name(month) + what, quiet)
    assert done.outcome == "released", done


def line(goal: str, asked: str, found: object) -> Line:
    return {"text": f"{goal}: {found} (asked: {asked})"}


def counted(made: Years, silent: int) -> Iterator[Line]:
    """What members told, against what was drawn, up to the slot in which each was counted last; and who was not since.

    A newcomer comes alone, so what it had before is in no total: it begins at its present state.
    """
    exit_cell, people_cell = made.cell("F05.count.sex.outcome_category"), made.cell("S01.count.age_band.sex")
    exits = [events(made, number, exit_cell) for number in range(MEMBERS)]
    people = [stock_of(made, number, people_cell) for number in range(MEMBERS)]
    total = sum(true[-1] for _told, true in exits)
    off = [told[-1] - true[-1] for told, true in exits]
    missing, twice = (sum(max(sign * one, 0) for one in off) for sign in (-1, 1))
    yield line("exits up to when each was counted last", "none missing, none twice", f"{total}, {missing}, {twice}")
    wrong = sum(one != other for told, true in exits for one, other in zip(told, true, strict=True))
    yield line("slots after which a member's total was another than its records", "0", wrong)
    wrong = sum(found != true for found, true in people)
    yield line("members whose people, when counted last, are others than drawn", "0", wrong)
    yield line(
        "silent, left, come, restored", "5 %, 2, 2, 1", f"{silent}, {len(LEAVING)}, {len(COMING)}, {len(LOSING)}"
    )
    yield from uncounted(made)


def uncounted(made: Years) -> Iterator[Line]:
    """Members that answered in the last slot and are not in its totals, and what totals lack for it."""
    waiting = {int(name.removeprefix("member-")) for name in made.waiting(month_name(MONTHS - 1))}
    out = {number for number in range(MEMBERS) if counted_in(made, number)[-1] < MONTHS - 1} - {*LEAVING}
    yield line("members that answer and are in no total, but for those that wait for company", "0", len(out - waiting))
    people, exits = 0, 0
    for number in waiting:
        mine, last = made.drawn.someone.member == number, counted_in(made, number)[-1]
        now, then = (int((mine & made.drawn.present(month)).sum()) for month in (MONTHS - 1, last))
        people += abs(now - then)
        exits += int((mine & made.drawn.told(MONTHS - 1)).sum()) - int((mine & made.drawn.told(last)).sum())
    yield line(
        "members away for more than three slots that wait for two others, and what totals lack of them",
        "few: a return alone would be read",
        f"{len(waiting)}, {people} people, {exits} exits",
    )


def counted_in(made: Years, number: int) -> list[int]:
    """The months in which a member was counted."""
    return [month for month in range(MONTHS) if f"member-{number}" in made.changes[month_name(month)]]


def events(made: Years, number: int, cell: int) -> tuple[list[int], list[int]]:
    """What a member's reports add up to after each month in which it was counted, and what was drawn."""
    mine, drawn, months = made.drawn.someone.member == number, made.drawn, counted_in(made, number)
    told = np.cumsum([made.changes[month_name(month)][f"member-{number}"][cell] for month in months])
    known = int((mine & drawn.told(COMING[number])).sum()) if number in COMING else 0
    return told.tolist(), [int((mine & drawn.told(month)).sum()) - known for month in months]


def stock_of(made: Years, number: int, cell: int) -> tuple[int, int]:
    """Whom a member's reports add up to, and who was there when it was counted last; nobody from before it came."""
    changes = [one[f"member-{number}"] for one in made.changes.values() if f"member-{number}" in one]
    mine, drawn, last = made.drawn.someone.member == number, made.drawn, counted_in(made, number)[-1]
    before = int((mine & drawn.present(COMING[number])).sum()) if number in COMING else 0
    there = 0 if number in LEAVING else int((mine & drawn.present(last)).sum()) - before
    return sum(int(one[cell]) for one in changes), there


def together(made: Years) -> tuple[list[str], dict[str, Vector], dict[str, Vector]]:
    """Slots in order, what the hub has of each, and what members reported exactly."""
    sums = made.sums()
    exact = {slot: np.sum([*one.values()], axis=0) for slot, one in made.changes.items()}
    return [*made.changes], sums, exact


def inner(one: Placed, values: Vector) -> Vector:
    """The single cells of a table."""
    return values[one.first : one.first + one.size].reshape(one.sizes)[(slice(-1),) * len(one.sizes)].reshape(-1)


def accurate(made: Years) -> Iterator[Line]:
    """1 - L1 error of what is published, by the number of dimensions."""
    form, (slots, sums, exact) = made.form(), together(made)
    told = np.cumsum([sums[slot] for slot in slots], axis=0), np.cumsum([exact[slot] for slot in slots], axis=0)
    goals = {
        ("stock", 2): (0.99, range(5, MONTHS, 6), None),
        ("stock", 3): (0.975, range(5, MONTHS, 6), None),
        ("flow", 2): (0.90, range(MONTHS), 1),
        ("flow", 3): (0.95, range(11, MONTHS, 6), 12),
    }
    for (kind, by), (goal, months, back) in goals.items():
        found: dict[str, float] = {}
        for one in form.tables:
            table = one.table
            if (table["kind"], len(table["by"]), table["noise"]) != (kind, by, "cell_key"):
                continue
            values = []
            for month in months:
                shown, true = (inner(one, side[month + 1] - (side[month + 1 - back] if back else 0)) for side in told)
                if true.sum() > 0:
                    values.append(1 - np.abs(np.maximum(shown, 0) - true).sum() / np.abs(true).sum())
            if values:
                found[table["id"]] = float(np.mean(values))
        if found:
            mean = np.mean([*found.values()])
            worst = min(found, key=lambda name: found[name])
            best = max(found, key=lambda name: found[name])
            what = f"{kind} by {by}" + (f" over {back} months" if back else "")
            said = f"{mean:.3f} over {len(found)} tables, {best} {found[best]:.3f}, {worst} {found[worst]:.3f}"
            yield line(f"accuracy, {what}", f">= {goal}", said)
    none = [one for one in form.tables if one.table["noise"] == "none" and one.table["kind"] == "flow"]
    off = sum(int(np.abs(inner(one, told[0][-1] - told[1][-1])).sum()) for one in none)
    yield line(f"exact headline tables ({len(none)}), error", "0", off)


def noisy(made: Years) -> Iterator[Line]:
    """The noise of running totals, and of cells in which nothing changed."""
    form, (slots, sums, exact) = made.form(), together(made)
    cell_key = np.repeat([one.table["noise"] == "cell_key" for one in form.tables], [one.size for one in form.tables])
    once = cell_key & (form.same == np.arange(form.cells))
    flow = np.repeat([one.table["kind"] == "flow" for one in form.tables], [one.size for one in form.tables])
    total, true = np.zeros(form.cells, np.int64), np.zeros(form.cells, np.int64)
    variances, largest, still, moved, others = [], 0, 0, 0, 0
    for slot in slots:
        total, true = total + sums[slot], true + exact[slot]
        noise = (total - true)[once & (true > 0)]
        variances.append(float((noise.astype(float) ** 2).mean()))
        largest = max(largest, int(np.abs((total - true)[cell_key]).max()))
        alone = np.all([change == 0 for change in made.changes[slot].values()], axis=0) & flow & cell_key
        same = alone & made.unchanged(slot)
        if slot != slots[0]:
            still += int(same.sum())
            moved += int((sums[slot][same] != 0).sum())
            others += int((alone & ~same).sum())
    yield line(
        "variance of running noise, all months and the last",
        "2.0 +- 0.2",
        f"{np.mean(variances[1:]):.2f}, {variances[-1]:.2f}",
    )
    yield line("largest running noise", f"<= {BOUND}", largest)
    yield line("cells and months in which nobody came or went, increments other than 0", "0", f"{moved} of {still}")
    yield line("cells and months in which one person took the place of another: noise drawn anew", "few", others)


def held(made: Years) -> Views:
    """What each party holds, and the exact figures behind it."""
    members = {node.name: Member(node.settings.directory) for node in made.nodes}
    for member in members.values():
        member.changes.update(made.reported)
    found = {}
    for party in ("hub", "public", f"member:{OWN}"):
        with made.hub.store.reading() as session:
            shown, exact = (document(session, CATALOGUE, party, members, truth=truth) for truth in (False, True))
        found[party] = shown, exact
    return found


def attacked(party: str, shown: Document, exact: Document) -> Iterator[Line]:
    """What is told in what a party holds: sealed totals of the last months, and member tables of the last one."""
    yield line(f"{party}: bounds and sums that are declared and do not hold", "0", len(untrue(shown, exact)))
    for what, months, released in (("sealed totals", SEALED, False), ("member tables", 1, True)):
        parts = [cut(whole, months, released=released) for whole in (shown, exact)]
        found = others(attack(*parts))
        yield line(f"{party}: {what}, {months} months", "exact, ones, changes, rows 0", found.counts())


def cut(whole: Document, months: int, *, released: bool) -> Document:
    """Some months of a document, of sealed totals or of member tables."""
    newest = max(table["period"] for table in whole["tables"])
    tables = [
        table
        for table in whole["tables"]
        if table["period"] > newest - months
        and (".released" in table["population"]) == released
        and (not released or table["population"].partition(".")[0] in CHOSEN)
    ]
    return {**whole, "tables": tables}


def others(found: Found) -> Found:
    """Without what is found about the attacker's own people."""
    for name in ("exact", "certain", "changes"):
        setattr(found, name, [one for one in getattr(found, name) if one.figure.owner != OWN])
    found.rows = [row for row in found.rows if row[0].owner != OWN]
    return found
