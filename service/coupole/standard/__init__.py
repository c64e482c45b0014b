"""The standard: reads ``schema/``, checks documents against it and explains refusals. Pure: no HTTP, no database.

``reading`` takes bytes in and gives canonical bytes out, ``entities`` and ``codes`` are what the schema holds,
``validation`` accepts or explains, ``calendar`` is the one month arithmetic, ``sentences`` the words for people.
"""

from __future__ import annotations

from pathlib import Path

VERSION = "1.0.0"
"""The version of the standard this program writes."""

LANGUAGES = ("en", "nl", "fr", "it")
"""The languages every label and sentence of the standard is written in; the first is the fallback."""

_PLACES = (Path(__file__).parents[1] / "_schema", Path(__file__).parents[3] / "schema")
"""Where ``schema/`` stands: inside an installed package, or beside ``service/`` in a checkout."""


def resource(*parts: str) -> Path:
    """A file or folder of ``schema/``: ``resource("v1", "codelists")``."""
    return next(place for place in _PLACES if place.is_dir()).joinpath(*parts)
