"""How a person is found by a few letters: accents, capitals and the order of names do not matter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 100
"""Letters of a search that are read; nobody's name is longer."""

APART = re.compile(r"[\W_]+")
LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})
"""Letters that Unicode does not take apart, as people type them."""


def fold(text: str) -> str:
    """The text as it is compared: without accents, in small letters, one space between words."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return APART.sub(" ", plain.casefold().translate(LETTERS)).strip()


def words(*names: str) -> set[str]:
    """What somebody with these names is found by: each word, and each name written as one (Van Acker, D'Angelo)."""
    folded = [fold(name) for name in names]
    apart = {word for name in folded for word in name.split()}
    return apart | {name.replace(" ", "") for name in folded if name}


def matches(asked: str, known: Iterable[str]) -> bool:
    """Whether every word asked for begins one of the known words."""
    parts = fold(asked[:LONGEST]).split()
    return bool(parts) and all(any(word.startswith(part) for word in known) for part in parts)


def named(asked: str, *names: str) -> bool:
    """Whether the words asked for are all the words of these names: who asks knows already whom they look for."""
    wanted = sorted(fold(asked[:LONGEST]).split())
    return bool(wanted) and wanted == sorted(word for name in names for word in fold(name).split())
