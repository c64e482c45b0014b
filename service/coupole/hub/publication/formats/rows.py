"""A cube line by line: what every form that is a plain table holds, in one order of columns."""

from __future__ import annotations

from collections.abc import Iterator

from coupole.hub.publication.cubes import Axis, Cube, Figure, Row
from coupole.hub.publication.datasets import TOTAL
from coupole.hub.publication.formats.words import COLUMNS, LABEL
from coupole.standard import words
from coupole.standard.catalogue import Texts

Cell = str | int | float | None

IN_WORDS = "_label"
"""End of the name of a column that says in words what the one before it says in a code."""

HEAD = ("dataset", "indicator", "title", "period")
FIGURES = (
    "value",
    "first_value",
    "changed_at",
    "changed_because",
    "status",
    "kind",
    "members_in",
    "members_expected",
    "members_hiding",
    "noise_bound",
    "noise_variance",
    "settled_from",
)
TAIL = ("nodes", "catalogue", "version", "definition")
WHOLE = frozenset({"members_in", "members_expected", "members_hiding", "noise_bound", "noise_variance"})
"""Columns of whole numbers."""
FRACTIONS = frozenset({"value", "first_value"})
"""Columns of numbers that may have a fraction; all others are texts."""


def columns(cube: Cube) -> list[str]:
    """The names of the columns, the same in every language: programs read them."""
    keys = [name for key in places(cube) for name in (key, *([] if key == "breakdown" else [_in_words(key)]))]
    return [*HEAD, *keys, "measure", _in_words("measure"), *FIGURES, *TAIL]


def places(cube: Cube) -> list[str]:
    """What tells the rows of one period and measure apart: the columns of codes."""
    return ["breakdown", "code"] if cube.one_way else [one.name for one in cube.axes]


def _in_words(key: str) -> str:
    return "label" if key == "code" else key + IN_WORDS


def titles(cube: Cube) -> dict[str, Texts]:
    """What each column is called."""
    dimensions = {one.name: one.title for one in cube.axes}
    found: dict[str, Texts] = {}
    for name in columns(cube):
        plain = "code" if name == "label" else name.removesuffix(IN_WORDS)
        title = dimensions.get(plain) or COLUMNS[plain]
        worded = plain != name
        found[name] = {key: f"{text}, {LABEL[key]}" if worded else text for key, text in title.items()}
    return found


def lines(cube: Cube, language: str) -> Iterator[list[Cell]]:
    """One line for each figure, in the order of ``columns``."""
    head = [cube.id, cube.indicator.id, cube.title[language]]
    tail = [cube.catalogue, cube.version, cube.indicator.definition[language]]
    for period, row, measure, figure in cube.placed():
        yield [
            *head,
            period,
            *_place(cube, row, language),
            measure,
            cube.measures.labels[measure][language],
            *told(figure).values(),
            " ".join(cube.nodes[period]),
            *tail,
        ]


def _place(cube: Cube, row: Row, language: str) -> Iterator[str]:
    if not cube.one_way:
        for axis, code in zip(cube.axes, row, strict=True):
            yield from (code, axis.labels[code][language])
        return
    name, code, label = one_way(cube.alone(row), language)
    yield from (name, code, label)


def one_way(alone: tuple[Axis, str] | None, language: str) -> tuple[str, str, str]:
    """Breakdown, code and label of a row of a one-way table."""
    if alone is None:
        return TOTAL, TOTAL, words.code_word(None, TOTAL, language)
    axis, code = alone
    return axis.name, code, axis.labels[code][language]


def told(figure: Figure) -> dict[str, Cell]:
    """What is said of a figure, by ``FIGURES``. What was published at first, when it changed and why (codes, of how
    many members) are none where nothing changed."""
    first = figure.first
    values: tuple[Cell, ...] = (
        figure.value,
        first.value if first else None,
        first.since if first else None,
        " ".join(f"{code}:{members}" for code, members in first.causes.items()) if first else None,
        figure.status,
        figure.kind,
        figure.shown,
        figure.expected,
        figure.hidden,
        figure.bound,
        figure.variance,
        figure.settled_from,
    )
    return dict(zip(FIGURES, values, strict=True))
