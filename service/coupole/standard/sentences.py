"""What a finding or an error says to a person, in four languages: what happened, and what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, NamedTuple

from coupole.standard import resource

FALLBACK = "coupole_error"
_PLACE = re.compile(r"\{([a-z_]+)\}")


class Sentence(NamedTuple):
    """``title`` says what happened, ``remedy`` what to do about it."""

    title: str
    remedy: str


class Sign(NamedTuple):
    """One thing an examination found: ``right``, to ``look`` at, or ``wrong``; its words are those of ``code``."""

    level: Literal["right", "look", "wrong"]
    code: str
    params: Mapping[str, str | int] = {}


def sentence(code: str, language: str = "en", params: Mapping[str, str | int] | None = None) -> Sentence:
    """The words for ``code``. Never raises: an unknown code, language or parameter falls back to general words."""
    words = known_codes().get(code) or known_codes()[FALLBACK]
    said = (words[part].get(language, words[part]["en"]) for part in ("title", "remedy"))
    return Sentence(*(_PLACE.sub(lambda place: str((params or {}).get(place[1], "…")), text) for text in said))


@cache
def known_codes() -> Mapping[str, Any]:
    """Every code of every room with its words: code -> title and remedy -> language -> text."""
    words: dict[str, Any] = {}
    for path in sorted(resource("v1", "problems").glob("*.json")):
        words |= json.loads(path.read_bytes())
    return words
