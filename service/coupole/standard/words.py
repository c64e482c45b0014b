"""What the figures of a catalogue are called: measures, bands, dimensions and their codes, in the reader's language."""

from __future__ import annotations

from babel.numbers import format_decimal

from coupole.standard import rates
from coupole.standard.catalogue import Catalogue, Dimension, Indicator
from coupole.standard.codes import code_list

WORDS: dict[str, dict[str, str]] = {
    "total": {"en": "Total", "nl": "Totaal", "fr": "Total", "it": "Totale"},
    "count": {"en": "Number", "nl": "Aantal", "fr": "Nombre", "it": "Numero"},
    "num": {"en": "Numerator", "nl": "Teller", "fr": "Numérateur", "it": "Numeratore"},
    "den": {"en": "Denominator", "nl": "Noemer", "fr": "Dénominateur", "it": "Denominatore"},
    "rate": {"en": "Rate", "nl": "Verhouding", "fr": "Taux", "it": "Tasso"},
    "members": {"en": "Members", "nl": "Leden", "fr": "Membres", "it": "Membri"},
    "n": {"en": "Observations", "nl": "Waarnemingen", "fr": "Observations", "it": "Osservazioni"},
    "sum": {"en": "Sum", "nl": "Som", "fr": "Somme", "it": "Somma"},
    "mean": {"en": "Mean", "nl": "Gemiddelde", "fr": "Moyenne", "it": "Media"},
    "unknown": {"en": "Unknown", "nl": "Onbekend", "fr": "Inconnu", "it": "Sconosciuto"},
    "sum_num": {"en": "Numerator", "nl": "Teller", "fr": "Numérateur", "it": "Numeratore"},
    "sum_den": {"en": "Denominator", "nl": "Noemer", "fr": "Dénominateur", "it": "Denominatore"},
    "sumsq": {"en": "Sum of squares", "nl": "Som van kwadraten", "fr": "Somme des carrés", "it": "Somma dei quadrati"},
    "none": {"en": "in no band", "nl": "in geen klasse", "fr": "dans aucune tranche", "it": "in nessuna fascia"},
    "not_settled": {
        "en": "not settled yet, from {day}",
        "nl": "staat nog niet vast, wel vanaf {day}",
        "fr": "pas encore définitif, à partir du {day}",
        "it": "non ancora definitivo, dal {day}",
    },
}


def not_settled(day: str, language: str) -> str:
    """That a figure is not settled, and from which day it is."""
    return WORDS["not_settled"][language].format(day=day)


def measure_word(indicator: Indicator, measure: str, language: str) -> str:
    """What a part or a derived measure of an indicator is called."""
    if measure.startswith("band_"):
        place = int(measure.removeprefix("band_")) - 1
        # One part more than there are bands holds what cannot be put into any.
        if place >= len(indicator.bands):
            return WORDS["unknown"][language]
        say = amounts if indicator.unit == "money" else band
        said = say(*indicator.bands[place])
        return said if language == "en" else said.replace(".", ",")
    known = WORDS.get(measure)
    return known[language] if known else measure


HUNDREDTHS = 100
"""Money is kept in cents and hours in hundredths; people read euros and hours."""


def is_amount(measure: str) -> bool:
    """Whether a measure is kept in hundredths: sums of money or hours, and their mean."""
    return measure.startswith("sum") or measure == "mean"


def heading(catalogue: Catalogue, indicator: Indicator, measure: str, language: str) -> str:
    """What stands over the figures of a measure, with its currency where it is money."""
    money = is_amount(measure) and indicator.unit.startswith("money")
    return measure_word(indicator, measure, language) + (f" ({catalogue.currency})" if money else "")


def figure(value: float, measure: str, language: str) -> str:
    """A figure as people read it and as the language writes it."""
    if is_amount(measure):
        return str(format_decimal(value / HUNDREDTHS, format="#,##0.00", locale=language))
    return str(format_decimal(value, locale=language))


def band(low: int | None, high: int | None) -> str:
    """A band of whole numbers, from ``low`` (included) to ``high`` (not included); none is open."""
    if high is None:
        return f"{low}+"
    last = high - 1
    return f"≤ {last}" if low is None else str(low) if low == last else f"{low}–{last}"


def amounts(low: int | None, high: int | None) -> str:
    """A band of amounts of money, given in the smallest unit, as ``band`` has it: from nothing where none is named."""
    first = f"{(low or 0) / 100:.2f}".removesuffix(".00")
    return f"{first}+" if high is None else f"{first}–{(high - 1) / 100:.2f}"


def rate_word(level: str, language: str) -> str:
    """What a level is called that members are counted in by their rate; several that are shown as one are one band."""
    if level == rates.NONE:
        return WORDS[rates.NONE][language]
    low, high = rates.limits(level)
    return f"{low}–{high}" + ("\u202f%" if language == "fr" else "%")


def code_word(dimension: Dimension | None, code: str, language: str) -> str:
    """What a code of a dimension is called; the code itself where nobody gave it a word."""
    if dimension is None:
        return WORDS["total"][language]
    if code in dimension.labels:
        return dimension.labels[code].get(language, dimension.labels[code]["en"])
    if dimension.list and code in code_list(dimension.list).items:
        return code_list(dimension.list).labels(code, language)
    return WORDS["unknown"][language] if code == dimension.unknown else code


def dimension_word(dimension: Dimension | None, language: str) -> str:
    """What a dimension is called."""
    return WORDS["total"][language] if dimension is None else dimension.title.get(language, dimension.title["en"])
