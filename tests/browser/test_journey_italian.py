"""From the psychiatric service to a verified job, in Italian, through the pages alone: a file of a year and a half."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.walking import Walk, opened, set_up_code, windows

pytestmark = pytest.mark.browser
AGENCY, SERVICE = "Agenzia Arcobaleno", "Centro di salute mentale"
COOPERATIVE, ENTERPRISE, TOWN = "Cooperativa Il Faro", "Officine Berti", "Comune di Vicenza"
GIULIA, MARCO, ELENA, TUTOR = "Giulia Bianchi", "Marco Rossi", "Elena Conti", "Sara Berti"

CAPACITIES = 4
SCORES = (("Arrivo puntuale", "3"), ("Mantenere il ritmo", "2"), ("Riconoscere quando", "3"), ("Chiedere aiuto", "4"))
NEEDED = ("Arrivo puntuale", "Mantenere il ritmo", "Riconoscere quando", "Chiedere aiuto")
MOST_ACTS = 15
"""So many clicks and fields make a monthly meeting of under two minutes."""
MARCOS = ["Operatore della cooperativa ospitante", "Responsabile dell’inserimento della cooperativa"]


def test_from_the_psychiatric_service_to_a_verified_job(chromium: Browser, tmp_path: Path) -> None:
    about = {"node_id": "vicenza", "name": AGENCY, "country": "IT", "language": "it"}
    with (
        opened(tmp_path, "2027-01-11", **about) as (workshop, clock),
        windows(chromium, workshop, clock, "it", "it") as window,
    ):
        giulia = window("it-IT")
        begin(giulia)
        who_there_is(giulia)
        referral(giulia)
        plan(giulia)
        agreement_and_team(giulia)
        signed_and_prepared(giulia)
        cooperative(giulia)
        monthly_meeting(giulia)
        evaluation(giulia)
        objectives_achieved(giulia)
        enterprise(giulia)
        lost_and_found(giulia)
        verified(giulia)


def begin(walk: Walk) -> None:
    """The first administrator, with the code of the installation."""
    walk.begin("/set-up", GIULIA, "giulia", "quattro biciclette verdi in soffitta", set_up_code(walk.workshop))
    walk.heading("Codici di recupero")
    walk.picture("recovery")
    walk.go("Li ho; continua")
    walk.heading("Da fare")
    walk.reads("Qui non si accompagna ancora nessuno.", "Caricare un foglio di calcolo")
    walk.picture("empty")


def who_there_is(walk: Walk) -> None:
    """Organisations, professionals, and the account of the administrator as one of them."""
    walk.go("Organizzazioni")
    walk.heading("Organizzazioni")
    for number, (name, kind) in enumerate(
        (
            (AGENCY, "Agenzia di inserimento lavorativo"),
            (SERVICE, "Servizio sociale o sanitario"),
            (COOPERATIVE, "Cooperativa sociale di tipo B"),
            (ENTERPRISE, "Azienda ordinaria"),
            (TOWN, "Pubblica amministrazione"),
        )
    ):
        walk.go("Aggiungi un’organizzazione")
        expect(walk.labelled("Paese")).to_have_value("IT")
        walk.types("Nome", name)
        walk.ticks(kind)
        walk.press("Aggiungi: Identificativi")
        walk.chooses("Registro", "IT: partita IVA")
        walk.types("Numero", f"0001234567{number}")
        walk.press("Salva")
        walk.saved("Salvato.")
    walk.heading("Organizzazioni")
    walk.picture("organisations")
    walk.go("Operatori")
    for name, organisation, roles in (
        (GIULIA, AGENCY, ["Responsabile del progetto di inserimento"]),
        (MARCO, COOPERATIVE, MARCOS),
        (ELENA, SERVICE, ["Assistente sociale del servizio inviante"]),
        (TUTOR, ENTERPRISE, ["Tutor aziendale"]),
    ):
        walk.go("Aggiungi un operatore")
        walk.types("Nome", name)
        walk.chooses("Organizzazione", organisation)
        for role in roles:
            walk.ticks(role)
        if name == MARCO:
            walk.types("Formato il", "2026-05-04")
            walk.picture("professional")
        walk.press("Salva")
        walk.saved("Salvato.")
    walk.picture("professionals")
    walk.go("Altro")
    walk.picture("more")
    walk.go("Chi lavora qui")
    walk.go(GIULIA)
    walk.chooses("Nei fascicoli è", GIULIA)
    walk.picture("account")
    walk.press("Salva")
    walk.heading("Chi lavora qui")
    walk.picture("staff")


def referral(walk: Walk) -> None:
    """The psychiatric service refers somebody."""
    walk.arrives("2027-01-18")
    walk.go("Persone")
    walk.go("Aggiungi una persona")
    walk.types("Nome", "Luca")
    walk.types("Cognome", "Ferri")
    walk.types("Data di nascita", "1994-06-23")
    walk.chooses("Sesso", "Uomo")
    walk.types("Provincia (codice NUTS 3)", "ITH32")
    walk.ticks("La persona accetta di essere accompagnata e che si tenga questo fascicolo")
    walk.chooses("Tipo di servizio", "Dipartimento di salute mentale")
    walk.chooses("Servizio che segnala", SERVICE)
    walk.types("Seguito dal servizio dal", "2024-03-01")
    walk.chooses("Agenzia", AGENCY)
    expect(walk.labelled("Responsabile").locator("option:checked")).to_have_text(GIULIA)
    walk.chooses("Percorso", "Transizione al lavoro ordinario")
    walk.chooses("Programma", "Operazione FSE+")
    walk.types("Operazione o numero del programma", "FSE-VEN-2027-12")
    walk.picture("referral")
    walk.press("Apri il fascicolo")
    walk.heading("Luca Ferri")
    walk.picture("file-new")


def moved(walk: Walk, phase: str) -> None:
    """Send the change of phase and see that the file stands there."""
    walk.press("Cambia la fase")
    walk.heading("Luca Ferri")
    expect(walk.page.locator("main .badge").first).to_have_text(phase)


def plan(walk: Walk) -> None:
    """The plan as the pathway of the psychiatric service proposes it, changed with the person."""
    walk.go("Progetto individuale in elaborazione")
    moved(walk, "Progetto individuale in elaborazione")
    walk.arrives("2027-01-25")
    find(walk)
    walk.go("Progetto individuale")
    walk.picture("templates")
    walk.go("Persona seguita dal servizio psichiatrico")
    walk.picture("plan-proposed")
    walk.types("Con le parole della persona", "Arrivo puntuale e avviso se non posso venire.")
    for number in range(CAPACITIES):
        walk.page.locator(f"[name='capacity.{number}.level']").select_option("2")
    walk.chooses("Struttura ospitante", COOPERATIVE)
    walk.chooses("Contributo", "Borsa lavoro o di formazione")
    walk.chooses("Chi paga", "Azienda sanitaria")
    walk.types("Importo in EUR", "450")
    walk.chooses("Quante volte", "Al mese")
    walk.picture("plan-changed")
    walk.press("Salva la versione")
    walk.reads("Arrivo puntuale e avviso se non posso venire.", "non ancora firmato")
    walk.picture("plan")


def find(walk: Walk) -> None:
    """Three letters of a name find the file."""
    walk.page.get_by_role("searchbox").first.fill("fer")
    walk.page.get_by_role("searchbox").first.press("Enter")
    walk.go("Ferri, Luca")
    walk.heading("Luca Ferri")


def agreement_and_team(walk: Walk) -> None:
    """The agreement with the town, the team, and what the plan still needs, each found from the file."""
    walk.arrives("2027-02-01")
    find(walk)
    walk.go("Accordo con l’amministrazione ed équipe in costituzione")
    moved(walk, "Accordo con l’amministrazione ed équipe in costituzione")
    walk.picture("lacking")
    walk.go("Altro")
    walk.go("Convenzioni")
    walk.go("Aggiungi una convenzione")
    walk.picture("agreement-empty")
    walk.chooses("Tipo di convenzione", "Accordo individuale")
    walk.chooses("Ente accompagnatore", AGENCY)
    walk.chooses("Amministrazione", TOWN)
    walk.types("Firmata il", "2027-01-29")
    walk.types("Valida dal", "2027-02-01")
    walk.types("Valida fino al", "2028-12-31")
    walk.ticks("Ferri, Luca (2027-01-18)")
    walk.picture("agreement")
    walk.press("Salva")
    walk.saved("Salvato.")
    find(walk)
    walk.go("Apri: Convenzione")
    walk.picture("agreement-of-file")
    walk.labelled("Convenzione").select_option(index=1)
    walk.press("Salva")
    walk.heading("Luca Ferri")
    walk.go("Apri: Équipe")
    expect(walk.page.locator("[name='members.0.actor'] option:checked")).to_contain_text(GIULIA)
    for number, (name, role) in enumerate(((MARCO, MARCOS[0]), (ELENA, "Assistente sociale del servizio inviante")), 1):
        walk.press("Aggiungi: Membri")
        row = walk.part(f"Membri {number + 1}")
        walk.labelled("Operatore", row).select_option(label=f"{name} ({COOPERATIVE if name == MARCO else SERVICE})")
        walk.chooses("Ruolo", role, row)
        walk.types("Dal", "2027-02-01", row)
    walk.picture("team")
    walk.press("Salva")
    walk.heading("Luca Ferri")
    walk.picture("team-together")


def signed_and_prepared(walk: Walk) -> None:
    """The plan is printed, signed and planned; the questions of entry are answered; then some orientation."""
    walk.arrives("2027-02-08")
    find(walk)
    walk.go("Progetto individuale")
    walk.go("Stampa per la firma")
    expect(walk.page.locator("body")).to_contain_text("Arrivo puntuale e avviso se non posso venire.")
    walk.picture("plan-to-sign")
    walk.page.go_back()
    walk.ticks("Luca Ferri")
    walk.ticks(f"{GIULIA} (Responsabile del progetto di inserimento)")
    walk.picture("signatures")
    walk.press("Salva le firme")
    walk.reads("firmato")
    walk.go("Fascicolo")
    walk.go("Progetto firmato, avvio programmato")
    moved(walk, "Progetto firmato, avvio programmato")
    walk.go("Rispondi alle domande")
    walk.picture("entry-questions")
    walk.ticks("All’ingresso")
    walk.types("Rilevato il", "2027-02-08")
    walk.chooses("Condizione occupazionale", "Disoccupato iscritto")
    walk.types("Senza lavoro dal", "2025-09-01")
    walk.press("Aggiungi: Categorie di destinatari")
    group = walk.part("Categorie di destinatari 1")
    walk.chooses("Categoria di destinatari", "Disagio psichico o cura psichiatrica", group)
    walk.ticks("Motivo principale", group)
    walk.chooses("Titolo di studio più alto", "Secondaria di primo grado")
    walk.unfolds("Reddito, abitazione e partecipazione")
    walk.chooses("Abitazione", "In famiglia, per scelta")
    walk.press("Salva")
    walk.heading("Luca Ferri")
    walk.picture("entry-answered")
    walk.go("Orientamento, formazione o informazione preliminare")
    moved(walk, "Orientamento, formazione o informazione preliminare")
    walk.picture("preparation")


def cooperative(walk: Walk) -> None:
    """A place in the co-operative begins."""
    walk.arrives("2027-03-01")
    find(walk)
    walk.go("Inserimento in cooperativa o laboratorio sociale")
    walk.picture("to-cooperative")
    walk.chooses("Dove", COOPERATIVE)
    walk.chooses("Tipo di collocamento", "Inserimento in cooperativa sociale")
    walk.chooses("Contratto", "Convenzione di tirocinio o formazione, senza rapporto di lavoro")
    walk.chooses("Orario di lavoro", "Tempo parziale, metà o più")
    walk.types("Ore alla settimana", "20")
    moved(walk, "Inserimento in cooperativa o laboratorio sociale")
    walk.picture("in-cooperative")


def monthly_meeting(walk: Walk) -> None:
    """The first monthly meeting: a score each, one objective revised, in few strokes."""
    walk.arrives("2027-04-05")
    walk.picture("due")
    find(walk)
    walk.acts = 0
    walk.go("Riunione d’équipe")
    walk.picture("meeting-empty")
    for words, level in SCORES:
        walk.scores(words, level)
    rhythm = walk.part("Mantenere il ritmo")
    walk.unfolds("Modifica questo obiettivo", rhythm)
    walk.ticks("Sostituito da uno rivisto", rhythm)
    walk.types("Perché", "Mezza giornata va bene; la giornata intera è ancora troppo.", rhythm)
    walk.types("In altre parole", "Mantenere il ritmo per mezza giornata.", rhythm)
    walk.types("Verbale", "Luca si trova bene con i colleghi.")
    walk.picture("meeting")
    walk.press("Salva la riunione")
    assert walk.acts <= MOST_ACTS, walk.acts
    walk.heading("Luca Ferri")
    walk.reads("Mantenere il ritmo per mezza giornata.", "Il progetto va firmato di nuovo")
    walk.picture("after-meeting")


def evaluation(walk: Walk) -> None:
    """The evaluation with the service that referred, on the scale of 1 to 5."""
    walk.arrives("2027-06-07")
    find(walk)
    walk.go("Valutazione")
    expect(walk.labelled("Con il servizio").locator("option:checked")).to_have_text(SERVICE)
    for words in (
        "^\\s*Continuità",
        "^\\s*Tenuta dei ritmi",
        "^\\s*Gestione dello stress",
        "^\\s*Capacità relazionale",
    ):
        walk.scores(words, "4")
    walk.types("Giorni in cui la persona era attesa", "60")
    walk.types("Giorni in cui la persona è venuta", "57")
    walk.picture("evaluation")
    walk.press("Salva la valutazione")
    walk.heading("Luca Ferri")
    walk.picture("after-evaluation")


def objectives_achieved(walk: Walk) -> None:
    """The team finds the objectives achieved that the enterprise needs."""
    walk.arrives("2027-10-25")
    find(walk)
    walk.go("Cambio di fase")
    walk.go("Inserimento in azienda ordinaria")
    walk.reads("4 obiettivi: Arrivo puntuale e avviso se non posso venire;")
    walk.picture("not-yet")
    find(walk)
    walk.go("Riunione d’équipe")
    for words in NEEDED:
        goal = walk.part(words)
        walk.scores(words, "4")
        walk.unfolds("Modifica questo obiettivo", goal)
        walk.ticks("Raggiunto", goal)
    walk.picture("meeting-achieved")
    walk.press("Salva la riunione")
    walk.heading("Luca Ferri")
    walk.picture("achieved")


def enterprise(walk: Walk) -> None:
    """A trial in the enterprise, then the job."""
    walk.arrives("2027-11-02")
    find(walk)
    walk.go("Inserimento in azienda ordinaria")
    into_enterprise(walk)
    walk.picture("to-enterprise")
    moved(walk, "Inserimento in azienda ordinaria")
    walk.arrives("2027-12-06")
    find(walk)
    hired(walk, "hired")


def into_enterprise(walk: Walk) -> None:
    """What a trial in the enterprise is."""
    walk.chooses("Dove", ENTERPRISE)
    walk.chooses("Tipo di collocamento", "Prova o immersione in azienda")
    walk.chooses("Contratto", "Convenzione di tirocinio o formazione, senza rapporto di lavoro")


def hired(walk: Walk, name: str) -> None:
    """The enterprise hires; the checks of the months to come are planned by themselves."""
    walk.go("Assunta, accompagnamento in corso")
    walk.chooses("Dove", ENTERPRISE)
    walk.chooses("Tipo di collocamento", "Lavoro in azienda ordinaria")
    walk.chooses("Contratto", "Contratto a termine di sei mesi o più")
    walk.chooses("Orario di lavoro", "Tempo parziale, metà o più")
    walk.types("Ore alla settimana", "24")
    walk.picture(f"to-{name}")
    moved(walk, "Assunta, accompagnamento in corso")
    walk.reads("Mese 1", "Mese 2", "Mese 3")
    walk.picture(name)


def lost_and_found(walk: Walk) -> None:
    """Month 1 is answered; the job is lost; another one begins, and with it the months."""
    walk.arrives("2028-01-10")
    walk.picture("due-month-1")
    find(walk)
    checked(walk, 1)
    walk.arrives("2028-01-24")
    find(walk)
    walk.go("Verifiche")
    walk.go("Inserimento in azienda ordinaria")
    walk.chooses("Perché è finito", "Interruzione da parte dell’ente ospitante")
    into_enterprise(walk)
    walk.picture("job-lost")
    moved(walk, "Inserimento in azienda ordinaria")
    expect(walk.page.locator("[data-due=follow_up]")).to_have_count(0)
    expect(walk.page.locator("[data-due=meeting]")).to_have_count(0)
    walk.picture("back-in-insertion")
    walk.arrives("2028-03-01")
    find(walk)
    hired(walk, "hired-again")


def checked(walk: Walk, month: int) -> None:
    """The check that is due for that month: still in the same job, says the employer."""
    walk.go("Verifiche")
    waiting = walk.page.locator("fieldset[data-state=due], fieldset[data-state=late]")
    part = waiting.filter(has_text=f"Mese {month} ")
    walk.chooses("Come va", "Ancora nello stesso lavoro", part)
    walk.chooses("Chi lo ha detto", "Il datore di lavoro", part)
    walk.picture(f"month-{month}")
    walk.press("Salva le risposte")
    walk.saved("Salvato.")
    walk.go("Fascicolo")


def verified(walk: Walk) -> None:
    """Months 1, 2 and 3 are answered, and the job is verified."""
    for month, day in ((1, "2028-04-03"), (2, "2028-05-02"), (3, "2028-06-05")):
        walk.arrives(day)
        find(walk)
        checked(walk, month)
    walk.go("Conclusa dopo verifica")
    walk.chooses("Esito", "Lavoro di sei mesi o più")
    walk.chooses("Motivo", "Progetto completato")
    walk.ticks("Il lavoro è stato verificato")
    walk.ticks("La condizione è stabile")
    walk.ticks("Il comportamento sul lavoro è adeguato")
    walk.picture("to-concluded")
    moved(walk, "Conclusa dopo verifica")
    walk.picture("concluded")
    expect(walk.page.locator("[data-step][data-state=done]")).to_have_count(9)
    walk.go("Da fare")
    walk.reads("Niente da fare nelle prossime due settimane.")
    walk.picture("nothing-left")
