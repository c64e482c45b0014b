"""The words that files need: what columns are called, what kinds of figures there are, what to know of fine tables."""

from __future__ import annotations

from collections.abc import Mapping

Said = Mapping[str, Mapping[str, str]]

KINDS: Said = {
    "exact_zero": {
        "en": "Nobody: an exact zero",
        "nl": "Niemand: een exacte nul",
        "fr": "Personne : un zéro exact",
        "it": "Nessuno: uno zero esatto",
    },
    "exact": {"en": "Exact figure", "nl": "Exact cijfer", "fr": "Chiffre exact", "it": "Dato esatto"},
    "perturbed": {
        "en": "With noise: at most its bound away from the exact figure; 0 may stand for nobody or for a few",
        "nl": "Met ruis: hoogstens de grens van het exacte cijfer; 0 kan voor niemand of voor enkelen staan",
        "fr": "Avec bruit : à la borne près du chiffre exact ; 0 peut vouloir dire personne ou quelques-uns",
        "it": "Con rumore: al più il limite dal dato esatto; 0 può voler dire nessuno o pochi",
    },
    "derived": {
        "en": "One figure with noise divided by another",
        "nl": "Een cijfer met ruis gedeeld door een ander",
        "fr": "Un chiffre avec bruit divisé par un autre",
        "it": "Un dato con rumore diviso per un altro",
    },
    "hidden": {
        "en": "Left out: so few people that they could be recognised",
        "nl": "Weggelaten: zo weinig mensen dat ze herkenbaar zouden zijn",
        "fr": "Retiré : si peu de personnes qu’on pourrait les reconnaître",
        "it": "Tolto: così poche persone che si potrebbero riconoscere",
    },
    "withheld": {
        "en": "Withheld: members keep it to themselves or are too small to show it",
        "nl": "Achtergehouden: leden houden het voor zich of zijn te klein om het te tonen",
        "fr": "Retenu : des membres le gardent pour eux ou sont trop petits pour le montrer",
        "it": "Trattenuto: dei membri lo tengono per sé o sono troppo piccoli per mostrarlo",
    },
    "not_reported": {
        "en": "Not reported by any member",
        "nl": "Door geen enkel lid gemeld",
        "fr": "Communiqué par aucun membre",
        "it": "Non comunicato da alcun membro",
    },
    "not_settled": {
        "en": "Not settled yet: members may release it later",
        "nl": "Staat nog niet vast: leden mogen het later vrijgeven",
        "fr": "Pas encore définitif : les membres pourront le libérer plus tard",
        "it": "Non ancora definitivo: i membri potranno rilasciarlo più tardi",
    },
    "not_divided": {
        "en": "Too few to divide by",
        "nl": "Te weinig om door te delen",
        "fr": "Trop peu pour diviser",
        "it": "Troppo pochi per dividere",
    },
    "not_applicable": {
        "en": "Does not apply to any member",
        "nl": "Voor geen enkel lid van toepassing",
        "fr": "Sans objet pour tous les membres",
        "it": "Non applicabile ad alcun membro",
    },
    "not_apart": {
        "en": "Not counted apart in this period",
        "nl": "In deze periode niet apart geteld",
        "fr": "Non compté à part dans cette période",
        "it": "Non contato a parte in questo periodo",
    },
}
"""What a figure is, or why there is none."""

