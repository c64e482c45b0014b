"""A preview in words, as the command and the pages both say it."""

from __future__ import annotations

from typing import Any, cast

import pytest

from coupole.disclosure.tables import TOTAL
from coupole.node.statistics import wording
from coupole.node.statistics.releasing import Preview, PreviewFigure
from coupole.standard.catalogue import Dimension, Indicator, load

CORE = load("core", "1.0.0")
USUAL = 5
CODES = ("first", "second", "third")


def by_people() -> tuple[Indicator, Dimension]:
    return next((one, by) for one in CORE.indicators for by in one.dimensions if by.list and not by.target_of_people)


def figure(indicator: Indicator, dimension: str, code: str, exact: int, shown: int | None, bound: int) -> PreviewFigure:
    return PreviewFigure(indicator.id, dimension, code, indicator.parts[0], exact, shown, "shown", bound)


def seen(indicator: Indicator, *figures: PreviewFigure, leaving: tuple[str, ...] = ()) -> Preview:
    margins = [{"dimension": one.dimension, "codes": list(leaving)} for one in figures if one.dimension != TOTAL]
    stated = [{"id": one.id, "margins": margins if one == indicator else []} for one in CORE.indicators]
    release = cast(Any, {"noise": {"bound": USUAL}, "indicators": stated})
    return Preview(release, 30, figures, None, False)


@pytest.mark.parametrize(
    ("exact", "shown", "bound", "state", "said"),
    [
        (7, 8, USUAL, "shown", ""),
        (7, 20, 15, "shown", "15"),
        (0, 0, USUAL, "nothing", ""),
        (1, None, 15, "hidden", ""),
    ],
)
def test_a_figure_says_how_far_it_may_be_off_only_where_that_is_unusual(
    exact: int, shown: int | None, bound: int, state: str, said: str
) -> None:
    indicator, _ = by_people()
    one = wording.one_of(
        seen(indicator, figure(indicator, TOTAL, TOTAL, exact, shown, bound)), CORE, indicator.id, "en"
    )
    (cell,) = one.total
    assert (cell.state, cell.bound, cell.exact) == (state, said, str(exact))
    assert one.empty == (state == "nothing")


def test_a_code_that_does_not_leave_is_not_named_and_one_of_which_there_is_nothing_is_left_out() -> None:
    indicator, by = by_people()
    known, other, none = CODES
    figures = (
        figure(indicator, by.name, known, 1, None, USUAL),
        figure(indicator, by.name, other, 1, None, USUAL),
        figure(indicator, by.name, none, 0, 0, USUAL),
    )
    (block,) = wording.blocks(seen(indicator, *figures, leaving=(known,)), CORE, indicator.id, "en", lambda name: name)
    assert [line.cells[0].state for line in block.lines] == ["hidden", "unnamed"]
    assert (block.dimension, block.crossed) == (by.name, False)


def test_an_organisation_is_called_as_the_workshop_calls_it() -> None:
    indicator, by = by_people()
    code = "north:organisation:01JZZZZZZZZZZZZZZZZZZZZZZZ"
    found = wording.blocks(
        seen(indicator, figure(indicator, by.name, code, 9, 9, USUAL)), CORE, indicator.id, "en", lambda _: "Bakery"
    )
    assert [line.label for line in found[0].lines] == ["Bakery"]
