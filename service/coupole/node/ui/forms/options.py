"""Choices that are the same everywhere: countries, languages, currencies, units of time, by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from babel import Locale

from coupole.web.translations import marked

Options = tuple[tuple[str, str], ...]
"""Codes with what they are called."""

NEAR = ("BE", "FR", "IT", "NL")
"""Countries that stand first in a list."""
STATELESS = {"en": "Stateless", "nl": "Staatloos", "fr": "Apatride", "it": "Apolide"}
SPOKEN = (
    *("nl", "fr", "it", "en", "de", "ar", "tr", "es", "pt", "ro", "bg", "pl", "ru", "uk", "sq", "sr", "hr", "bs", "el"),
    *(
        "hu",
        "cs",
        "sk",
        "lt",
        "lv",
        "fa",
        "ps",
        "ur",
        "hi",
        "bn",
        "pa",
        "ta",
        "te",
        "ne",
        "si",
        "ku",
        "ckb",
        "am",
        "ti",
    ),
    *("so", "om", "ff", "wo", "bm", "ha", "yo", "ig", "sw", "ln", "rw", "mg", "zh", "ja", "ko", "vi", "th", "tl", "id"),
    *("ti", "ms", "ka", "hy", "az", "he", "rom", "ber", "kab"),
)
"""Languages one may meet in a workshop; any other a document has is added to the list."""
CURRENCIES = ("EUR", "CHF", "GBP", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON", "BGN", "USD")
REGISTERS: Options = (
    ("0208", "BE: KBO · BCE"),
    ("0009", "FR: SIRET"),
    ("0002", "FR: SIREN"),
    ("0211", "IT: partita IVA"),
    ("0210", "IT: codice fiscale"),
    ("0201", "IT: codice IPA"),
    ("0106", "NL: KvK"),
    ("0190", "NL: OIN"),
    ("0088", "GLN"),
    ("0199", "LEI"),
)
"""Registers of organisations by the names they have in their own country, with their codes of ISO 6523."""
UNITS = (("M", marked("months")), ("W", marked("weeks")), ("D", marked("days")))


@cache
def countries(language: str) -> Options:
    """Every country by its name, the nearest first."""
    names = Locale(language).territories
    found = {code: str(name) for code, name in names.items() if len(code) == 2 and code.isalpha() and code not in ODD}
    near = [(code, found.pop(code)) for code in NEAR]
    return (*near, *sorted(found.items(), key=lambda one: one[1]), ("XA", STATELESS[language]))


ODD = ("EU", "EZ", "UN", "XA", "XB", "ZZ", "QO")
"""Codes of the list of names that are no country."""


@cache
def languages(language: str) -> Options:
    """Languages by their names."""
    names = Locale(language).languages
    return tuple(sorted(((code, str(names.get(code, code))) for code in SPOKEN), key=lambda one: one[1].casefold()))


def registers(language: str) -> Options:
    """Registers of organisations; they are called the same in every language."""
    return REGISTERS


@cache
def currencies(language: str) -> Options:
    """Currencies by their names, the euro first."""
    names = Locale(language).currencies
    return tuple((code, f"{names.get(code, code)} ({code})") for code in CURRENCIES)


LISTED: Mapping[str, Callable[[str], Options]] = {
    "country": countries,
    "countries": countries,
    "language": languages,
    "currency": currencies,
    "register": registers,
}
"""What a field lets choose from, by how it is asked for."""