COLUMNS: Said = {
    "dataset": {"en": "Dataset", "nl": "Dataset", "fr": "Jeu de données", "it": "Insieme di dati"},
    "indicator": {"en": "Indicator", "nl": "Indicator", "fr": "Indicateur", "it": "Indicatore"},
    "title": {"en": "Title", "nl": "Titel", "fr": "Titre", "it": "Titolo"},
    "period": {"en": "Period", "nl": "Periode", "fr": "Période", "it": "Periodo"},
    "breakdown": {"en": "Breakdown", "nl": "Uitsplitsing", "fr": "Ventilation", "it": "Ripartizione"},
    "code": {"en": "Code", "nl": "Code", "fr": "Code", "it": "Codice"},
    "measure": {"en": "Measure", "nl": "Maat", "fr": "Mesure", "it": "Misura"},
    "value": {"en": "Figure", "nl": "Cijfer", "fr": "Chiffre", "it": "Dato"},
    "first_value": {
        "en": "As first published, if it was something else",
        "nl": "Zoals eerst gepubliceerd, als het anders was",
        "fr": "Tel que publié d’abord, s’il était autre",
        "it": "Come pubblicato all’inizio, se era diverso",
    },
    "changed_at": {"en": "Changed on", "nl": "Gewijzigd op", "fr": "Modifié le", "it": "Modificato il"},
    "changed_because": {
        "en": "Changed because, and of how many members",
        "nl": "Gewijzigd omdat, en van hoeveel leden",
        "fr": "Modifié parce que, et de combien de membres",
        "it": "Modificato perché, e di quanti membri",
    },
    "status": {"en": "Status", "nl": "Status", "fr": "Statut", "it": "Stato"},
    "kind": {"en": "Kind of figure", "nl": "Soort cijfer", "fr": "Nature du chiffre", "it": "Tipo di dato"},
    "members_in": {
        "en": "Members in it",
        "nl": "Leden die erin zitten",
        "fr": "Membres compris",
        "it": "Membri compresi",
    },
    "members_expected": {
        "en": "Members expected",
        "nl": "Verwachte leden",
        "fr": "Membres attendus",
        "it": "Membri attesi",
    },
    "members_hiding": {
        "en": "Members hiding it",
        "nl": "Leden die het verbergen",
        "fr": "Membres qui le masquent",
        "it": "Membri che lo nascondono",
    },
    "noise_bound": {
        "en": "At most so far from the exact figure",
        "nl": "Hoogstens zo ver van het exacte cijfer",
        "fr": "Écart maximal avec le chiffre exact",
        "it": "Scarto massimo dal dato esatto",
    },
    "noise_variance": {
        "en": "Variance of the noise",
        "nl": "Variantie van de ruis",
        "fr": "Variance du bruit",
        "it": "Varianza del rumore",
    },
    "settled_from": {
        "en": "Settled from",
        "nl": "Staat vast vanaf",
        "fr": "Définitif à partir du",
        "it": "Definitivo dal",
    },
    "nodes": {
        "en": "Members it speaks of",
        "nl": "Leden waarover het gaat",
        "fr": "Membres dont il parle",
        "it": "Membri di cui parla",
    },
    "catalogue": {"en": "Catalogue", "nl": "Catalogus", "fr": "Catalogue", "it": "Catalogo"},
    "version": {
        "en": "Version of the catalogue",
        "nl": "Versie van de catalogus",
        "fr": "Version du catalogue",
        "it": "Versione del catalogo",
    },
    "definition": {"en": "Definition", "nl": "Definitie", "fr": "Définition", "it": "Definizione"},
    "unit": {"en": "Unit", "nl": "Eenheid", "fr": "Unité", "it": "Unità"},
    "publisher": {"en": "Published by", "nl": "Gepubliceerd door", "fr": "Publié par", "it": "Pubblicato da"},
    "address": {"en": "Address", "nl": "Adres", "fr": "Adresse", "it": "Indirizzo"},
    "updated": {"en": "Updated", "nl": "Bijgewerkt", "fr": "Mis à jour", "it": "Aggiornato"},
    "licence": {"en": "Licence", "nl": "Licentie", "fr": "Licence", "it": "Licenza"},
    "notes": {"en": "To know", "nl": "Goed om te weten", "fr": "À savoir", "it": "Da sapere"},
}
"""What columns are called, and the lines of a page about a file."""

LABEL: Mapping[str, str] = {"en": "in words", "nl": "in woorden", "fr": "en toutes lettres", "it": "a parole"}
ABOUT: Mapping[str, str] = {"en": "About", "nl": "Over", "fr": "À propos", "it": "Informazioni"}
OPEN_DATA: Mapping[str, str] = {
    "en": "Open figures of {name}",
    "nl": "Open cijfers van {name}",
    "fr": "Chiffres ouverts de {name}",
    "it": "Dati aperti di {name}",
}
CATALOGUE: Mapping[str, str] = {
    "en": "Figures that workshops of this federation released, each with coverage, noise or why it is withheld.",
    "nl": "Cijfers die werkplaatsen van deze federatie vrijgaven, elk met dekking, ruis of reden van achterhouding.",
    "fr": "Chiffres libérés par les ateliers de cette fédération, chacun avec couverture, bruit ou motif de retenue.",
    "it": "Dati rilasciati dai laboratori della federazione, ognuno con copertura, rumore o motivo del trattenimento.",
}

SPANS: Said = {
    "day": {
        "en": "on the last day",
        "nl": "op de laatste dag",
        "fr": "au dernier jour",
        "it": "all’ultimo giorno",
    },
    "slot": {
        "en": "in this period",
        "nl": "in deze periode",
        "fr": "dans cette période",
        "it": "in questo periodo",
    },
    "year": {
        "en": "in the twelve months up to it",
        "nl": "in de twaalf maanden tot en met deze periode",
        "fr": "dans les douze mois jusqu’à cette période",
        "it": "nei dodici mesi fino a questo periodo",
    },
    "start": {
        "en": "since counting began",
        "nl": "sinds het tellen begon",
        "fr": "depuis le début du comptage",
        "it": "dall’inizio del conteggio",
    },
}
"""What a figure of a fine table is of."""

