"""Takes the names of other people out of what was written about one person.

Staff write first names into minutes ("had words with Youssef"). A person who asks for a copy of their file gets what
was written about them, and not who else is in the workshop (GDPR 15(4), 20(4)). Rather one word too many is hidden
than a name too few: a name stands alone or with the other one, in any order, with or without accents; alone it must
begin with a capital.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from coupole.node.store.changes import Document
from coupole.standard.entities import ENTITIES, Field

WORD = re.compile(r"(?<![^\W_])[^\W\d_]+(?![^\W_])")
"""Letters that touch no other letter or figure: part of an identifier is no word."""
GAP = re.compile(r"[ \u00a0'’.\-]{1,3}")
NUMBER = re.compile(r"[0-9A-Za-z]+(?:[./ -][0-9A-Za-z]+)*")
NUMBERS = ("local_id", "national_identifier")
SHORTEST = 5
"""A shorter number of a person's is as good as any number."""
FREE = ("text", "textarea", "lines")

Phrase = tuple[str, ...]


class _Word(NamedTuple):
    text: str
    capital: bool
    start: int
    end: int


class Others:
    """The names and numbers of everybody but one person. ``hidden``: how many were replaced so far."""

    def __init__(self, own: Document, people: Iterable[Document], staff: Iterable[str], known: Iterable[str]) -> None:
        """``staff``: full names of all who work here; ``known``: of those in the person's file, also by one name."""
        self.hidden = 0
        self._kept = {phrase for name in staff for phrase in _either(_folded(name))}
        self._kept |= {(word,) for name in known for word in _folded(name)}
        self._kept |= set(_phrases(own))
        other = [person for person in people if person["id"] != own["id"]]
        self._numbers = {number for person in other for number in _numbers(person)} - _numbers(own)
        self._by_first: defaultdict[str, set[Phrase]] = defaultdict(set)
        self._alone: set[Phrase] = set()
        for person in other:
            for phrase in _phrases(person):
                self._by_first[phrase[0]].add(phrase)
            self._alone |= _alone(person)
        for phrase in self._kept:
            self._by_first[phrase[0]].add(phrase)

    def without(self, text: str, instead: str) -> str:
        """The text with ``instead`` in the place of each name or number of somebody else."""
        text = unicodedata.normalize("NFC", text)  # an accent of its own would cut a word in two
        pieces, done = [], 0
        for start, end in sorted([*self._named(text), *self._numbered(text)]):
            if start >= done:
                pieces += [text[done:start], instead]
                done = end
                self.hidden += 1
        return "".join(pieces) + text[done:]

    def _named(self, text: str) -> Iterator[tuple[int, int]]:
        words = [_word(found) for found in WORD.finditer(text)]
        place = 0
        while place < len(words):
            phrase = self._at(text, words, place)
            if phrase and phrase not in self._kept:
                yield words[place].start, words[place + len(phrase) - 1].end
            place += len(phrase) or 1

    def _at(self, text: str, words: list[_Word], place: int) -> Phrase:
        """The longest name that begins with this word, one that is kept before one that is not."""
        found = [
            phrase for phrase in self._by_first.get(words[place].text, ()) if self._stands(text, words, place, phrase)
        ]
        return max(found, key=lambda phrase: (len(phrase), phrase in self._kept), default=())

    def _stands(self, text: str, words: list[_Word], place: int, phrase: Phrase) -> bool:
        here = words[place : place + len(phrase)]
        if tuple(word.text for word in here) != phrase:
            return False
        if phrase in self._alone and not any(word.capital for word in here):
            return False
        return all(GAP.fullmatch(text, one.end, other.start) for one, other in pairwise(here))

    def _numbered(self, text: str) -> Iterator[tuple[int, int]]:
        if self._numbers:
            for found in NUMBER.finditer(text):
                yield from self._parts(found)

    def _parts(self, found: re.Match[str]) -> Iterator[tuple[int, int]]:
        """Neighbouring pieces that make somebody's number, however it was punctuated."""
        pieces = [(piece.start(), piece.end()) for piece in re.finditer(r"[0-9A-Za-z]+", found[0])]
        for first, (start, _) in enumerate(pieces):
            for _, end in pieces[first : first + 8]:
                if _bare(found[0][start:end]) in self._numbers:
                    yield found.start() + start, found.start() + end


def free_texts_changed(entity: str, document: Document, change: Callable[[str], str]) -> Document:
    """The document with every free text of it changed, a workshop's own fields included; codes and numbers stay."""
    made = _changed(ENTITIES[entity].fields, document, change)
    extensions = document.get("extensions")
    return made if extensions is None else {**made, "extensions": _loose(extensions, change)}


def _changed(fields: Mapping[str, Field], document: Document, change: Callable[[str], str]) -> Document:
    return {name: _value(fields[name], value, change) if name in fields else value for name, value in document.items()}


def _value(field: Field, value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, list):
        return [_value(field, inner, change) for inner in value]
    if isinstance(value, dict):
        return _changed(field.fields, value, change)
    return change(value) if isinstance(value, str) and field.widget in FREE else value


def _loose(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {name: _loose(inner, change) for name, inner in value.items()}
    if isinstance(value, list):
        return [_loose(inner, change) for inner in value]
    return change(value) if isinstance(value, str) else value


def _names(person: Document) -> tuple[Phrase, Phrase]:
    return _folded(person.get("family_name") or ""), _folded(person.get("given_name") or "")


def _phrases(person: Document) -> Iterator[Phrase]:
    """A person's names: each alone, both in either order; of several given names the first one alone too."""
    family, given = _names(person)
    both = {(*family, *given), (*given, *family), (*given[:1], *family), (*family, *given[:1])}
    yield from (phrase for phrase in both | _alone(person) if len("".join(phrase)) > 1)


def _alone(person: Document) -> set[Phrase]:
    family, given = _names(person)
    return {family, given, given[:1]}


def _either(name: Phrase) -> Iterator[Phrase]:
    """A full name as it is written, and with its first word last."""
    if name:
        yield name
        yield (*name[1:], name[0])


def _numbers(person: Document) -> set[str]:
    found = {_bare(person.get(name) or "") for name in NUMBERS}
    return {number for number in found if len(number) >= SHORTEST}


def _bare(number: str) -> str:
    return re.sub(r"[^0-9A-Za-z]", "", number).upper()


def _word(found: re.Match[str]) -> _Word:
    text = found[0]
    return _Word(_fold(text), text[0].isupper(), found.start(), found.end())


def _folded(name: str) -> Phrase:
    return tuple(_fold(found[0]) for found in WORD.finditer(name))


def _fold(word: str) -> str:
    """Without accents and capitals."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
