"""What a column of a workshop's own table may mean: the fields of a person's file that one row can fill.

Drawn from the standard, so that a new field of it is one more thing a column may mean. A row is one person with, at
most, one referral, one accompaniment, the situation at entry and one placement; a person may have several rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from coupole.standard.entities import ENTITIES, ENVELOPE, Field

Kind = Literal[
    "text", "date", "partial_date", "number", "integer", "boolean", "code", "country", "language", "reference"
]

ROW_ENTITIES = ("participant", "referral", "accompaniment", "status_observation", "placement")
"""In this order: each names only those before it."""

OWN = "extensions"
"""Where a document keeps what is not of the standard."""

ONE_ROW: Mapping[str, Mapping[str, str | bool]] = MappingProxyType(
    {
        "consents": {"purpose": "accompaniment"},
        "target_groups": {"primary": True},
        "programmes": {},
        "languages": {},
        "barriers": {"state": "present"},
    }
)
"""Lists of which a row of the table fills one entry, and what that entry says besides."""

MADE_HERE = frozenset(
    {
        *ENVELOPE,
        "participant",
        "accompaniment",
        "referral",
        "agreement",
        "current_plan",
        "previous_accompaniment",
        "stage",
        "phase_history",
        "evidence",
        "pseudonym",
        "qualification_gained",
    }
)
"""Fields that follow from the row itself, or that no table of people holds."""

_KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "text": "text",
        "url": "text",
        "textarea": "text",
        "date": "date",
        "partial_date": "partial_date",
        "checkbox": "boolean",
        "select": "code",
        "checkboxes": "code",
        "country": "country",
        "countries": "country",
        "language": "language",
        "reference": "reference",
    }
)


@dataclass(frozen=True, slots=True)
class Target:
    """A field a column may fill. ``path``: entity and names, ``participant.residence.nuts3``."""

    path: str
    kind: Kind
    field: Field
    within: Field | None
    required: bool
    several: bool
    """Whether one cell may hold several codes."""
    namespace: str = ""
    """Of a field of the workshop's own: where its values stand under ``extensions``."""

    @property
    def entity(self) -> str:
        """The record it belongs to."""
        return self.path.partition(".")[0]

    @property
    def names(self) -> tuple[str, ...]:
        """The names inside the document."""
        names = self.path.split(".")[1:]
        return (names[0], self.namespace, *names[1:]) if self.namespace else tuple(names)

    @property
    def may_be_missing(self) -> bool:
        """Whether the document may say why there is no value."""
        return self.within is None and self.field.nullable

    def label(self, language: str) -> str:
        """What it is called, with the group it stands in."""
        own = self.field.label(language)
        return f"{self.within.label(language)}: {own[:1].lower()}{own[1:]}" if self.within else own

    def coded(self) -> bool:
        """Whether its cells are words for something of a list."""
        return self.kind in ("boolean", "code", "country", "language", "reference")


def _targets() -> Iterator[Target]:
    for entity in ROW_ENTITIES:
        for name, field in ENTITIES[entity].fields.items():
            if name in MADE_HERE:
                continue
            if field.widget == "group" or name in ONE_ROW:
                yield from _inner(entity, name, field)
            elif kind := _kind(field):
                several = field.widget in ("countries", "checkboxes")
                yield Target(f"{entity}.{name}", kind, field, None, field.required, several)


def _inner(entity: str, name: str, group: Field) -> Iterator[Target]:
    for inner_name, inner in group.fields.items():
        kind = _kind(inner)
        if kind and inner_name not in ONE_ROW.get(name, {}) and inner_name != "withdrawn_on":
            several = inner.widget == "checkboxes"
            needed = inner.required and group.required
            yield Target(f"{entity}.{name}.{inner_name}", kind, inner, group, needed, several)


def _kind(field: Field) -> Kind | None:
    if field.widget == "number":
        return "integer" if field.value.get("type") == "integer" else "number"
    return _KINDS.get(field.widget)


TARGETS: Mapping[str, Target] = MappingProxyType({target.path: target for target in _targets()})
"""Everything a column may mean, by path, in the order of the standard."""


def own_targets(entity: str, fields: Mapping[str, Field], namespace: str) -> dict[str, Target]:
    """What a column may mean besides: fields of the workshop's own in one kind of record."""
    found = ((f"{entity}.{OWN}.{name}", field, _kind(field)) for name, field in fields.items())
    return {
        path: Target(path, kind, field, None, False, field.widget == "checkboxes", namespace)
        for path, field, kind in found
        if kind
    }
