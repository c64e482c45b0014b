"""The few words a published table needs beside those of the catalogue and the code lists."""

from __future__ import annotations

from coupole.standard.catalogue import Dimension, Indicator
from coupole.standard.codes import code_list

Texts = dict[str, str]

WORDS: dict[str, Texts] = {
    "total": {"en": "Total", "nl": "Totaal", "fr": "Total", "it": "Totale"},
    "period": {"en": "Period", "nl": "Periode", "fr": "Période", "it": "Periodo"},
    "breakdown": {"en": "Breakdown", "nl": "Uitsplitsing", "fr": "Ventilation", "it": "Ripartizione"},
    "measure": {"en": "Measure", "nl": "Maat", "fr": "Mesure", "it": "Misura"},
    "count": {"en": "Number", "nl": "Aantal", "fr": "Nombre", "it": "Numero"},
    "num": {"en": "Numerator", "nl": "Teller", "fr": "Numérateur", "it": "Numeratore"},
    "den": {"en": "Denominator", "nl": "Noemer", "fr": "Dénominateur", "it": "Denominatore"},
    "rate": {"en": "Rate", "nl": "Verhouding", "fr": "Taux", "it": "Tasso"},
    "n": {"en": "Observations", "nl": "Waarnemingen", "fr": "Observations", "it": "Osservazioni"},
    "sum": {"en": "Sum", "nl": "Som", "fr": "Somme", "it": "Somma"},
    "mean": {"en": "Mean", "nl": "Gemiddelde", "fr": "Moyenne", "it": "Media"},
    "unknown": {"en": "Unknown", "nl": "Onbekend", "fr": "Inconnu", "it": "Sconosciuto"},
    "not_settled": {
        "en": "not settled yet, from {day}",
        "nl": "staat nog niet vast, wel vanaf {day}",
        "fr": "pas encore définitif, à partir du {day}",
        "it": "non ancora definitivo, dal {day}",
    },
    "noise": {
        "en": (
            "Every member changes each figure by a few at random before it leaves, so that nobody can be recognised: "
            "a total is at most the stated bound away from the exact one, and parts do not add up exactly. A member "
            "that did not answer, or hides a figure, is not in the total: the coverage says how many are."
        ),
        "nl": (
            "Elk lid wijzigt elk cijfer willekeurig met enkele eenheden voor het vertrekt, zodat niemand herkenbaar "
            "is: een totaal ligt hoogstens de vermelde grens van het exacte, en delen tellen niet precies op. Een lid "
            "dat niet antwoordde of een cijfer verbergt, zit niet in het totaal: de dekking zegt hoeveel erin zitten."
        ),
        "fr": (
            "Chaque membre modifie chaque chiffre au hasard de quelques unités avant qu'il ne parte, pour que personne "
            "ne soit reconnaissable : un total s'écarte de l'exact au plus de la borne indiquée, et les parties ne "
            "s'additionnent pas exactement. Un membre qui n'a pas répondu, ou masque un chiffre, n'est pas dans le "
            "total : la couverture dit combien y sont."
        ),
        "it": (
            "Ogni membro modifica a caso di poche unità ogni dato prima che parta, perché nessuno sia riconoscibile: "
            "un totale si scosta dall'esatto al più del limite indicato, e le parti non si sommano esattamente. Un "
            "membro che non ha risposto, o nasconde un dato, non è nel totale: la copertura dice quanti vi sono."
        ),
    },
}


def word(name: str, language: str) -> str:
    """One of the words above."""
    return WORDS[name][language]


def not_settled(day: str, language: str) -> str:
    """That a figure is not settled, and from which day it is."""
    return word("not_settled", language).format(day=day)


def measure_word(indicator: Indicator, measure: str, language: str) -> str:
    """What a part or a derived measure of an indicator is called."""
    if measure.startswith("band_"):
        place = int(measure.removeprefix("band_")) - 1
        # One part more than there are bands holds what cannot be put into any.
        return band(*indicator.bands[place]) if place < len(indicator.bands) else word("unknown", language)
    base, _, rest = measure.partition("_")
    known = WORDS.get(measure) or WORDS.get(base)
    return f"{known[language]} {rest}".strip() if known else measure


def band(low: int | None, high: int | None) -> str:
    """A band of whole numbers, from ``low`` (included) to ``high`` (not included); none is open."""
    if high is None:
        return f"{low}+"
    last = high - 1
    return f"≤ {last}" if low is None else str(low) if low == last else f"{low}–{last}"


def code_word(dimension: Dimension | None, code: str, language: str) -> str:
    """What a code of a dimension is called; the code itself where nobody gave it a word."""
    if dimension is None:
        return word("total", language)
    if code in dimension.labels:
        return dimension.labels[code].get(language, dimension.labels[code]["en"])
    if dimension.list and code in code_list(dimension.list).items:
        return code_list(dimension.list).labels(code, language)
    return word("unknown", language) if code == dimension.unknown else code


def dimension_word(dimension: Dimension | None, language: str) -> str:
    """What a dimension is called."""
    return word("total", language) if dimension is None else dimension.title.get(language, dimension.title["en"])
