"""Reads the cells of a table, as a ``$column`` of a mapping says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from math import isfinite
from typing import Any

from coupole.errors import CoupoleError

JSON = Any

BOOLEANS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


class CellRefused(CoupoleError):
    """A cell does not hold what the mapping expects there."""

    def __init__(self, finding: str) -> None:
        super().__init__()
        self.finding = finding


def reader(template: Mapping[str, JSON]) -> Callable[[str], JSON]:
    """What reads the cells of a ``$column``, none of them empty. It raises ``CellRefused``."""
    if "$codes" in template:
        return partial(_read_code, template["$codes"])
    if "$date" in template:
        forms = [template["$date"]] if isinstance(template["$date"], str) else template["$date"]
        lengths = [_precision(form) if template.get("$partial") else 10 for form in forms]
        return partial(_read_date, list(zip(forms, lengths, strict=True)))
    return _READERS[template.get("$as", "text")]


def _read_code(codes: Mapping[str, JSON], text: str) -> JSON:
    if text not in codes:
        raise CellRefused("cell_not_in_codes")
    return codes[text]


def _read_date(forms: Sequence[tuple[str, int]], text: str) -> str:
    for form, length in forms:
        day = _day(text, form)
        if day is not None:
            return day[:length]
    raise CellRefused("cell_not_a_date")


def _precision(form: str) -> int:
    """How much of YYYY-MM-DD a form knows."""
    return 10 if "%d" in form else 7 if "%m" in form else 4


@lru_cache(maxsize=4096)
def _day(text: str, form: str) -> str | None:
    """A table holds the same few days again and again, and ``strptime`` is slow."""
    try:
        # A calendar date has no time zone; strptime is only the reader of its form.
        return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007
    except ValueError:
        return None


def _read_integer(text: str) -> int:
    if not text.lstrip("-").isdecimal():
        raise CellRefused("cell_not_a_number")
    return int(text)


def _read_number(text: str) -> float:
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        raise CellRefused("cell_not_a_number") from None
    if not isfinite(found):  # Python reads "nan" and "inf" as numbers; no document can hold them
        raise CellRefused("cell_not_a_number")
    return found


def _read_boolean(text: str) -> bool:
    if text.lower() not in BOOLEANS:
        raise CellRefused("cell_not_yes_or_no")
    return BOOLEANS[text.lower()]


_READERS: dict[str, Callable[[str], JSON]] = {
    "text": str,
    "integer": _read_integer,
    "number": _read_number,
    "boolean": _read_boolean,
}
