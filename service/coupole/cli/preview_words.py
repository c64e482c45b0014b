"""What a preview says in words, in four languages: ``preview_words.json``."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path


@cache
def words() -> dict[str, dict[str, str]]:
    """Every sentence by its name, then by language."""
    found: dict[str, dict[str, str]] = json.loads(Path(__file__).with_suffix(".json").read_bytes())
    return found


def said(name: str, language: str, **filled: str | int) -> str:
    """One of the sentences, filled in."""
    return words()[name][language].format(**filled)
