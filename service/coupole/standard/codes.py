"""The code lists: which codes there are, what they are called, what else is known of each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from coupole.errors import CoupoleError
from coupole.standard import resource

OPEN_CODE = "^[a-z][a-z0-9_]{0,39}$"
"""The form of a code that somebody adds to an open list."""


class CodeListUnknown(CoupoleError):
    """The standard has no code list of that name."""


@dataclass(frozen=True, slots=True)
class CodeList:
    """One list. ``open``: a federation may add codes of its own, so an unknown code is not wrong."""

    name: str
    version: str
    open: bool
    ids: tuple[str, ...]
    titles: Mapping[str, str]
    items: Mapping[str, Mapping[str, Any]]

    def labels(self, code: str, language: str) -> str:
        """What the code is called; the code itself when the list (an open one) does not hold it."""
        item = self.items.get(code)
        return code if item is None else str(item["labels"].get(language, item["labels"]["en"]))

    def attribute(self, code: str, name: str) -> Any:
        """A property of the code, such as the ``group`` of a labour status; none when it has no such property."""
        return self.items.get(code, {}).get(name)


@cache
def code_list(name: str) -> CodeList:
    """The list of that name. Raises ``CodeListUnknown``."""
    if name not in code_list_names():
        raise CodeListUnknown()
    raw = json.loads(resource("v1", "codelists", f"{name}.json").read_bytes())
    items = {item["id"]: MappingProxyType(item) for item in raw["items"]}
    return CodeList(raw["id"], raw["version"], raw["open"], tuple(items), raw["labels"], MappingProxyType(items))


@cache
def code_list_names() -> tuple[str, ...]:
    """The names of all lists, in the order of their index."""
    index = json.loads(resource("v1", "codelists", "index.json").read_bytes())
    return tuple(entry["id"] for entry in index["lists"])


def codes_schema() -> dict[str, Any]:
    """The lists as JSON Schema definitions: the content of ``codes.schema.json``, which a test keeps current."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://coupole.eu/schema/v1/codes.schema.json",
        "title": "Codes",
        "description": "The code lists as definitions the entities refer to. Rendered from codelists/: edit there.",
        "$defs": {name: _definition(code_list(name)) for name in code_list_names()},
    }


def _definition(codes: CodeList) -> dict[str, Any]:
    if codes.open:
        return {"type": "string", "pattern": OPEN_CODE, "examples": list(codes.ids), "x-codelist": codes.name}
    return {"enum": list(codes.ids), "x-codelist": codes.name}
