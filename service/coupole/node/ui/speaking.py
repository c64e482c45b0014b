"""Whoever says something in a reader's language: a page to its visitor, a letter to whom it goes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from coupole.web.languages import Language
from coupole.web.pages import Pages


class Speaker(Protocol):
    """What words are asked of."""

    @property
    def language(self) -> Language:
        """The reader's language."""

    @property
    def today(self) -> date:
        """The reader's day."""

    def gettext(self, text: str, **values: object) -> str:
        """The text in the reader's language, with ``values`` in their ``%(name)s`` places."""

    def ngettext(self, one: str, more: str, number: int, **values: object) -> str:
        """The text for that number of things, which ``%(num)s`` shows."""


@dataclass(frozen=True, slots=True)
class Writer:
    """A speaker without a request: writes to somebody who is not there."""

    pages: Pages
    language: Language
    today: date

    def gettext(self, text: str, **values: object) -> str:
        """The text in the reader's language, with ``values`` in their ``%(name)s`` places."""
        return self.pages.translated(self.language, text) % values

    def ngettext(self, one: str, more: str, number: int, **values: object) -> str:
        """The text for that number of things, which ``%(num)s`` shows."""
        return self.pages.translated_number(self.language, one, more, number) % {"num": number, **values}
