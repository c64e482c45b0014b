"""In which of the four languages a reader is answered."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, get_args

from starlette.requests import Request

Language = Literal["en", "nl", "fr", "it"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
NAMES: dict[Language, str] = {"en": "English", "nl": "Nederlands", "fr": "Français", "it": "Italiano"}
"""Each language by its own name, as a picker shows it."""
COOKIE = "language"


def language_of(request: Request) -> Language:
    """The language a program or browser asks for by ``Accept-Language``."""
    return preferred(request.headers.get("accept-language", ""))


def page_language(request: Request, otherwise: Language = "en") -> Language:
    """The language of a page: chosen on it (``?language=nl``), chosen earlier (cookie), asked for by the browser."""
    return chosen_language(request) or preferred(request.headers.get("accept-language", ""), otherwise)


def chosen_language(request: Request) -> Language | None:
    """The language a reader chose on this page or on an earlier one; none when they never chose."""
    for choice in (request.query_params.get("language"), request.cookies.get(COOKIE)):
        for language in LANGUAGES:
            if choice == language:
                return language
    return None


@lru_cache(maxsize=256)
def preferred(header: str, otherwise: Language = "en") -> Language:
    """The best of ours by an ``Accept-Language`` header (RFC 9110 12.5.4); a region counts as its language."""
    best: tuple[float, Language] = (0.0, otherwise)
    for choice in header[:1000].split(","):
        tag, _, weight = choice.partition(";")
        for language in LANGUAGES:
            quality = _quality(weight)
            if tag.strip().lower().partition("-")[0] == language and quality > best[0]:
                best = (quality, language)
    return best[1]


def _quality(weight: str) -> float:
    name, _, value = weight.strip().partition("=")
    if not name:
        return 1.0
    try:
        return min(float(value), 1.0) if name == "q" else 1.0
    except ValueError:
        return 0.0
