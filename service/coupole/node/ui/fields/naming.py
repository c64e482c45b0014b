"""Names nobody is asked for: of a field, of a choice, of a pathway, made from what people call it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from coupole.errors import Finding
from coupole.standard.reading import canonical

LONGEST = 40
Texts = Mapping[str, str]


def made_name(label: str, taken: Collection[str], otherwise: str) -> str:
    """A name like ``bus_line`` from ``Bus line``, none of those taken; ``otherwise`` where no letter is left of it."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_").lstrip("0123456789_")[:LONGEST].rstrip("_")
    stem = stem if len(stem) > 1 else otherwise
    name, number = stem, 2
    while name in taken:
        ending = f"_{number}"
        name, number = stem[: LONGEST - len(ending)] + ending, number + 1
    return name


def first(texts: Any) -> str:
    """What something is called in the first language it has; nothing when it has none."""
    return next(iter(texts.values()), "") if isinstance(texts, Mapping) else ""


def called_so(texts: Any, others: Iterable[Texts]) -> list[Finding]:
    """A finding when another one is called so already, in any language they share."""
    if not isinstance(texts, Mapping):
        return []
    used = {(tag, text.casefold()) for other in others for tag, text in other.items()}
    same = any((tag, str(text).casefold()) in used for tag, text in texts.items())
    return [Finding("own_name_taken", "/labels")] if same else []


def stamp(document: Any) -> str:
    """A short sign of what something holds: another one when anything in it changed."""
    return hashlib.sha256(canonical(document)).hexdigest()[:16]
