"""A work-care centre, in Dutch: somebody who comes to work there, learns, and goes on there without being hired."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from coupole.node.staff import accounts
from coupole.node.staff.accounts import Staff
from coupole.node.store.changes import Change, Document
from coupole.node.store.write import write
from tests.browser.conftest import Workshop
from tests.browser.walking import Walk, opened, windows
from tests.factories import id_of

pytestmark = pytest.mark.browser
CENTRE, SERVICE, CITY = "Arbeidszorg De Werf", "CAW Gent", "Stad Gent"
AN, DIRK, WARD = "An Peeters", "Dirk Maes", "Ward Claes"
NODE = "gent"
AGREEMENT_OPTION = 1
CAPACITY_ROWS = ("Regelmatige aanwezigheid", "Stiptheid")


def test_from_a_referral_to_going_on_in_work_care(chromium: Browser, tmp_path: Path) -> None:
    about = {"node_id": NODE, "name": CENTRE, "country": "BE", "language": "nl"}
    with opened(tmp_path, "2027-02-01", **about) as (workshop, clock):
        colleagues = house(workshop)
        with windows(chromium, workshop, clock, "nl", "nl") as window:
            els, an, dirk = (window("nl-BE", colleague) for colleague in colleagues)
            referral(els)
            plan(an)
            agreement_team_and_signature(els, an)
            entry(an)
            placed(an)
            colleague_asks(dirk)
            year(an)
            end(an)
            nothing_left(an, els)


def house(workshop: Workshop) -> list[Staff]:
    """Organisations and professionals as they stand in a workshop that runs; an officer and two coaches."""
    store, ids = workshop.node.store, {}
    documents: list[tuple[str, str, Document]] = []
    kinds = ((CENTRE, "work_care_centre"), (SERVICE, "social_service"), (CITY, "public_administration"))
    for number, (name, kind) in enumerate(kinds):
        ids[name] = id_of("organisation", number, node=NODE)
        registered = [{"scheme": "0208", "value": f"099912345{number}"}]
        about = {"name": name, "types": [kind], "identifiers": registered, "country": "BE", "nuts3": "BE234"}
        documents.append(("organisation", ids[name], about))
    roles = {AN: ["project_responsible", "job_coach"], DIRK: ["job_coach"], WARD: ["host_operator"]}
    for number, (name, own) in enumerate(roles.items()):
        ids[name] = id_of("actor", number, node=NODE)
        documents.append(("actor", ids[name], {"display_name": name, "organisation": ids[CENTRE], "roles": own}))
    covers = {"target_groups": ["mental_health"], "programme": "esfplus_operation"}
    parties = {"agency": ids[CENTRE], "administration": ids[CITY]}
    days = {"signed_on": "2026-12-01", "valid_from": "2027-01-01", "valid_to": "2029-12-31"}
    agreement = {"type": "recognition", **parties, **days, "covers": covers}
    documents.append(("agreement", id_of("agreement", node=NODE), agreement))
    with store.writing() as session:
        changes = [Change(entity, {"extensions": {}, **about}, record) for entity, record, about in documents]
        write(session, store.vault, changes, store.context("history"))
        people = (("officer", "Els Wouters", None), ("coach", AN, ids[AN]), ("coach", DIRK, ids[DIRK]))
        return [
            accounts.create(session, role=role, login=name.split()[0].lower(), name=name, actor=actor, language="nl")
            for role, name, actor in people
        ]


def find(walk: Walk) -> None:
    """Three letters of a name find the file."""
    walk.page.get_by_role("searchbox").first.fill("jan")
    walk.page.get_by_role("searchbox").first.press("Enter")
    walk.go("Janssens, Mia")


def moved(walk: Walk, phase: str) -> None:
    """Send the change of phase and see that the file stands there."""
    walk.press("De fase wijzigen")
    walk.heading("Mia Janssens")
    expect(walk.page.locator("main .badge").first).to_have_text(phase)


def referral(els: Walk) -> None:
    """The officer takes in whom the service refers, and gives the file to a coach."""
    els.arrives("2027-02-01")
    els.go("Mensen")
    els.go("Een persoon toevoegen")
    els.types("Voornaam", "Mia")
    els.types("Familienaam", "Janssens")
    els.types("Geboortedatum", "1979")
    els.chooses("Geslacht", "Vrouw")
    els.types("Provincie of arrondissement (NUTS 3-code)", "be234")
    els.ticks("De persoon gaat akkoord met de begeleiding en met het bijhouden van dit dossier")
    els.chooses("Soort dienst", "Gemeentelijke of lokale sociale dienst")
    els.chooses("Dienst die aanmeldt", SERVICE)
    els.chooses("Begeleidingsdienst", CENTRE)
    els.chooses("Verantwoordelijke", AN)
    els.chooses("Traject", "Arbeidszorg, onbetaalde begeleide activiteit")
    els.chooses("Programma", "ESF+-operatie")
    els.types("Operatie of nummer van het programma", "ESF-2027-118")
    els.picture("referral")
    els.press("Het dossier openen")
    els.heading("Mia Janssens")
    els.picture("file")


def plan(an: Walk) -> None:
    """The coach finds the file among her own and draws up an empty plan with one objective."""
    an.arrives("2027-02-08")
    an.go("Mensen")
    an.picture("people")
    an.go("Janssens, Mia")
    an.go("Individueel project in opmaak")
    moved(an, "Individueel project in opmaak")
    an.go("Plan")
    an.go("Leeg plan")
    an.types("In de woorden van de persoon", "Drie halve dagen per week komen werken.")
    an.chooses("Waarover het gaat", "Werknemersrol en werkattitudes")
    an.chooses("Competentie", CAPACITY_ROWS[0])
    for number, competence in enumerate(CAPACITY_ROWS):
        an.page.locator(f"[name='capacity.{number}.competence']").select_option(label=competence)
        an.page.locator(f"[name='capacity.{number}.level']").select_option("2")
    an.chooses("Werkplek", CENTRE)
    an.picture("plan")
    an.press("De versie bewaren")
    an.reads("Drie halve dagen per week komen werken.")
    an.go("Dossier")
    an.go("Akkoord met de overheid en team in opmaak")
    moved(an, "Akkoord met de overheid en team in opmaak")
    an.picture("lacking")


def agreement_team_and_signature(els: Walk, an: Walk) -> None:
    """The officer names the agreement; the coach puts the team together and notes who signed."""
    els.arrives("2027-02-09")
    find(els)
    els.go("Openen: Overeenkomst")
    els.labelled("Overeenkomst").select_option(index=AGREEMENT_OPTION)
    els.press("Bewaren")
    els.heading("Mia Janssens")
    an.arrives("2027-02-15")
    find(an)
    an.go("Openen: Team")
    expect(an.page.locator("[name='members.0.actor'] option:checked")).to_contain_text(AN)
    an.press("Toevoegen: Leden")
    row = an.part("Leden 2")
    an.chooses("Medewerker", f"{WARD} ({CENTRE})", row)
    an.chooses("Rol", "Begeleider van de ontvangende coöperatie of werkplaats", row)
    an.types("Van", "2027-02-15", row)
    an.picture("team")
    an.press("Bewaren")
    an.heading("Mia Janssens")
    an.go("Plan")
    an.ticks("Mia Janssens")
    an.press("De handtekeningen bewaren")
    an.reads("ondertekend")
    an.picture("signed")
    an.go("Dossier")


def entry(an: Walk) -> None:
    """The questions of entry, asked one by one; what she would rather not say is an answer too."""
    an.go("De vragen beantwoorden")
    answers(an, "Bij instroom", "Arbeidsongeschikt om gezondheidsredenen")
    an.chooses("Hoogste onderwijsniveau", "Lager secundair")
    an.chooses("Geen antwoord, want", "Persoon weigerde", question(an, "income_source"))
    an.press("Toevoegen: Doelgroepen")
    group = an.part("Doelgroepen 1")
    an.chooses("Doelgroep", "Psychische problematiek of psychiatrische zorg", group)
    an.ticks("Voornaamste reden", group)
    an.picture("entry")
    an.press("Bewaren")
    an.heading("Mia Janssens")
    an.picture("entry-answered")


def answers(an: Walk, stage: str, status: str) -> None:
    """The situation of the person today; stage and day stand there already."""
    expect(an.labelled(stage)).to_be_checked()
    an.chooses("Arbeidsmarktstatus", status)
    an.types("Zonder werk sinds", "2019-05-01")
    an.unfolds("Inkomen, wonen en meedoen")
    an.chooses("Huisvesting", "Sociale woning")


def question(an: Walk, name: str) -> Locator:
    """One question of the form, with the reason why it has no answer."""
    return an.page.locator(f"[data-field={name}]")


def placed(an: Walk) -> None:
    """The plan is ready, and the work begins."""
    an.go("Project ondertekend, start gepland")
    moved(an, "Project ondertekend, start gepland")
    an.arrives("2027-03-01")
    find(an)
    an.go("Plaatsing in coöperatie of sociale werkplaats")
    an.chooses("Waar", CENTRE)
    an.chooses("Soort plaatsing", "Arbeidszorgplek")
    an.chooses("Contract", "Onbetaalde arbeidszorgovereenkomst")
    an.types("Uren per week", "12,5")
    an.picture("to-placement")
    moved(an, "Plaatsing in coöperatie of sociale werkplaats")
    an.picture("placed")


def colleague_asks(dirk: Walk) -> None:
    """Another coach finds the file by the whole name only, and says why before it opens."""
    dirk.arrives("2027-03-08")
    dirk.page.get_by_role("searchbox").first.fill("jan")
    dirk.page.get_by_role("searchbox").first.press("Enter")
    dirk.reads("Niemand met die naam.")
    dirk.page.get_by_role("searchbox").first.fill("Mia Janssens")
    dirk.page.get_by_role("searchbox").first.press("Enter")
    dirk.reads("Bij een collega")
    dirk.go("M. J.")
    dirk.heading("Waarom opent u dit dossier?")
    assert "403" in dirk.wrong.pop(), "the browser notes that the file is not open yet"
    dirk.picture("reason")
    dirk.types("Reden", "Ik vervang An deze week.")
    dirk.press("Het dossier openen")
    dirk.heading("Mia Janssens")
    dirk.picture("opened")


def year(an: Walk) -> None:
    """A meeting and an evaluation."""
    an.arrives("2027-04-01")
    an.picture("due")
    an.go("Teamoverleg", an.page.locator("main .due"))
    an.scores("Drie halve dagen", "3")
    an.types("Verslag", "Mia komt elke week, en is graag in de tuinploeg.")
    an.picture("meeting")
    an.press("Het overleg bewaren")
    an.heading("Mia Janssens")
    an.arrives("2027-08-16")
    find(an)
    an.go("Evaluatie")
    an.scores(f"^\\s*{CAPACITY_ROWS[0]}", "4")
    an.types("Dagen dat de persoon verwacht werd", "70")
    an.types("Dagen dat de persoon er was", "66")
    an.picture("evaluation")
    an.press("De evaluatie bewaren")
    an.heading("Mia Janssens")


def end(an: Walk) -> None:
    """Work care goes on without a hire: the pathway allows to conclude so."""
    an.arrives("2027-12-15")
    find(an)
    an.go("Afgesloten na verificatie")
    an.chooses("Uitkomst", "Verder in arbeidszorg")
    an.chooses("Reden", "Project voltooid")
    an.picture("to-end")
    moved(an, "Afgesloten na verificatie")
    an.go("De vragen beantwoorden")
    answers(an, "Bij uitstroom (binnen 28 dagen)", "Inactief om andere reden")
    an.ticks("Nee", question(an, "in_education_or_training"))
    an.chooses("Geen antwoord, want", "Niet van toepassing", question(an, "qualification_gained"))
    an.picture("exit")
    an.press("Bewaren")
    an.heading("Mia Janssens")
    an.picture("ended")


def nothing_left(an: Walk, els: Walk) -> None:
    """Nothing is due any more; the person gets a copy of all that was written."""
    for walk in (an, els):
        walk.arrives("2027-12-16")
        walk.reads("Er is de komende twee weken niets te doen.")
    an.picture("nothing-left")
    els.go("Mensen")
    els.chooses("Fase", "Alle, ook de afgesloten dossiers")
    els.go("Janssens, Mia")
    els.go("Mia Janssens")
    els.go("Het eigen exemplaar van de persoon afdrukken")
    for text in ("Drie halve dagen per week komen werken.", "tuinploeg", CENTRE, AN):
        expect(els.page.locator("body")).to_contain_text(text)
    els.picture("own-copy")
