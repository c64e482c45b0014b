"""Months of seven real members, late, corrected, erased, silent, coming, leaving, restored: each event once.

The whole of two years with sixty members is ``deploy bench two_years``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from coupole.cli.export import Member, document
from coupole.disclosure.telescoping import BOUND
from coupole.standard.calendar import add_months
from coupole.standard.validation import check_against
from coupole.wire.slots import OPENING
from tests.disclosure.adversary import untrue
from tests.federation_years import START, Years, draw, federation, month_name
from tests.small_hub import CATALOGUE

pytestmark = pytest.mark.processes

MEMBERS, MONTHS = 7, 3
COMES, LEAVES, LOSES = (6, 1), (5, 1), (4, 2)
"""Which member, and in which month."""
SILENT = {1: ["member-3"]}
SEED = 11


@pytest.fixture
async def lived(tmp_path: Path) -> AsyncIterator[Years]:
    async with AsyncExitStack() as stack:
        drawn = draw(MEMBERS, MONTHS, SEED, smaller=4)
        made = await federation(tmp_path, stack, drawn, MEMBERS, later=[COMES[0]], headline=False)
        for month in range(MONTHS):
            after = datetime.combine(add_months(START, month + 1), datetime.min.time(), UTC)
            made.clock.move_to(after + timedelta(days=2, hours=9))
            if not month:
                await made.slot(month_name(0) + OPENING)
            made.write(month)
            if month == COMES[1]:
                made.join(COMES[0])
            if month == LEAVES[1]:
                made.leave(LEAVES[0])
            if month == LOSES[1]:
                made.lose(LOSES[0])
            assert (await made.slot(month_name(month), SILENT.get(month, ()))).outcome == "released"
        await made.collect(MONTHS - 1)
        yield made


async def test_each_event_is_counted_once_and_what_the_hub_holds_is_as_it_says(lived: Years) -> None:
    slots = [month_name(month) for month in range(MONTHS)]
    exits, people = lived.cell("F05.count.sex.outcome_category"), lived.cell("S01.count.age_band.sex")
    for number in range(MEMBERS):
        mine, first = lived.drawn.someone.member == number, COMES[1] if number == COMES[0] else -1
        last = LEAVES[1] if number == LEAVES[0] else MONTHS - 1
        changes = [lived.changes[slot].get(f"member-{number}") for slot in slots]
        told = sum(int(one[exits]) for one in changes if one is not None)
        assert told == int((mine & lived.drawn.told(last)).sum()) - int((mine & lived.drawn.told(first)).sum())
        opened = [lived.changes[month_name(0) + OPENING].get(f"member-{number}")]
        stock = sum(int(one[people]) for one in [*changes, *opened] if one is not None)
        there = int((mine & lived.drawn.present(last)).sum())
        joined = int((mine & lived.drawn.present(first)).sum()) if number == COMES[0] else 0
        assert stock == (0 if number == LEAVES[0] else there - joined)
    sums = lived.sums()
    exact = {slot: np.sum([*one.values()], axis=0) for slot, one in lived.changes.items()}
    off = np.sum([*sums.values()], axis=0) - np.sum([*exact.values()], axis=0)
    assert 0 < np.abs(off).max() <= BOUND
    for slot in slots:
        still = lived.unchanged(slot)
        assert still.any()
        assert not sums[slot][still].any()
    members = {node.name: Member(node.settings.directory) for node in lived.nodes}
    for member in members.values():
        member.changes.update(lived.reported)
    with lived.hub.store.reading() as session:
        shown, true = (document(session, CATALOGUE, "hub", members, truth=truth) for truth in (False, True))
    check_against("adversary_view", shown)
    assert untrue(shown, true) == []
