"""Guesses what the columns of a table mean, for a person to look over.

A guess rests on the column's name first and on what its cells hold second: a column called "statut" full of dates is
no status.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

from coupole.node.sheets.choices import ORDERS, PARTIAL, Choices, Missing, Order
from coupole.node.sheets.heading import Table
from coupole.node.sheets.matching import code_for, plain, usual_names, words
from coupole.node.sheets.targets import TARGETS, Target

SURE_ENOUGH = 0.55
CLOSE = 0.84
"""So many letters in common make a slip of the pen."""
WORST = 0.6
"""What is left of a likeness when no cell fits: a column of a field's very name keeps its meaning, with its errors."""
LOOKED_AT = 200
"""Rows whose cells are looked at."""
MOST_VALUES = 200
"""Different words of one column that are matched with codes."""

Names = Mapping[str, Mapping[str, str]]
"""What references may name: field's target entity -> plain name -> id of the record."""


def propose(table: Table, names: Names, own: Mapping[str, Target] | None = None) -> Choices:
    """Columns and the fields they most likely are, words and the codes they most likely stand for.

    ``own``: fields of the workshop's own; of two fields called the same the standard's is meant.
    """
    samples = {name: _sample(table, place) for place, name in enumerate(table.heading)}
    called = _Called({**TARGETS, **(own or {})})
    scores = [
        (score, -position, name, target.path)
        for name in table.heading
        for position, target in enumerate(called.targets.values())
        if (score := _score(name, samples[name], target, names, called)) >= SURE_ENOUGH
    ]
    columns: dict[str, str] = {}
    for *_, name, path in sorted(scores, reverse=True):
        if name not in columns and path not in columns.values():
            columns[name] = path
    ordered = {name: columns[name] for name in table.heading if name in columns}
    dates = [cell for name, path in ordered.items() if "date" in called.targets[path].kind for cell in samples[name]]
    choices = Choices(columns=ordered, order=_order(dates), own=own or {})
    return choices.with_values(propose_values(table, choices, names))


def propose_values(table: Table, choices: Choices, names: Names) -> dict[str, dict[str, Any]]:
    """For each column of words: what its different words stand for, those kept in ``choices`` as they are."""
    found: dict[str, dict[str, Any]] = {}
    for name, path in choices.columns.items():
        target = choices.targets[path]
        if target.coded() and name in table.heading:
            place = table.heading.index(name)
            seen = list(dict.fromkeys(row[place] for _, row in table.rows if row[place]))[:MOST_VALUES]
            kept = choices.values.get(path, {})
            meant = {text: kept.get(text, meaning(target, text, names)) for text in seen}
            found[path] = {text: value for text, value in {**kept, **meant}.items() if value is not None}
    return found


def meaning(target: Target, text: str, names: Names) -> Any:
    """What one word of a column stands for: a code, several, yes or no, or the id of the record it names."""
    if target.kind == "reference":
        known = {name: record for entity in target.field.targets for name, record in names.get(entity, {}).items()}
        return known.get(plain(text))
    return code_for(target, text)


def _sample(table: Table, place: int) -> list[str]:
    return list(dict.fromkeys(row[place] for _, row in table.rows[:LOOKED_AT] if row[place]))[:20]


class _Called:
    """What the columns of fields are usually called."""

    def __init__(self, targets: Mapping[str, Target]) -> None:
        self.targets = targets
        self.usual = {path: _usual(target) for path, target in targets.items()}
        self.exact: defaultdict[str, set[str]] = defaultdict(set)
        """The fields that are called so, by the plain name."""
        for path, usual in self.usual.items():
            for name, _ in usual:
                self.exact[name].add(path)


def _usual(target: Target) -> set[tuple[str, frozenset[str]]]:
    return {(plain(name), words(name)) for name in usual_names(target)}


def _score(name: str, cells: list[str], target: Target, names: Names, called: _Called) -> float:
    best = _likeness(name, target.path, called)
    best *= 0.97 if target.within else 1.0  # of two fields of one name the plain one
    return best * _fit(cells, target, names) if best >= SURE_ENOUGH else 0.0


def _likeness(name: str, path: str, called: _Called) -> float:
    """1 for the same words as one of a field's usual names, less for words or letters in common."""
    left, mine = plain(name), words(name)
    if left in called.exact:  # it is the very name of some field: no need to look for a similar one
        return 1.0 if path in called.exact[left] else 0.0
    best = 0.0
    for right, theirs in called.usual[path]:
        if mine and mine == theirs:
            return 0.95
        if mine & theirs:
            best = max(best, 0.85 * len(mine & theirs) / len(mine | theirs))
        best = max(best, 0.9 * _close(left, right))
    return best


@lru_cache(maxsize=65_536)
def _close(left: str, right: str) -> float:
    """How much of their letters two names have in common; 0 when it is no slip of the pen."""
    close = SequenceMatcher(None, left, right)
    near = close.real_quick_ratio() > CLOSE and close.quick_ratio() > CLOSE
    return ratio if near and (ratio := close.ratio()) > CLOSE else 0.0


def _fit(cells: list[str], target: Target, names: Names) -> float:
    """How well the cells fit the kind of the field: 1 when they do, down to ``WORST``."""
    if not cells:
        return 0.9
    match target.kind:
        case "text":
            fitting = sum(not _is_date(cell) for cell in cells)
        case "date":
            fitting = sum(_is_date(cell) for cell in cells)
        case "partial_date":
            fitting = sum(_is_date(cell) or any(_fits(cell, form) for form in PARTIAL) for cell in cells)
        case "number" | "integer":
            fitting = sum(cell.replace(",", ".").replace(".", "", 1).isdigit() for cell in cells)
        case "reference":
            fitting = sum(not _is_date(cell) and not cell.isdigit() for cell in cells)
        case _:
            fitting = sum(code_for(target, cell) is not None for cell in cells)
    return WORST + (1 - WORST) * min(1.0, 1.25 * fitting / len(cells))


def _is_date(text: str) -> bool:
    return any(_fits(text, form) for forms in ORDERS.values() for form in forms)


def _fits(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 - only whether it is a date
    except ValueError:
        return False
    return True


def _order(cells: Iterable[str]) -> Order:
    """Whether days stand before months; they do unless the cells make sense only the other way round."""
    texts = [cell for cell in cells if not _fits(cell, "%Y-%m-%d")]
    fitting = {
        order: sum(any(_fits(cell, form) for form in forms) for cell in texts) for order, forms in ORDERS.items()
    }
    return "mdy" if fitting["mdy"] > fitting["dmy"] else "dmy"


def usual_fixed(choices: Choices, names: Names, workshop: str) -> dict[str, Any]:
    """What most likely holds where the table says nothing: a person looks it over before anything is written."""
    fixed: dict[str, Any] = {
        "referral.decision": "accepted",
        "accompaniment.phase": "referred",
        "placement.hire": False,
    }
    own = names.get("organisation", {}).get(plain(workshop))
    actors = set(names.get("actor", {}).values())
    if own:
        fixed["accompaniment.agency"] = own
    if len(actors) == 1:
        fixed["accompaniment.responsible"] = next(iter(actors))
    if choices.column_of("participant.citizenships") is None:
        fixed["participant.citizenships"] = Missing("not_known")
    if choices.column_of("participant.sex") is None:
        fixed["participant.sex"] = "U"
    return {path: value for path, value in fixed.items() if choices.column_of(path) is None}
