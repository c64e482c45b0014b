"""What coaches write down, in the languages of the five: objectives, minutes, reasons, topics. All class L."""

from __future__ import annotations

WORDINGS: dict[str, dict[str, str]] = {
    "nl": {
        "worker_role": "Elke dag op tijd komen en verwittigen bij afwezigheid",
        "performance": "Een halve dag in hetzelfde ritme werken",
        "relations": "Hulp vragen aan collega's en opmerkingen aanvaarden",
        "vocational": "Zelfstandig sorteren, wegen en inpakken volgens de werkkaart",
        "self_management": "De eigen dag plannen met de weekkaart",
        "job_search": "Cv in orde en twee sollicitaties per maand",
        "language_basic_skills": "Werkinstructies in het Nederlands begrijpen",
        "digital": "Zelf de uren ingeven op de tablet",
        "health": "Een vaste huisarts en afspraken nakomen",
        "housing": "Inschrijven bij de woonmaatschappij",
        "mobility": "Met de bus of de fiets naar het werk komen",
        "finance_admin": "Een budgetplan met de maatschappelijk werker",
        "family_care": "Vaste opvang voor de kinderen regelen",
        "social_participation": "Een keer per week deelnemen aan een groep in de buurt",
    },
    "fr": {
        "worker_role": "Arriver à l'heure chaque jour et prévenir en cas d'absence",
        "performance": "Tenir le rythme de l'équipe pendant une demi-journée",
        "relations": "Demander de l'aide et accepter les remarques",
        "vocational": "Suivre seul le mode opératoire du poste",
        "self_management": "Organiser sa journée avec le planning de la semaine",
        "job_search": "Un CV à jour et deux candidatures par mois",
        "language_basic_skills": "Comprendre les consignes écrites de l'atelier",
        "digital": "Saisir ses heures sur la tablette",
        "health": "Avoir un médecin traitant et tenir les rendez-vous",
        "housing": "Déposer une demande de logement social",
        "mobility": "Venir en bus ou à vélo, commencer le permis",
        "finance_admin": "Ouvrir les droits et établir un budget",
        "family_care": "Trouver une garde régulière pour les enfants",
        "social_participation": "Participer chaque semaine à une activité du quartier",
    },
    "it": {
        "worker_role": "Arrivare puntuale ogni giorno e avvisare in caso di assenza",
        "performance": "Mantenere il ritmo di lavoro per mezza giornata",
        "relations": "Chiedere aiuto ai colleghi e accettare le osservazioni",
        "vocational": "Svolgere da solo le lavorazioni della scheda di reparto",
        "self_management": "Organizzare la giornata con il piano settimanale",
        "job_search": "Curriculum aggiornato e due candidature al mese",
        "language_basic_skills": "Capire le consegne scritte in italiano",
        "digital": "Inserire le proprie ore sul tablet",
        "health": "Rispettare gli appuntamenti con il servizio",
        "housing": "Presentare la domanda di alloggio",
        "mobility": "Raggiungere la cooperativa in autobus o in bicicletta",
        "finance_admin": "Un bilancio mensile con l'assistente sociale",
        "family_care": "Organizzare la cura dei figli negli orari di lavoro",
        "social_participation": "Partecipare una volta alla settimana a un gruppo del quartiere",
    },
}
MINUTES = {
    "nl": ("Gaat vooruit; afspraken blijven.", "Moeilijke maand, extra gesprek gepland.", "Doelen besproken."),
    "fr": ("Progresse ; on garde le cap.", "Mois difficile, entretien prévu.", "Objectifs revus ensemble."),
    "it": ("In miglioramento; si prosegue.", "Mese difficile, colloquio fissato.", "Obiettivi rivisti insieme."),
}
CANCELLED = {
    "nl": ("begeleider ziek", "deelnemer afwezig", "uitgesteld door feestdag"),
    "fr": ("référent absent", "participant absent", "reporté, jour férié"),
    "it": ("operatore assente", "persona assente", "rinviato per festività"),
}
TOPICS = {
    "nl": ("nieuwe aanmeldingen", "doorstroom naar bedrijven", "vorming begeleiders", "veiligheid op de werkvloer"),
    "fr": ("nouvelles orientations", "passages en entreprise", "formation des encadrants", "sécurité à l'atelier"),
    "it": ("nuove segnalazioni", "passaggi in azienda", "formazione degli operatori", "sicurezza in reparto"),
}
