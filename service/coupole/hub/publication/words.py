"""The few words a published table needs beside those of ``coupole.standard.words``."""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "period": {"en": "Period", "nl": "Periode", "fr": "Période", "it": "Periodo"},
    "breakdown": {"en": "Breakdown", "nl": "Uitsplitsing", "fr": "Ventilation", "it": "Ripartizione"},
    "measure": {"en": "Measure", "nl": "Maat", "fr": "Mesure", "it": "Misura"},
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
