"""Fine tables as datasets: one table crossed by the same dimensions, over all slots that were published."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import product
from typing import Any, NamedTuple

from sqlmodel import Session

from coupole.disclosure.tables import LEAST_DIVISOR
from coupole.hub.publication.crossings import Choice, choices_of, tables_of
from coupole.hub.publication.cubes import Axis, Cube, Figure, Publisher, Row, axis, by_language, figure, measures_of
from coupole.hub.publication.datasets import DERIVED, TOTAL, WHOLE, DatasetEmpty, Observation, derive
from coupole.hub.publication.formats.words import EXACT, NOTES, SPANS
from coupole.hub.store import published, sealed
from coupole.standard import rates, words
from coupole.standard.catalogue import Catalogue, Indicator, Texts
from coupole.wire.tabulations import ALL, crossed

NOT_APART = Figure(None, "M", "not_apart", 0, 0, 0, None, None, None, None)
"""Levels that stand together with others in that slot, or were not counted yet."""


class Slot(NamedTuple):
    """What was published of a slot. ``asked``: how many members were asked to report; 0 where nobody noted it."""

    name: str
    made_at: datetime
    document: Mapping[str, Any]
    asked: int


def slots(session: Session, only: str | None = None) -> list[Slot]:
    """Every slot that was published, or ``only`` one, in order; under the newest tabulation that has it."""
    found: dict[str, Slot] = {}
    for row in sorted(sealed.publications(session), key=lambda row: (row.slot, row.made_at)):
        kept = sealed.publication(session, row.tabulation, row.slot) if only in (None, row.slot) else None
        if kept is not None:
            asked = sealed.asked(session, row.tabulation, row.slot)
            found[row.slot] = Slot(row.slot, kept.made_at, json.loads(sealed.text(kept)), asked)
    return list(found.values())


def choices(catalogue: Catalogue, found: Sequence[Slot]) -> dict[str, dict[str, Choice]]:
    """The tables of these slots: by name of the dataset, by slot."""
    known: dict[str, dict[str, Choice]] = {}
    for slot in found:
        for one in choices_of(catalogue, tables_of(slot.document)):
            known.setdefault(one.key, {})[slot.name] = one
    places = {one.id: place for place, one in enumerate(catalogue.indicators)}
    return dict(sorted(known.items(), key=lambda item: places[next(iter(item[1].values())).indicator.id]))


def fine(session: Session, catalogue: Catalogue, publisher: Publisher, key: str, slot: str | None = None) -> Cube:
    """A fine table over all slots, or of one. Raises ``DatasetEmpty``."""
    found = {one.name: one for one in slots(session, slot)}
    there = choices(catalogue, list(found.values())).get(key)
    if there is None:
        raise DatasetEmpty()
    one = next(iter(there.values()))
    axes = _axes(there.values())
    parts = list(dict.fromkeys(table["part"] for each in there.values() for table in each.tables))
    measures = measures_of(one.indicator, [*parts, *(name for two, name in DERIVED.items() if set(two) <= set(parts))])
    rows = tuple(product(*(each.labels for each in axes)))
    figures: dict[tuple[str, Row, str], Figure] = {}
    for name, choice in there.items():
        seen = _figures(choice, found[name])
        figures |= {
            (name, row, measure): seen.get((row, measure), NOT_APART) for row in rows for measure in measures.labels
        }
    return Cube(
        key,
        one.indicator,
        title(one),
        catalogue.id,
        catalogue.version,
        axes,
        False,
        rows,
        measures,
        tuple(there),
        figures,
        {name: tuple(found[name].document["members"]) for name in there},
        published.names(session),
        _notes(one, derived=len(measures.labels) > len(parts)),
        max(found[name].made_at for name in there),
        publisher,
    )


def title(one: Choice) -> Texts:
    """The indicator, its dimensions, and what the figures are of."""

    def said(language: str) -> str:
        by = " × ".join(_title(one.indicator, name)[language] for name in one.by)
        parts = [one.indicator.title[language], by, SPANS[one.span][language], EXACT[language] if one.exact else ""]
        return " · ".join(part for part in parts if part)

    return by_language(said)


def _title(indicator: Indicator, name: str) -> Texts:
    """What a dimension is called; members are counted by their own rate as well."""
    return words.WORDS["rate"] if name == rates.BY else indicator.dimension(name).title


def _axes(there: Any) -> tuple[Axis, ...]:
    choices: list[Choice] = list(there)
    found = []
    for place, name in enumerate(choices[0].by):
        codes = dict.fromkeys(code for one in choices for table in one.tables for code in table["levels"][place])
        if name == rates.BY:
            labels = {TOTAL: by_language(lambda language: words.code_word(None, TOTAL, language))}
            labels |= {code: _band(code) for code in codes}
            found.append(Axis(name, words.WORDS["rate"], labels))
        else:
            found.append(axis(choices[0].indicator.dimension(name), codes, name))
    return tuple(found)


def _band(code: str) -> Texts:
    return by_language(lambda language: words.rate_word(code, language))


def _figures(one: Choice, slot: Slot) -> dict[tuple[Row, str], Figure]:
    """The figures of a slot, and what is divided of them."""
    found: dict[tuple[Row, str], Figure] = {}
    seen: dict[str, dict[Row, Observation]] = {}
    for table in one.tables:
        here = seen[table["part"]] = dict(_observations(table, slot))
        found |= {(row, table["part"]): _figure(each, derived=False) for row, each in here.items()}
    for (upper, lower), name in DERIVED.items():
        most = WHOLE if name == "rate" else None
        for row in seen.get(upper, {}).keys() & seen.get(lower, {}).keys():  # small levels are put together apart
            made = derive(seen[upper][row], seen[lower][row], LEAST_DIVISOR, most)
            found[row, name] = _figure(made, derived=True)
    return found


def _observations(table: Mapping[str, Any], slot: Slot) -> Any:
    hidden = frozenset(table.get("hidden", ()))
    shown = len(slot.document["members"])
    expected = max(slot.asked, shown)
    whole = "A" if shown == expected else "P"
    for place, (levels, value) in enumerate(zip(crossed(table["levels"]), table["values"], strict=True)):
        row = tuple(TOTAL if level == ALL else level for level in levels)
        if place in hidden:
            yield row, Observation(None, "Q", shown, expected, 0, None, None)
        else:
            yield row, Observation(value, whole, shown, expected, 0, table["bound"], table["variance"])


def _figure(one: Observation, *, derived: bool) -> Figure:
    """A figure left out of an exact table is hidden by this hub, for all members together."""
    made = figure(one, derived=derived)
    return made._replace(kind="hidden") if made.kind == "withheld" else made


def _notes(one: Choice, *, derived: bool) -> tuple[Texts, ...]:
    indicator = one.indicator
    said = [indicator.definition, *([indicator.counted] if indicator.counted else [])]
    said += [NOTES["sealed"], NOTES["exact" if one.exact else "noisy"], NOTES["silent"], NOTES["joined"]]
    return (*said, NOTES["least"]) if derived else tuple(said)