EXACT: Mapping[str, str] = {
    "en": "exact figures",
    "nl": "exacte cijfers",
    "fr": "chiffres exacts",
    "it": "dati esatti",
}

NOTES: Said = {
    "sealed": {
        "en": "Added up under seal: neither the federation nor the organisation that helps it has seen what any single "
        "member counts.",
        "nl": "Verzegeld opgeteld: noch de federatie, noch de organisatie die haar helpt, heeft gezien wat één lid "
        "telt.",
        "fr": "Additionné sous scellés : ni la fédération ni l’organisation qui l’aide n’a vu ce que compte un membre.",
        "it": "Sommato sotto sigillo: né la federazione né l’organizzazione che l’aiuta ha visto che cosa conta un "
        "singolo membro.",
    },
    "exact": {
        "en": "These figures are exact. Small ones are put together with a neighbour or left out.",
        "nl": "Deze cijfers zijn exact. Kleine zijn met een buur samengenomen of weggelaten.",
        "fr": "Ces chiffres sont exacts. Les petits sont regroupés avec un voisin ou retirés.",
        "it": "Questi dati sono esatti. I piccoli sono uniti a un vicino o tolti.",
    },
    "noisy": {
        "en": "Every figure is at most its bound away from the exact one, so that nobody can be recognised; parts do "
        "not add up exactly. A few may be nobody, and 0 may be a few.",
        "nl": "Elk cijfer ligt hoogstens zijn grens van het exacte, zodat niemand herkenbaar is; delen tellen niet "
        "precies op. Enkelen kan niemand zijn, en 0 kan voor enkelen staan.",
        "fr": "Chaque chiffre s’écarte de l’exact au plus de sa borne, pour que personne ne soit reconnaissable ; "
        "les parties ne s’additionnent pas exactement. Quelques-uns peut vouloir dire personne, et 0 quelques-uns.",
        "it": "Ogni dato si scosta dall’esatto al più del suo limite, perché nessuno sia riconoscibile; le parti non "
        "si sommano esattamente. Pochi può voler dire nessuno, e 0 può voler dire pochi.",
    },
    "silent": {
        "en": "A member that was silent stays in what there is on a day as it was counted last; what it did later "
        "is counted when it answers again, after three silent periods or more only together with two others "
        "in the same case.",
        "nl": "Een lid dat niet antwoordde, blijft in de stand van een dag zoals het laatst geteld is; wat het "
        "later deed, wordt geteld zodra het weer antwoordt, na drie perioden stilte of meer alleen samen "
        "met twee andere in hetzelfde geval.",
        "fr": "Un membre resté silencieux figure dans l’état d’un jour tel qu’il a été compté la dernière fois ; "
        "ce qu’il a fait depuis est compté dès qu’il répond à nouveau, mais après trois périodes de silence "
        "ou plus seulement avec deux autres dans le même cas.",
        "it": "Un membro rimasto in silenzio figura nella situazione di un giorno com’era all’ultimo conteggio; "
        "ciò che ha fatto dopo si conta quando risponde di nuovo, ma dopo tre periodi di silenzio o più "
        "solo insieme ad altri due nello stesso caso.",
    },
    "joined": {
        "en": "A member that joined later is in what there is on a day only with what changed since, until its "
        "opening balances are counted together with those of others.",
        "nl": "Een lid dat later toetrad, zit in de stand van een dag alleen met wat sindsdien veranderde, tot "
        "zijn beginstanden samen met die van andere geteld worden.",
        "fr": "Un membre arrivé plus tard ne figure dans l’état d’un jour que par ce qui a changé depuis, jusqu’à "
        "ce que ses soldes d’ouverture soient comptés avec ceux d’autres membres.",
        "it": "Un membro entrato più tardi figura nella situazione di un giorno solo con ciò che è cambiato da "
        "allora, finché i suoi saldi di apertura non sono contati insieme a quelli di altri.",
    },
    "least": {
        "en": "No rate is shown on fewer than 20.",
        "nl": "Op minder dan 20 wordt geen verhouding getoond.",
        "fr": "Aucun taux n’est montré sur moins de 20.",
        "it": "Su meno di 20 non si mostra alcun tasso.",
    },
}
"""What to know of fine tables."""
