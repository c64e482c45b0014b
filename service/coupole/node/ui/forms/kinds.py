"""How each field of the standard is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from coupole.standard.entities import Field, fields_of

Kind = Literal[
    "text",
    "textarea",
    "select",
    "radio",
    "checkbox",
    "yesno",
    "checkboxes",
    "date",
    "partial_date",
    "number",
    "money",
    "duration",
    "lines",
    "list",
    "group",
    "rows",
    "names",
    "translated",
]

FEW = 5
"""So many choices are shown one under the other; more are opened from a list."""
PICKED: Mapping[str, Kind] = {
    "country": "select",
    "language": "select",
    "currency": "select",
    "register": "select",
    "reference": "select",
    "references": "checkboxes",
    "checkboxes": "checkboxes",
    "countries": "list",
    "textarea": "textarea",
    "date": "date",
    "partial_date": "partial_date",
    "number": "number",
    "money": "money",
    "duration": "duration",
    "group": "group",
    "rows": "rows",
    "translated": "translated",
}


def kind_of(field: Field, inside: Literal["", "group", "row"] = "") -> Kind | None:
    """How the field is asked for; none when it is not. ``inside`` a row there is room for less; a box that is not
    ticked would make a group of nothing, so there it is a question."""
    if field.widget in ("hidden", "missing"):
        return None
    if field.widget == "checkbox":
        return "checkbox" if field.required and not field.nullable and inside != "group" else "yesno"
    if field.widget == "select":
        return "radio" if len(field.options("en")) <= FEW and not inside else "select"
    if field.widget == "lines":
        return "list" if items(field).get("format") == "date" else "lines"
    if "patternProperties" in field.value:
        return "names"
    return PICKED.get(field.widget, "text")


def parts(field: Field) -> Mapping[str, Field]:
    """What is asked for inside a group or in each row: the two halves of a name by language are fields as well."""
    if "patternProperties" in field.value:
        return NAME_PARTS
    return field.fields


def items(field: Field) -> Mapping[str, Any]:
    """The schema of what a list holds."""
    found: Mapping[str, Any] = field.value.get("items", {})
    return found


def may_be_empty(field: Field) -> bool:
    """Whether an empty list is an answer: nothing need be typed then."""
    return field.value.get("type") == "array" and not field.nullable and not field.value.get("minItems")


def item_field(field: Field) -> Field:
    """One line of a list of plain values, as a field of its own."""
    widget = {"countries": "country"}.get(field.widget, "date")
    return Field(field.name, {**items(field), "x-labels": field.schema["x-labels"], "x-widget": widget}, False)


def _name_parts() -> Mapping[str, Field]:
    tag = {"en": "Language", "nl": "Taal", "fr": "Langue", "it": "Lingua"}
    text = {"en": "Name", "nl": "Naam", "fr": "Nom", "it": "Nome"}
    properties = {
        "tag": {"type": "string", "x-labels": tag, "x-widget": "language"},
        "name": {"type": "string", "maxLength": 200, "x-labels": text, "x-widget": "text"},
    }
    return fields_of({"required": ["tag", "name"], "properties": properties})


NAME_PARTS = _name_parts()
