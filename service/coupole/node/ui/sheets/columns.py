"""The page on which a person looks over what the columns mean, what their words stand for, what holds for every row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.node.sheets import staging
from coupole.node.sheets.choices import ORDERS, Choices, Missing
from coupole.node.sheets.heading import LOOKED_AT, Table
from coupole.node.sheets.knowing import documents_of
from coupole.node.sheets.mapping import included, mapping_of, needed
from coupole.node.sheets.matching import code_for
from coupole.node.sheets.targets import ROW_ENTITIES, TARGETS, Target
from coupole.node.store import sheets
from coupole.node.store.sheet_tables import Sheet
from coupole.node.ui.desk import Visit
from coupole.node.ui.sheets.exports import attachment
from coupole.standard.codes import code_list
from coupole.standard.entities import ENTITIES

REASONS = ("not_asked", "declined", "not_known", "not_applicable")
"""Why a table has no value; that something is withheld is for what goes to others."""
SHOWN_WORDS = 60
"""Different words of one column that the page asks about."""

Options = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a column and what it stands for: the value of an option, empty when nobody knows."""

    text: str
    means: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A column as the page shows it."""

    place: int
    name: str
    examples: list[str]
    path: str
    words: list[Word]
    options: Options


@dataclass(frozen=True, slots=True)
class Held:
    """A field that the page asks a value for. ``needed``: nothing fills it yet; ``column``: what does, if anything."""

    path: str
    label: str
    about: str
    kind: str
    options: Options
    value: str
    needed: bool
    column: str | None


def show(visit: Visit) -> Response:
    """The page as it stands."""
    return _page(visit)


def _page(visit: Visit, status: int = 200) -> Response:
    store = visit.node.store
    with store.reading() as session:
        sheet = sheets.find(session, visit.path("id"))
        told = staging.told_of(store.vault, sheet)
        if sheet.state in ("writing", "done"):
            return visit.see_other(f"/sheets/{sheet.id}")
        told = replace(told, choices=told.choices.with_own(staging.own_fields(session, store.node)))
        table = staging.table_of(session, store.vault, sheet, told)
        records = _records(visit, session)
        shown = list(_columns(visit, table, told.choices, records))
        held = list(_held(visit, told.choices, records))
        rows = [(one.name, len(one.rows)) for one in staging.read_sheets(store.vault, sheet)]
        above = _heading_rows(store.vault, sheet, told)
    return visit.page(
        "sheets/columns.html",
        status,
        sheet=sheet,
        told=told,
        columns=shown,
        held=held,
        groups=_groups(visit, told.choices),
        sheets=rows,
        above=above,
        count=len(table.rows),
        left=[one for one in held if one.needed],
    )


def _heading_rows(vault: Any, sheet: Sheet, told: staging.Told) -> list[tuple[int, str]]:
    """Rows that might be the heading, by their number and first cells."""
    read = staging.read_sheets(vault, sheet)
    if not read:
        return []
    rows = read[told.sheet].rows[:LOOKED_AT]
    return [(number, " · ".join([cell for cell in cells if cell][:4])[:60]) for number, cells in rows]


def _groups(visit: Visit, choices: Choices) -> list[tuple[str, Options]]:
    """What a column may mean, by the kind of record."""
    return [
        (
            ENTITIES[entity].labels[visit.language],
            [(one.path, one.label(visit.language)) for one in choices.targets.values() if one.entity == entity],
        )
        for entity in ROW_ENTITIES
    ]


def _columns(visit: Visit, table: Table, choices: Choices, records: Mapping[str, Options]) -> Iterator[Shown]:
    for place, name in enumerate(table.heading):
        cells = list(dict.fromkeys(row[place] for _, row in table.rows if row[place]))
        path = choices.columns.get(name, "")
        target = choices.targets.get(path)
        words: list[Word] = []
        options: Options = ()
        if target is not None and target.coded():
            options = _options(visit, target, records)
            meant = choices.values.get(path, {})
            words = [Word(cell, _key(meant.get(cell))) for cell in cells]
            words = sorted(words, key=lambda word: bool(word.means))[:SHOWN_WORDS]
        yield Shown(place, name, [cell[:40] for cell in cells[:3]], path, words, options)


def _key(value: Any) -> str:
    """A value as an option of the page carries it."""
    return "" if value is None else orjson.dumps(value).decode()


def _options(visit: Visit, target: Target, records: Mapping[str, Options]) -> Options:
    """What a word may stand for, each as its value and its label."""
    if target.kind == "reference":
        return [option for entity in target.field.targets for option in records.get(entity, ())]
    if target.kind == "boolean":
        return [("true", visit.gettext("yes")), ("false", visit.gettext("no"))]
    if target.kind in ("country", "language"):
        return ()  # too many to choose from: the word itself is corrected
    return [(_key([code] if target.several else code), label) for code, label in target.field.options(visit.language)]


def _records(visit: Visit, session: Session) -> dict[str, Options]:
    """Organisations and professionals to choose from, by name."""
    found: dict[str, Options] = {}
    for entity, field in (("organisation", "name"), ("actor", "display_name")):
        named = documents_of(session, visit.node.store.vault, entity)
        found[entity] = sorted(
            ((_key(record), str(document[field])) for record, document in named), key=lambda one: one[1].casefold()
        )
    return found


def _held(visit: Visit, choices: Choices, records: Mapping[str, Options]) -> Iterator[Held]:
    """Fields that the records cannot do without: what holds where the table has no column, or an empty cell."""
    open_ones = {target.path for target in needed(choices)}
    entities = included(choices)
    for target in choices.targets.values():
        wanted = target.required or target.path in open_ones or target.path in choices.fixed
        if target.entity not in entities or not wanted or target.path == "participant.local_id":
            continue
        if target.within and target.within.nullable and target.path not in open_ones | choices.fixed.keys():
            continue
        fixed = choices.fixed.get(target.path)
        yield Held(
            target.path,
            target.label(visit.language),
            ENTITIES[target.entity].labels[visit.language],
            target.kind,
            [*_options(visit, target, records), *_reasons(visit, target)],
            f"missing:{fixed.why}" if isinstance(fixed, Missing) else _shown(target, fixed),
            target.path in open_ones,
            choices.column_of(target.path),
        )


def _shown(target: Target, fixed: Any) -> str:
    if fixed is None:
        return ""
    if target.coded() and target.kind not in ("country", "language"):
        return _key(fixed)
    return ", ".join(fixed) if isinstance(fixed, list) else str(fixed)


def _reasons(visit: Visit, target: Target) -> Options:
    """Why there is no value, where the field may say so."""
    if not target.may_be_missing or target.kind == "reference":
        return ()
    codes = code_list("record_missing")
    return [(f"missing:{code}", codes.labels(code, visit.language)) for code in REASONS]


def choose(visit: Visit, form: FormData) -> Response:
    """Take another sheet of the file, or another row for the heading."""
    store = visit.node.store
    chosen, heading = str(form.get("sheet", "")), str(form.get("heading", ""))
    with store.writing() as session:
        sheet = sheets.find(session, visit.path("id"))
        told = staging.told_of(store.vault, sheet)
        place = int(chosen) if chosen.isdecimal() and len(chosen) < 4 else told.sheet
        row = int(heading) if heading.isdecimal() and len(heading) < 8 and place == told.sheet else None
        staging.choose_table(session, store, sheet, place, row, visit.node.name)
    return visit.see_other(f"/sheets/{visit.path('id')}/columns")


def save(visit: Visit, form: FormData) -> Response:
    """Put down the decisions; go on to the rows when that was asked for and nothing is left to decide."""
    store = visit.node.store
    with store.writing() as session:
        sheet = sheets.find(session, visit.path("id"))
        told = staging.told_of(store.vault, sheet)
        known = told.choices.with_own(staging.own_fields(session, store.node))
        decided = _decided(told.heading, known, form)
        told = staging.decide(session, store.vault, sheet, decided)
        ready = not needed(told.choices)
    if form.get("do") == "rows" and ready:
        staging.check(store, visit.path("id"), visit.context())
        return visit.see_other(f"/sheets/{visit.path('id')}")
    return _page(visit, 422) if form.get("do") == "rows" else visit.see_other(f"/sheets/{visit.path('id')}/columns")


def _decided(heading: Sequence[str], before: Choices, form: FormData) -> Choices:
    """The decisions as the form has them; of two columns for one field the first counts."""
    columns: dict[str, str] = {}
    values: dict[str, dict[str, Any]] = {}
    for place, name in enumerate(heading):
        path = str(form.get(f"column.{place}", before.columns.get(name, "")))
        if path in before.targets and path not in columns.values():
            columns[name] = path
            values[path] = dict(before.values.get(path, {})) | _meant(before.targets[path], place, form)
            values[path] = {text: value for text, value in values[path].items() if value is not None}
    order = str(form.get("order", before.order))
    fixed = dict(before.fixed) | dict(_fixed(form))
    return replace(
        before,
        columns=columns,
        values=values,
        fixed={path: value for path, value in fixed.items() if value is not None},
        order="mdy" if order == "mdy" and order in ORDERS else "dmy",
    )


def _meant(target: Target, place: int, form: FormData) -> dict[str, Any]:
    if form.get(f"was.{place}") != target.path:  # the words were those of another meaning of the column
        return {}
    words, meanings = form.getlist(f"word.{place}"), form.getlist(f"means.{place}")
    return {str(word): _value(target, str(means)) for word, means in zip(words, meanings, strict=False)}


def _value(target: Target, text: str) -> Any:
    """What an option of the page stands for; none for anything that is no option of this field."""
    try:
        value = orjson.loads(text) if text else None
    except orjson.JSONDecodeError:
        return None
    if target.kind == "boolean":
        return value if isinstance(value, bool) else None
    if target.kind == "reference":
        return value if isinstance(value, str) and value.count(":") == 2 else None
    codes = {code for code, _ in target.field.options("en")}
    chosen = value if isinstance(value, list) else [value]
    fits = bool(chosen) and all(isinstance(code, str) and code in codes for code in chosen)
    return (chosen if target.several else chosen[0]) if fits else None


def _fixed(form: FormData) -> Iterator[tuple[str, Any]]:
    for name, given in form.multi_items():
        path = name.removeprefix("fixed.")
        if name == path or path not in TARGETS or not isinstance(given, str):
            continue
        target, text = TARGETS[path], given.strip()[:200]
        why = text.removeprefix("missing:")
        if not text:
            yield path, None
        elif why != text:
            yield path, Missing(why) if target.may_be_missing and why in REASONS else None
        elif target.kind in ("country", "language"):
            yield path, code_for(target, text)
        elif target.coded():
            yield path, _value(target, text)
        elif target.kind in ("number", "integer"):
            yield path, _number(text)
        else:
            yield path, text


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def as_file(visit: Visit) -> Response:
    """The decisions as a mapping document, for whoever brings tables in by a command."""
    store = visit.node.store
    with store.reading() as session:
        sheet = sheets.find(session, visit.path("id"))
        document = mapping_of(staging.told_of(store.vault, sheet).choices, ";")
    return attachment("columns.json", "application/json", orjson.dumps(document, option=orjson.OPT_INDENT_2))
