"""A person's page, and the beginning: person, referral and file in one page, written in one go."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx2
import pytest

from coupole.node.store import queries
from coupole.standard.codes import code_list
from tests import factories
from tests.calling import RunningNode
from tests.desk import signed_in
from tests.factories import id_of
from tests.forms import Sent
from tests.node.records.filed import FILE_ID, stored
from tests.node.ui.files.desks import FILE, PERSON, desk, post, refusal, the_form, told
from tests.stores import keep

GROUP = code_list("target_group").labels("long_unemployed", "en")
TODAY = datetime.now().astimezone().date().isoformat()
NEW = {
    "given_name": "Noor",
    "family_name": "El Amrani",
    "birth_date": "1991-07",
    "sex": "F",
    "nuts3": "BE211",
    "consent": "on",
    "source_type": "mental_health_service",
    "service": id_of("organisation", 2),
    "agency": id_of("organisation"),
    "responsible": id_of("actor"),
    "pathway": "transition",
    "programme": "regional_recognition",
    "operation": "RR-2026",
}


def counted(node: RunningNode) -> dict[str, int]:
    with node.node.store.reading() as session:
        return queries.counts(session)


def begun(node: RunningNode, typed: dict[str, str], role: str = "officer", **about: Any) -> httpx2.Response:
    browser = signed_in(node, role, **about)
    form = the_form(browser.get("/people/new").text, "/people/new")
    return post(browser, "/people/new", _with(form, typed))


def _with(form: Sent, typed: dict[str, str]) -> Sent:
    return [one for one in form if one[0] not in typed] + list(typed.items())


@pytest.fixture
def house(node: RunningNode) -> RunningNode:
    keep(node.node.store, factories.SHARED)
    return node


def test_the_person_with_files_answers_and_consents(node: RunningNode) -> None:
    stored(node.node.store, "insertion_coop", "closure")
    page = desk(node).browser.get(PERSON).text
    said = told(page)
    assert f'href="{FILE}"' in page
    assert f'href="/print/person/{id_of("participant")}"' in page
    for words in ("Prénom1 Famille1", "P00001", "1988", "At entry", GROUP, "Consents", "given on"):
        assert words in said, words


def test_what_the_fund_asks_and_nobody_answered_is_named(node: RunningNode) -> None:
    stored(node.node.store, "insertion_coop", "closure")
    said = told(desk(node).browser.get(PERSON).text)
    assert "Not answered:" in said
    missing = said.partition("Not answered:")[2].partition(".")[0]
    assert "Housing" in missing
    assert "Education" not in missing


def test_who_may_not_read_special_categories_does_not(node: RunningNode) -> None:
    stored(node.node.store, "insertion_coop", "closure")
    assert GROUP in told(desk(node).browser.get(PERSON).text)
    assert GROUP not in told(desk(node, "reader").browser.get(PERSON).text)


def test_a_person_of_a_colleague_is_opened_with_a_reason(node: RunningNode) -> None:
    stored(node.node.store, "insertion_coop", "closure")
    answer = desk(node, "coach").browser.get(PERSON)
    assert (answer.status_code, "Famille1" in answer.text) == (403, False)
    assert desk(node, "coach", actor=id_of("actor")).browser.get(PERSON).status_code == 200


def test_nobody_is_not_found(node: RunningNode) -> None:
    assert desk(node).browser.get("/people/north:participant:nobody").status_code == 404


def test_person_referral_and_file_are_written_in_one_go(house: RunningNode) -> None:
    answer = begun(house, NEW)
    assert answer.status_code == 303, refusal(answer)
    path = answer.headers["location"].partition("?")[0]
    with house.node.store.reading() as session:
        dossier = queries.dossier(session, house.node.store.vault, path.removeprefix("/files/"))
    (file,), (referral,), (person,) = (
        dossier.documents[entity] for entity in ("accompaniment", "referral", "participant")
    )
    assert (file["phase"], file["opened_on"], file["referral"]) == ("referred", TODAY, referral["id"])
    assert (person["given_name"], person["birth_date"], person["citizenships"]) == ("Noor", "1991-07", ["BE"])
    assert person["consents"] == [{"purpose": "accompaniment", "granted_on": TODAY}]
    assert (referral["decision"], referral["decided_on"]) == ("accepted", TODAY)
    page = signed_in(house).get(path).text
    assert 'data-step="1" data-state="due"' in page or 'data-step="1" data-state="done"' in page


@pytest.mark.parametrize(
    "field", ["sex", "nuts3", "source_type", "service", "agency", "pathway", "operation", "local_id"]
)
def test_what_is_missing_is_asked_again_and_nothing_is_written(house: RunningNode, field: str) -> None:
    before = counted(house)
    answer = begun(house, {**NEW, field: ""})
    assert refusal(answer)[0] == 422
    assert f'id="{field}-wrong"' in answer.text
    assert 'value="El Amrani"' in answer.text
    assert counted(house) == before


def test_without_the_persons_consent_no_file_is_opened(house: RunningNode) -> None:
    typed = {name: value for name, value in NEW.items() if name != "consent"}
    answer = begun(house, typed)
    assert refusal(answer)[0] == 422
    assert 'id="consent-wrong"' in answer.text


def test_somebody_of_the_same_name_is_looked_at_first(house: RunningNode) -> None:
    keep(house.node.store, [factories.participant(5, given_name="Noor", family_name="El Amrani")])
    answer = begun(house, NEW)
    assert refusal(answer)[0] == 422
    assert f'href="/people/{id_of("participant", 5)}"' in answer.text
    assert begun(house, {**NEW, "another": "on"}).status_code == 303


def test_a_birth_date_nobody_knows_says_so(house: RunningNode) -> None:
    answer = begun(house, {**NEW, "birth_date": ""})
    with house.node.store.reading() as session:
        dossier = queries.dossier(
            session, house.node.store.vault, answer.headers["location"].partition("?")[0].removeprefix("/files/")
        )
    assert dossier.documents["participant"][0]["missing"] == {"birth_date": "not_asked"}


@pytest.mark.parametrize("born", ["12/04/1988", "1988-13", "88", "1988-02-30x"])
def test_a_birth_date_is_a_day_a_month_or_a_year(house: RunningNode, born: str) -> None:
    answer = begun(house, {**NEW, "birth_date": born})
    assert 'id="birth_date-wrong"' in answer.text


def test_a_coach_begins_a_file_and_finds_it_among_their_own(house: RunningNode) -> None:
    browser = signed_in(house, "coach", actor=id_of("actor"))
    form = the_form(browser.get("/people/new").text, "/people/new")
    assert dict(form)["responsible"] == id_of("actor")
    answer = post(browser, "/people/new", _with(form, NEW))
    assert browser.get(answer.headers["location"]).status_code == 200


def test_whoever_only_reads_begins_nothing(house: RunningNode) -> None:
    assert signed_in(house, "reader").get("/people/new").status_code == 403
    assert post(signed_in(house, "reader"), "/people/new", list(NEW.items())).status_code == 403


def test_somebody_who_was_referred_before_gets_a_second_file(node: RunningNode) -> None:
    stored(node.node.store, "concluded")
    browser = desk(node).browser
    form = the_form(browser.get(f"/people/new?person={id_of('participant')}").text, "/people/new")
    assert "given_name" not in dict(form)
    answer = post(browser, "/people/new", _with(form, {name: NEW[name] for name in NEW if name in dict(form)}))
    assert answer.status_code == 303
    page = browser.get(PERSON).text
    assert answer.headers["location"].partition("?")[0] in page
    assert FILE_ID in page
