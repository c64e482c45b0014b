"""The strings of pages, collected from templates and code, beside what their catalogues say in each language.

``python -m tests.words`` brings every catalogue up to date: strings that are new stand there to be translated, strings
no longer said are gone. ``python -m tests.words node/ui/files`` does it for one group of pages.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

import coupole
from coupole.web.translations import TRANSLATED

ROOT = Path(coupole.__path__[0])
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "marked": None}
PLACE = re.compile(r"%(?:\(\w+\))?[sd%]")
METHODS = {".html": "jinja2.ext:babel_extract", ".py": "python"}
OPTIONS = {".html": {"silent": "false", "extensions": "jinja2.ext.i18n,jinja2.ext.do"}, ".py": {}}


@dataclass(frozen=True)
class Group:
    """A folder of pages with catalogues. ``deep``: the folders below belong to it."""

    folder: Path
    catalogues: Path
    deep: bool = True

    @property
    def name(self) -> str:
        return self.folder.relative_to(ROOT).as_posix()

    def files(self) -> Iterator[Path]:
        for path in sorted(self.folder.rglob("*") if self.deep else self.folder.iterdir()):
            if path.suffix in METHODS:
                yield path


def groups() -> list[Group]:
    """Every group of pages there is."""
    desk = ROOT / "node" / "ui"
    below = [path for path in sorted(desk.iterdir()) if path.is_dir() and path.name not in ("static", "__pycache__")]
    return [
        Group(ROOT / "web", ROOT / "web" / "templates"),
        Group(ROOT / "hub" / "ui", ROOT / "hub" / "ui" / "templates"),
        Group(desk, desk, deep=False),
        *(Group(path, path) for path in below),
    ]


def collected(group: Group) -> dict[str, Message]:
    """The strings of a group by their English (the singular of two)."""
    found: dict[str, Message] = {}
    for path in group.files():
        kind = path.suffix
        with path.open("rb") as text:
            for _, words, _, _ in extract(METHODS[kind], text, KEYWORDS, (), OPTIONS[kind]):
                message = Message(words)
                found[message.id if isinstance(message.id, str) else message.id[0]] = message
    found.pop("", None)
    return found


def catalogue(group: Group, language: str) -> Catalog:
    """The catalogue of a group; an empty one where there is none."""
    file = group.catalogues / f"{language}.po"
    if not file.is_file():
        return Catalog(language)
    with file.open("rb") as text:
        return read_po(text, locale=language, abort_invalid=True)


def faults(group: Group, language: str) -> list[str]:
    """All that is wrong with a catalogue, in words."""
    strings, known = collected(group), catalogue(group, language)
    said = {key(message): message for message in known if message.id}
    wrong = [f"missing: {text}" for text in strings.keys() - said.keys()]
    wrong += [f"said nowhere: {text}" for text in said.keys() - strings.keys()]
    wrong += [f"obsolete: {text}" for text in known.obsolete]
    for text in strings.keys() & said.keys():
        wrong += _faults(strings[text], said[text])
    return sorted(f"{group.name} {language}: {one}" for one in wrong)


def _faults(said: Message, message: Message) -> Iterator[str]:
    texts = message.string if isinstance(message.string, tuple) else (message.string,)
    if message.fuzzy:
        yield f"fuzzy: {key(message)}"
    if not all(texts):
        yield f"untranslated: {key(message)}"
        return
    if said.pluralizable != message.pluralizable:
        yield f"plural or not: {key(message)}"
    wanted = set(PLACE.findall(said.id[-1] if isinstance(said.id, tuple | list) else said.id))
    for text in texts:
        if set(PLACE.findall(text)) - {"%(num)s"} != wanted - {"%(num)s"}:
            yield f"places differ: {key(message)}"


def key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def bring_up_to_date(group: Group, language: str) -> int:
    """Write the catalogue with the strings there are now; how many wait for a translation."""
    strings, known = collected(group), catalogue(group, language)
    said = {key(message): message for message in known if message.id}
    fresh = Catalog(language, fuzzy=False)
    waiting = 0
    for text in sorted(strings, key=str.casefold):
        former = said.get(text)
        string = former.string if former and former.pluralizable == strings[text].pluralizable else None
        fresh.add(strings[text].id, string)
        waiting += not string or not all(string)
    if not strings:
        return 0
    with (group.catalogues / f"{language}.po").open("wb") as file:
        write_po(file, fresh, width=0, omit_header=True, no_location=True)
    return waiting


def main(wanted: list[str]) -> None:
    for group in groups():
        if not wanted or group.name in wanted:
            for language in TRANSLATED:
                waiting = bring_up_to_date(group, language)
                print(f"{group.name} {language}: {waiting} to translate")


if __name__ == "__main__":
    main(sys.argv[1:])
