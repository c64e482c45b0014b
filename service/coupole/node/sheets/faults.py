"""What is wrong with a row, in the words of a table: its column, the reason, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from coupole.errors import Finding
from coupole.node.sheets.choices import Choices
from coupole.node.sheets.targets import ROW_ENTITIES, TARGETS
from coupole.standard.entities import ENTITIES
from coupole.standard.sentences import sentence

SAID_HERE: Mapping[str, str] = {
    "cell_empty": "sheet_key_empty",
    "cell_not_in_codes": "sheet_word_unknown",
    "cell_not_a_date": "sheet_not_a_date",
    "cell_not_a_number": "sheet_not_a_number",
    "cell_not_yes_or_no": "sheet_word_unknown",
    "row_contradicts_another": "sheet_row_contradicts",
    "required_missing": "sheet_field_empty",
    "too_short": "sheet_field_empty",
    "condition_unmet": "sheet_field_needed",
    "person_erased": "sheet_person_erased",
    "revision_conflict": "sheet_row_outdated",
    "record_exists": "sheet_row_outdated",
    "pattern_mismatch": "sheet_form_wrong",
    "date_invalid": "sheet_not_a_date",
}
"""Findings whose usual words speak of documents, and the ones that speak of tables."""

OF_KIND: Mapping[tuple[str, str], str] = {
    ("sheet_word_unknown", "reference"): "sheet_names_nobody",
    ("sheet_form_wrong", "date"): "sheet_year_wrong",
    ("sheet_form_wrong", "partial_date"): "sheet_year_wrong",
}
"""What the same finding is called in a column of another kind."""

ONE_LINE = frozenset({"participant.family_name", "participant.given_name", "status_observation.insertion_register"})
"""Texts of which nothing is asked but that they stand on one line."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong. ``column``: none when the table has none for it; ``field``: which one it is about then."""

    code: str
    column: str | None
    field: str | None
    params: Mapping[str, str | int]

    def as_json(self) -> dict[str, Any]:
        """To be kept with the row."""
        return {"code": self.code, "column": self.column, "field": self.field, "params": dict(self.params)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Fault:
        """As it was kept."""
        return cls(kept["code"], kept["column"], kept["field"], kept["params"])

    def place(self, language: str) -> str:
        """Where it is: the column, or what the field is called."""
        if self.column or not self.field:
            return self.column or ""
        target = TARGETS.get(self.field)
        if target:
            return target.label(language)
        entity, _, name = self.field.partition(".")
        field = ENTITIES[entity].fields.get(name.partition(".")[0])
        return field.label(language) if field else ""

    def reason(self, language: str) -> str:
        """What is wrong."""
        return sentence(self.code, language, self.params).title

    def remedy(self, language: str) -> str:
        """What to do about it."""
        return sentence(self.code, language, self.params).remedy


def fault_of(finding: Finding, choices: Choices, entity: str | None = None) -> Fault:
    """A finding about a row, in the words of its table. ``entity``: the record it is about, when that is known."""
    column = finding.params.get("column")
    name = str(column) if column is not None else None
    code = SAID_HERE.get(finding.code, finding.code)
    field = _field(finding.pointer, entity)
    path = choices.columns.get(name or "", "")
    target = choices.targets.get(path)
    if code == "sheet_form_wrong" and (field in ONE_LINE or path in choices.own):
        code = "sheet_not_one_line" if target is None or target.kind == "text" else code
    if target:
        code = OF_KIND.get((code, target.kind), code)
    if code == "sheet_row_contradicts":  # it is the number that makes two rows one person
        name = choices.column_of("participant.local_id")
    elif name is None and field:
        name = choices.column_of(field)
    params = {name: value for name, value in finding.params.items() if name != "column"}
    return Fault(code, name, field, params)


def _field(pointer: str, entity: str | None) -> str | None:
    names = [name for name in pointer.split("/")[1:] if not name.isdecimal()]
    if not names:
        return None
    owners = [entity] if entity else [one for one in ROW_ENTITIES if names[0] in ENTITIES[one].fields]
    return ".".join((owners[0], *names)) if owners else None


def once_each(faults: Iterable[Fault]) -> list[Fault]:
    """Without those that say the same of the same place."""
    return list({(fault.code, fault.column or fault.field): fault for fault in faults}.values())
