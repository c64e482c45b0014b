"""What went wrong, in the words of people who work with files and not with programs.

The standard's own sentences are for whoever writes a program; a code ``page_…`` among them says the same for a page.
"""

from __future__ import annotations

from collections.abc import Mapping

from coupole.standard.entities import ENTITIES
from coupole.standard.sentences import Sentence, known_codes, sentence

NAMING = ("fields", "field")
"""Words of a sentence that are names of fields."""


def said(
    code: str, language: str, params: Mapping[str, str | int] | None = None, entity: str | None = None
) -> Sentence:
    """What happened and what to do; fields by their labels where it is known of which ``entity``."""
    words = {
        name: _labels(value, language, entity) if name in NAMING else value for name, value in (params or {}).items()
    }
    own = f"page_{code}"
    return sentence(own if own in known_codes() else code, language, words)


def _labels(names: str | int, language: str, entity: str | None) -> str | int:
    if entity is None or isinstance(names, int):
        return names
    known = ENTITIES[entity].fields
    return ", ".join(known[one].label(language) if one in known else one for one in names.split(", "))
