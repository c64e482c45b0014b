"""National profiles: what a country or region asks beyond the standard.

A profile is data: for each entity a JSON merge patch (RFC 7396) over its schema. It only narrows, so what follows a
profile follows the standard too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from coupole.errors import CoupoleError, Finding
from coupole.standard import resource
from coupole.standard.entities import ENTITIES
from coupole.standard.explaining import Explainer
from coupole.standard.schemas import Schema
from coupole.standard.validation import check_against


class ProfileUnknown(CoupoleError):
    """There is no national profile of that name."""


@dataclass(frozen=True)
class Profile:
    """One profile. ``schemas`` holds every entity, patched or as the standard has it."""

    name: str
    version: str
    titles: Mapping[str, str]
    schemas: Mapping[str, Schema]

    @cached_property
    def _explainers(self) -> dict[str, Explainer]:
        return {entity: Explainer(schema, []) for entity, schema in self.schemas.items()}

    def findings(self, entity: str, document: Any) -> list[Finding]:
        """All that is wrong with the document where this profile holds; nothing when it follows it."""
        return self._explainers[entity].explain(document)


@cache
def names() -> tuple[str, ...]:
    """The profiles there are."""
    return tuple(sorted(path.stem for path in resource("v1", "profiles").glob("*.json")))


@cache
def load(name: str) -> Profile:
    """The profile of that name. Raises ``ProfileUnknown``, and ``DocumentInvalid`` when the file is not one."""
    if name not in names():
        raise ProfileUnknown()
    raw = json.loads(resource("v1", "profiles", f"{name}.json").read_bytes())
    check_against("profile", raw)
    patches = raw["entities"]
    schemas = {entity: merged(ENTITIES[entity].schema, patches.get(entity, {})) for entity in ENTITIES}
    return Profile(raw["id"], raw["version"], raw["labels"], schemas)


def merged(target: Any, patch: Any) -> Any:
    """``target`` changed by a JSON merge patch: null removes, objects are merged, anything else replaces."""
    if not isinstance(patch, dict):
        return patch
    kept = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = merged(kept.get(name), value)
    return kept
