"""A dataset as CSV that opens right in a spreadsheet: byte order mark, the separator and comma of the language.

A cell that a spreadsheet would run as a formula is made text: codes of open lists are written by strangers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from coupole.hub.publication.datasets import Dataset, Observation
from coupole.standard import words

COLUMNS = (
    "indicator",
    "title",
    "period",
    "breakdown",
    "code",
    "label",
    "measure",
    "measure_label",
    "value",
    "first_value",
    "changed_at",
    "changed_because",
    "status",
    "members_in",
    "members_expected",
    "members_hiding",
    "noise_bound",
    "noise_variance",
    "settled_from",
    "nodes",
)
"""The same in every language: programs read them too."""

RUN = ("=", "+", "-", "@", "\t", "\r")


def as_csv(dataset: Dataset, language: str) -> bytes:
    """One row for each figure. ``;`` and a decimal comma in Dutch, French and Italian; ``,`` and a point in English."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter="," if language == "en" else ";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in _rows(dataset, language):
        writer.writerow([_cell(value, language) for value in row])
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def _rows(dataset: Dataset, language: str) -> Iterator[list[str | int | float | None]]:
    indicator = dataset.indicator
    named = {measure: words.measure_word(indicator, measure, language) for measure in dataset.measures}
    for period in dataset.periods:
        nodes = " ".join(dataset.nodes[period])
        for name, code in dataset.breakdown:
            label = words.code_word(dataset.dimension(name), code, language)
            for measure in dataset.measures:
                one = dataset.observations[period, name, code, measure]
                yield [
                    indicator.id,
                    indicator.title[language],
                    period,
                    name,
                    code,
                    label,
                    measure,
                    named[measure],
                    one.value,
                    *_first(one),
                    one.status,
                    one.shown,
                    one.expected,
                    one.hidden,
                    one.bound,
                    one.variance,
                    one.settled_from,
                    nodes,
                ]


def _first(one: Observation) -> list[str | int | float | None]:
    """What was first published where it was something else, since when it is not, and why: codes and members."""
    if one.first is None:
        return [None, None, None]
    because = " ".join(f"{code}:{members}" for code, members in one.first.causes.items())
    return [one.first.value, one.first.since, because]


def _cell(value: str | float | None, language: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return "'" + value if value.startswith(RUN) else value
    text = str(value)
    return text if language == "en" else text.replace(".", ",")
