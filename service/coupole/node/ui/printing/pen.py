"""Writes values as people read them: codes by their labels, dates in words, references by what they refer to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, get_currency_precision
from babel.support import NullTranslations
from babel.units import format_unit

from coupole.node.store.changes import Document
from coupole.node.ui.printing.paper import Row
from coupole.standard.codes import code_list
from coupole.standard.entities import ENTITIES, ENVELOPE, Field
from coupole.web.languages import Language
from coupole.web.translations import marked

DAY = re.compile(r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]")
STATELESS = "XA"
BETWEEN = " · "
UNITS = {"D": "duration-day", "W": "duration-week", "M": "duration-month"}
EVERY = {"D": marked("every %(num)s days"), "W": marked("every %(num)s weeks"), "M": marked("every %(num)s months")}
EACH = {"D": marked("every day"), "W": marked("every week"), "M": marked("every month")}


def as_it_is(text: str) -> str:
    """The text, unchanged."""
    return text


@dataclass(slots=True)
class Pen:
    """Writes in one language. ``names``: what a reference is called. ``said``: every free text goes through it.

    ``own``: the fields a workshop added, by kind of record and name; their values stand under ``space``.
    """

    language: Language
    words: NullTranslations
    names: Mapping[str, str] = field(default_factory=dict)
    said: Callable[[str], str] = as_it_is
    own: Mapping[str, Mapping[str, Field]] = field(default_factory=dict)
    space: str = ""

    def gettext(self, text: str, **values: object) -> str:
        """The words for an English text, with ``values`` in their places."""
        found = str(self.words.gettext(text))
        return found % values if values else found

    def day(self, day: str | date) -> str:
        """A day, a month or a year in words."""
        if isinstance(day, str) and len(day) < 10:
            if len(day) == 4:
                return day
            return str(format_date(date.fromisoformat(f"{day}-01"), "MMMM y", locale=self.language))
        return str(format_date(date.fromisoformat(str(day)), "d MMMM y", locale=self.language))

    def moment(self, moment: datetime | str) -> str:
        """A moment in words, in UTC, which it says."""
        when = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        return str(format_datetime(when, "d MMMM y, HH:mm 'UTC'", locale=self.language))

    def number(self, value: float) -> str:
        """A number as the language writes it."""
        return str(format_decimal(value, locale=self.language))

    def money(self, minor: int, currency: str) -> str:
        """An amount with the code of its currency."""
        digits = get_currency_precision(currency)
        amount = format_currency(minor / 10**digits, currency, "#,##0.00\xa0¤¤", locale=self.language)
        return str(amount)

    def rhythm(self, duration: str) -> str:
        """How often: ``P1M`` is every month."""
        number, unit = duration[1:-1], duration[-1]
        return self.gettext(EACH[unit]) if number == "1" else self.gettext(EVERY[unit], num=number)

    def code(self, codelist: str, code: str) -> str:
        """What a code is called."""
        return code_list(codelist).labels(code, self.language)

    def labelled(self, label: str, text: str) -> str:
        """A value with its label, which may have a place for it: "Every … months"."""
        colon = "\N{NO-BREAK SPACE}:" if self.language == "fr" else ":"
        return label.replace("…", text) if "…" in label else f"{label}{colon} {text}"

    def level(self, code: str | None) -> str:
        """A level of the scale: its figure and what it means; empty where there is none."""
        if code is None:
            return ""
        said = self.code("evaluation_scale", code)
        return f"{code} – {said}" if code.isdigit() else said

    def cells(self, entity: str, within: str, row: Document, *names: str) -> tuple[str, ...]:
        """Fields of one row of the list ``within``, each on one line."""
        fields = ENTITIES[entity].fields[within].fields
        return tuple(", ".join(self.lines(fields[name], row.get(name), row)) for name in names)

    def name(self, reference: str) -> str:
        """What a reference is called; the reference itself where it is not known here."""
        return self.names.get(reference, reference)

    def entity(self, name: str) -> str:
        """What a kind of record is called."""
        labels = ENTITIES[name].labels
        return labels.get(self.language, labels["en"])

    def label(self, entity: str, *path: str) -> str:
        """What a field is called, found by the names on the way to it."""
        fields = ENTITIES[entity].fields
        for step in path[:-1]:
            fields = fields[step].fields
        return fields[path[-1]].label(self.language)

    def value(self, entity: str, document: Document, name: str) -> str:
        """One field on one line; empty where it is not filled in."""
        return BETWEEN.join(self.lines(ENTITIES[entity].fields[name], document.get(name), document))

    def row(self, entity: str, document: Document, name: str) -> Row | None:
        """One field with its label; none where there is nothing to say."""
        field = ENTITIES[entity].fields[name]
        if name == "extensions":
            added = tuple(self._added(entity, document.get(name) or {}))
            return Row(field.label(self.language), added) if added else None
        reason = document.get("missing", {}).get(name)
        lines = (self.code("record_missing", reason),) if reason else self.lines(field, document.get(name), document)
        return Row(field.label(self.language), tuple(lines)) if lines else None

    def rows(self, entity: str, document: Document, *names: str) -> tuple[Row, ...]:
        """These fields of a document; those that hold nothing are left out."""
        return tuple(row for name in names if (row := self.row(entity, document, name)) is not None)

    def rest(self, entity: str, document: Document, *shown: str) -> tuple[Row, ...]:
        """The content of a document but for what is shown elsewhere; a workshop's own fields last."""
        content = [name for name in ENTITIES[entity].fields if name not in ENVELOPE and name not in shown]
        return self.rows(entity, document, *content, "extensions")

    def _added(self, entity: str, extensions: Document) -> Iterator[str]:
        """What a workshop keeps beside the standard: its own fields by their labels, anything else as it is named."""
        for space, values in extensions.items():
            known = self.own.get(entity, {}) if space == self.space else {}
            for name, value in values.items():
                if name in known:
                    yield self.labelled(
                        known[name].label(self.language), ", ".join(self.lines(known[name], value, values))
                    )
                else:
                    yield from (self.labelled(self.said(name), line) for line in self.loose(value))

    def lines(self, field: Field, value: Any, around: Document) -> tuple[str, ...]:
        """A value as lines. ``around``: the object it stands in, which may hold the currency of an amount."""
        if value is None or (field.widget == "currency" and "amount_minor" in around):
            return ()
        if isinstance(value, list):
            if field.widget == "rows":
                return tuple(self._inside(field, row) for row in value)
            return tuple(self._one(field, one, around) for one in value)
        if isinstance(value, dict):
            return self._group(field, value)
        return (self._one(field, value, around),)

    def _group(self, field: Field, value: Document) -> tuple[str, ...]:
        known = field.fields
        if not known:
            return self.loose(value)
        return tuple(self.labelled(label, text) for label, text in self._fields(known, value))

    def _inside(self, field: Field, row: Any) -> str:
        """A row of a list on one line."""
        if not isinstance(row, dict):
            return self._one(field, row, {})
        return BETWEEN.join(self.labelled(label, text) for label, text in self._fields(field.fields, row))

    def _fields(self, known: Mapping[str, Field], value: Document) -> Iterator[tuple[str, str]]:
        for name, one in known.items():
            lines = self.lines(one, value.get(name), value)
            if lines:
                yield one.label(self.language), ", ".join(lines)

    def loose(self, value: Any) -> tuple[str, ...]:
        """What no schema of the standard describes: a workshop's own fields, a list of texts."""
        if isinstance(value, dict):
            return tuple(
                self.labelled(self.said(name), line) for name, inner in value.items() for line in self.loose(inner)
            )
        if isinstance(value, list):
            return tuple(line for inner in value for line in self.loose(inner))
        return () if value is None else (self._plain(value),)

    def _one(self, field: Field, value: Any, around: Document) -> str:
        options = dict(field.options(self.language))
        if value in options:
            return options[value]
        match field.widget:
            case "money":
                return self.money(value, around["currency"])
            case "country" | "countries":
                return self._country(value)
            case "language":
                return self._language(value)
            case "duration":
                return str(format_unit(int(value[1:-1]), UNITS[value[-1]], locale=self.language))
            case "date" | "partial_date":
                return self.day(value)
            case "reference" | "references":
                return self.name(value)
            case "lines" if DAY.fullmatch(value):
                return self.day(value)
            case "text" | "textarea" | "lines":
                return self.said(value)
            case _:
                return self._plain(value)

    def _plain(self, value: Any) -> str:
        if isinstance(value, bool):
            return self.gettext("yes") if value else self.gettext("no")
        if isinstance(value, int | float):
            return self.number(value)
        return self.said(str(value))

    def _country(self, code: str) -> str:
        if code == STATELESS:
            return self.gettext("stateless")
        return str(Locale(self.language).territories.get(code, code))

    def _language(self, tag: str) -> str:
        try:
            return str(Locale.parse(tag, sep="-").get_display_name(self.language) or tag)
        except (UnknownLocaleError, ValueError):
            return str(Locale(self.language).languages.get(tag.partition("-")[0], tag))
