"""Single values between the document and what stands in a form: numbers with a comma, euros, dates.

What cannot be read stays as it was typed: the schema then says what is wrong with it, and the form shows it again.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from babel.numbers import get_decimal_symbol

from coupole.node.ui.forms.kinds import Kind
from coupole.standard.entities import Field

COMMA = {"en": "."}
"""The sign before decimals, by language; a comma in all others."""


def written(value: Any, kind: Kind, language: str) -> str:
    """The value as a form shows it."""
    if value is None:
        return ""
    if kind == "money" and isinstance(value, int):
        return _decimal(Decimal(value) / 100, language, 2)
    if kind == "number" and isinstance(value, int | float) and not isinstance(value, bool):
        return _decimal(Decimal(str(value)), language)
    return str(value)


def understood(text: str, kind: Kind, field: Field, language: str) -> Any:
    """The value somebody typed; the text itself when it is not one of that kind, none when nothing was typed."""
    typed = text.replace("\r\n", "\n") if kind == "textarea" else " ".join(text.split())
    if not typed.strip():
        return None
    if kind == "money":
        amount = number(typed, language)
        exact = amount is not None and amount * 100 == int(amount * 100)
        return int(amount * 100) if amount is not None and exact else typed
    if kind == "number":
        found = number(typed, language)
        if found is None:
            return typed
        return int(found) if found == int(found) else typed if field.value.get("type") == "integer" else float(found)
    return date(typed) if kind == "date" else typed


def number(text: str, language: str) -> Decimal | None:
    """A number as people of that language write it: ``22,5`` and ``1.250,00``; ``22.5`` is understood as well."""
    plain = re.sub(r"[\s\u00a0\u202f'’€]", "", text).replace("−", "-")
    if not re.fullmatch(r"-?[0-9][0-9.,]{0,30}", plain):
        return None
    sign = COMMA.get(language, ",")
    other = "." if sign == "," else ","
    if re.fullmatch(rf"-?[1-9][0-9]{{0,2}}(?:\{other}[0-9]{{3}})+(?:\{sign}[0-9]+)?", plain):
        plain = plain.replace(other, "")  # groups of a thousand
    plain = plain.replace(sign, ".") if sign in plain else plain.replace(other, ".")
    return Decimal(plain) if re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", plain) else None


def date(text: str) -> str:
    """A day as the standard writes it, from ``2026-03-01`` or ``1/3/2026``; any other text as it is."""
    found = re.fullmatch(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})", text)
    return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}" if found else text


def partial_date(year: str, month: str, day: str) -> str | None:
    """A year, a month or a day from its parts; none when all are empty, the parts as typed when they make no date."""
    given = [part.strip() for part in (year, month, day)]
    if not any(given):
        return None
    kept = [part.zfill(2) if at and part.isdecimal() else part for at, part in enumerate(given)]
    while kept and not kept[-1]:
        kept.pop()
    return "-".join(kept)


def _decimal(value: Decimal, language: str, places: int | None = None) -> str:
    text = f"{value:.{places}f}" if places is not None else f"{value.normalize():f}"
    return text.replace(".", get_decimal_symbol(language))
