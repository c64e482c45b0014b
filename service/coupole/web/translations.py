"""What pages say in the reader's language: gettext catalogues (``nl.po``, ``fr.po``, ``it.po``) beside the templates.

English stands in the templates and in the code and is the key. The files are read as they are when a service starts:
nothing is compiled, nothing is kept twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from coupole.web.languages import LANGUAGES, Language

TRANSLATED: tuple[Language, ...] = tuple(language for language in LANGUAGES if language != "en")
Words = Mapping[Language, Translations]


def marked(text: str) -> str:
    """The text itself: tells the collector of strings that a page will show it by ``gettext``."""
    return text


@cache
def read(*folders: Path) -> Words:
    """The words of these folders and all below them, by language."""
    return MappingProxyType({language: _read(language, folders) for language in LANGUAGES})


def _read(language: Language, folders: tuple[Path, ...]) -> Translations:
    words = _translations(None, language)
    for folder in folders:
        for file in sorted(folder.rglob(f"{language}.po")):
            words.merge(_translations(file, language))
    return words


def _translations(file: Path | None, language: Language) -> Translations:
    text = BytesIO() if file is None else BytesIO(file.read_bytes())
    compiled = BytesIO()
    write_mo(compiled, read_po(text, locale=language))
    compiled.seek(0)
    return Translations(compiled)
