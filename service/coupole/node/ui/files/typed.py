"""What a form holds: read once with everything that is wrong in it, and shown again as it was typed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from starlette.datastructures import FormData

from coupole.errors import CoupoleError, Finding
from coupole.standard.codes import code_list

LONGEST_LINE = 200
LONGEST_NOTE = 20_000


class FormIncomplete(CoupoleError):
    """Something in this form is missing or cannot be read."""


class Reader:
    """Reads the fields of a form one by one; what is wrong is kept until ``done``."""

    def __init__(self, form: FormData) -> None:
        self._form = form
        self.findings: list[Finding] = []

    def text(self, name: str, *, needed: bool = False, most: int = LONGEST_LINE) -> str | None:
        """A text without spaces around it; none when it is empty."""
        value = self._form.get(name)
        text = value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""
        if len(text) > most:
            self._wrong("too_long", name, limit=most)
        if needed and not text:
            self._wrong("required_missing", name)
        return text or None

    def note(self, name: str, *, needed: bool = False) -> str | None:
        """A long text."""
        return self.text(name, needed=needed, most=LONGEST_NOTE)

    def day(self, name: str, *, needed: bool = False) -> str | None:
        """A date as a document keeps it."""
        text = self.text(name, needed=needed)
        if text is None:
            return None
        try:
            if len(text) == 10:
                return date.fromisoformat(text).isoformat()
        except ValueError:
            pass
        self._wrong("date_invalid", name)
        return None

    def code(self, name: str, codes: str, *, needed: bool = False) -> str | None:
        """A code of a list."""
        return self.one_of(name, code_list(codes).ids, needed=needed, named=codes)

    def one_of(self, name: str, choices: Collection[str], *, needed: bool = False, named: str = "…") -> str | None:
        """One of these; ``named``: what the list of them is called."""
        text = self.text(name, needed=needed)
        if text is None or text in choices:
            return text
        self._wrong("code_unknown", name, list=named)
        return None

    def whole(self, name: str, lowest: int, highest: int, *, needed: bool = False) -> int | None:
        """A whole number."""
        text = self.text(name, needed=needed)
        if text is None:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            self._wrong("type_wrong", name, expected="number")
        elif int(text) < lowest:
            self._wrong("below_minimum", name, limit=lowest)
        elif int(text) > highest:
            self._wrong("above_maximum", name, limit=highest)
        else:
            return int(text)
        return None

    def number(self, name: str, lowest: float, highest: float) -> float | None:
        """A number with a comma or a point."""
        text = self.text(name)
        if text is None:
            return None
        try:
            value = float(text.replace(",", ".")) if len(text) < 10 else float("nan")
        except ValueError:
            value = float("nan")
        if lowest <= value <= highest:
            return int(value) if value == int(value) else value
        self._wrong("type_wrong", name, expected=f"{lowest}–{highest}")
        return None

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return name in self._form

    def many(self, name: str) -> list[str]:
        """All values of a field."""
        return [value for value in self._form.getlist(name) if isinstance(value, str)]

    def keys(self, prefix: str) -> list[str]:
        """The keys of the rows of a part, such as 0 and 2 of ``added.0.wording`` and ``added.2.domain``."""
        return keys(self._form, prefix)

    def expected(self, record: str) -> int:
        """The revision of a record that the form was made from; 0, which nothing ever has, when it does not say."""
        text = self._form.get(f"expect.{record}")
        return int(text) if isinstance(text, str) and text.isdecimal() and len(text) < 10 else 0

    def wrong(self, code: str, name: str, **words: str | int) -> None:
        """Keep something that is wrong with a field."""
        self._wrong(code, name, **words)

    def done(self) -> None:
        """Raise ``FormIncomplete`` when anything was wrong."""
        if self.findings:
            raise FormIncomplete(findings=self.findings)

    def _wrong(self, code: str, name: str, **words: str | int) -> None:
        self.findings.append(Finding(code, f"/{name}", params=dict(words)))


def keys(form: FormData, prefix: str) -> list[str]:
    """The keys of the rows of a part of a form, in the order of the form."""
    parts = (name.split(".") for name in form if name.startswith(f"{prefix}."))
    return list(dict.fromkeys(part[1] for part in parts if len(part) > 2 and part[1].isalnum()))


@dataclass(frozen=True, slots=True)
class Filled:
    """What a form shows: what was typed, else what is proposed.

    ``kept_at``: when it was typed, for what is shown again on another day; ``just_kept``: whether it was kept just now.
    """

    proposed: Mapping[str, str | Collection[str]] = field(default_factory=dict)
    typed: FormData | None = None
    kept_at: datetime | None = None
    just_kept: bool = False

    def text(self, name: str, otherwise: str = "") -> str:
        """The value of a field; ``otherwise`` when nobody proposed any."""
        value = self.proposed.get(name, otherwise) if self.typed is None else self.typed.get(name, "")
        return value if isinstance(value, str) else ""

    def day(self, name: str) -> date | None:
        """The day in a field; none while it is empty or cannot be read."""
        try:
            return date.fromisoformat(self.text(name))
        except ValueError:
            return None

    def ticked(self, name: str, value: str = "on") -> bool:
        """Whether a box or a choice is on."""
        if self.typed is not None:
            return value in self.typed.getlist(name)
        chosen = self.proposed.get(name, ())
        return value == chosen if isinstance(chosen, str) else value in chosen

    def keys(self, prefix: str) -> list[str]:
        """The keys of the rows of a part that were typed."""
        return [] if self.typed is None else keys(self.typed, prefix)
