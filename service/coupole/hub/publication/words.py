"""The few words a published table needs beside those of ``coupole.standard.words``."""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "period": {"en": "Period", "nl": "Periode", "fr": "Période", "it": "Periodo"},
    "breakdown": {"en": "Breakdown", "nl": "Uitsplitsing", "fr": "Ventilation", "it": "Ripartizione"},
    "measure": {"en": "Measure", "nl": "Maat", "fr": "Mesure", "it": "Misura"},
    "noise": {
        "en": (
            "Every member changes each figure by a few at random before it leaves, so that nobody can be "
            "recognised: a total is at most the stated bound away from the exact one, and parts do not add up "
            "exactly. The variance stated is that of the figures above zero alone: a member's zero may stand for a "
            "few people, which the bound counts and the variance does not. A member that did not answer, or hides a"
            " figure, is not in the total: the coverage says how many are."
        ),
        "nl": (
            "Elk lid wijzigt elk cijfer willekeurig met enkele eenheden voor het vertrekt, zodat niemand herkenbaar"
            " is: een totaal ligt hoogstens de vermelde grens van het exacte, en delen tellen niet precies op. De "
            "vermelde variantie is die van de cijfers boven nul alleen: de nul van een lid kan voor enkele mensen "
            "staan, wat de grens meetelt en de variantie niet. Een lid dat niet antwoordde of een cijfer verbergt, "
            "zit niet in het totaal: de dekking zegt hoeveel erin zitten."
        ),
        "fr": (
            "Chaque membre modifie chaque chiffre au hasard de quelques unités avant qu'il ne parte, pour que "
            "personne ne soit reconnaissable : un total s'écarte de l'exact au plus de la borne indiquée, et les "
            "parties ne s'additionnent pas exactement. La variance indiquée est celle des seuls chiffres au-dessus "
            "de zéro : le zéro d'un membre peut cacher quelques personnes, ce que la borne compte et la variance "
            "non. Un membre qui n'a pas répondu, ou masque un chiffre, n'est pas dans le total : la couverture dit "
            "combien y sont."
        ),
        "it": (
            "Ogni membro modifica a caso di poche unità ogni dato prima che parta, perché nessuno sia "
            "riconoscibile: un totale si scosta dall'esatto al più del limite indicato, e le parti non si sommano "
            "esattamente. La varianza indicata è quella dei soli dati sopra lo zero: lo zero di un membro può "
            "nascondere alcune persone, che il limite conta e la varianza no. Un membro che non ha risposto, o "
            "nasconde un dato, non è nel totale: la copertura dice quanti vi sono."
        ),
    },
    "derived": {
        "en": (
            "A rate or a mean is one such total divided by another, so it is about right, not exact. None is shown "
            "where the divisor is below 20, or an amount smaller than its own noise; a rate that comes out above "
            "100 % is shown as 100 %."
        ),
        "nl": (
            "Een verhouding of gemiddelde is zo'n totaal gedeeld door een ander, dus ongeveer juist, niet exact. Er"
            " wordt er geen getoond als de deler kleiner is dan 20, of een bedrag kleiner dan zijn eigen ruis; een "
            "verhouding die boven 100 % uitkomt, wordt als 100 % getoond."
        ),
        "fr": (
            "Un taux ou une moyenne est un tel total divisé par un autre, donc à peu près juste, non exact. Aucun "
            "n'est montré si le diviseur est inférieur à 20, ou un montant plus petit que son propre bruit ; un "
            "taux qui dépasserait 100 % est montré à 100 %."
        ),
        "it": (
            "Un tasso o una media è un tale totale diviso per un altro, quindi all'incirca giusto, non esatto. Non "
            "se ne mostra nessuno se il divisore è inferiore a 20, o un importo minore del proprio rumore; un tasso"
            " che supererebbe il 100 % è mostrato come 100 %."
        ),
    },
}


def word(name: str, language: str) -> str:
    """One of the words above."""
    return WORDS[name][language]
