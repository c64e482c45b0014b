"""Participants are found by three letters, by those who may know whose file it is."""

from __future__ import annotations

import pytest

from tests.calling import RunningNode
from tests.desk import signed_in
from tests.factories import id_of, participant
from tests.node.ui.lists.workshop import COLLEAGUE, MINE, coach, file, filled, rows, told
from tests.stores import PARTICIPANT, change, keep, replace

EVERYBODY = ["D’Angelo, Maria Grazia", "Keïta, Ousmane", "Peeters, Zoë"]


def test_an_officer_lists_everybody_in_the_order_of_names(node: RunningNode) -> None:
    assert rows(signed_in(filled(node)).get("/people")) == EVERYBODY


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("kei", "Keïta, Ousmane"),
        ("KEÏ OUS", "Keïta, Ousmane"),
        ("ous kei", "Keïta, Ousmane"),
        ("zoe", "Peeters, Zoë"),
        ("dan", "D’Angelo, Maria Grazia"),
        ("ang gra", "D’Angelo, Maria Grazia"),
        ("P00003", "Keïta, Ousmane"),
    ],
)
def test_three_letters_find_somebody(node: RunningNode, typed: str, found: str) -> None:
    assert rows(signed_in(filled(node)).post("/people", data={"q": typed})) == [found]


def test_a_search_never_stands_in_an_address(node: RunningNode) -> None:
    browser = signed_in(filled(node))
    page = browser.post("/people", data={"q": "kei"})
    assert page.status_code == 200
    assert "location" not in page.headers
    assert "q=" not in page.text.replace('name="q', "")
    assert rows(browser.get("/people?q=kei")) == EVERYBODY, "an address that carries a name is not listened to"


def test_choices_without_words_have_an_address(node: RunningNode) -> None:
    browser = signed_in(filled(node))
    answer = browser.post("/people", data={"q": " ", "phase": "insertion_coop", "responsible": COLLEAGUE})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/people?phase=insertion_coop&responsible=")
    assert rows(browser.get(answer.headers["location"])) == ["Keïta, Ousmane"]


def test_choices_narrow_the_list_down(node: RunningNode) -> None:
    browser = signed_in(filled(node))
    assert rows(browser.get("/people?phase=hired")) == []
    assert rows(browser.get("/people?group=long_unemployed")) == EVERYBODY
    assert rows(browser.get("/people?group=homeless")) == []
    assert rows(browser.get("/people?phase=nonsense&page=99999999&whose=x")) == EVERYBODY


def test_ended_files_are_listed_when_asked_for_and_found_by_name(node: RunningNode) -> None:
    history = [
        {"phase": "insertion_coop", "from": "2025-02-01", "to": "2025-06-01"},
        {"phase": "discontinued", "from": "2025-06-01"},
    ]
    ended = {"phase": "discontinued", "phase_history": history, "opened_on": "2025-02-01", "closed_on": "2025-06-01"}
    keep(filled(node).node.store, file(7, **ended))
    browser = signed_in(node)
    assert "Famille7, Prénom7" not in rows(browser.get("/people"))
    assert "Famille7, Prénom7" in rows(browser.get("/people?phase=every"))
    assert rows(browser.get("/people?phase=discontinued")) == ["Famille7, Prénom7"]
    assert rows(browser.post("/people", data={"q": "fam"})) == ["Famille7, Prénom7"]


def test_a_person_without_a_file_is_found_by_whoever_sees_everybody(node: RunningNode) -> None:
    keep(filled(node).node.store, [participant(8, family_name="Nieuw", given_name="Els")])
    assert rows(signed_in(node).post("/people", data={"q": "nie"})) == ["Nieuw, Els"]
    assert "Nieuw" not in coach(node).post("/people", data={"q": "nieuw els"}).text.replace('value="nieuw els"', "")


def test_a_coach_lists_only_their_own_and_their_teams(node: RunningNode) -> None:
    browser = coach(filled(node))
    assert rows(browser.get("/people")) == ["D’Angelo, Maria Grazia", "Peeters, Zoë"]
    for choice in ("?phase=every", "?group=long_unemployed", f"?responsible={COLLEAGUE}", "?whose=mine"):
        assert "Keïta" not in browser.get(f"/people{choice}").text
    member = {"actor": MINE, "role": "host_operator", "from": "2025-03-01"}
    team = next(document for document in file(3) if ":team:" in document["id"])
    change(node.node.store, replace(team, members=[*team["members"], member]))
    assert "Keïta, Ousmane" in rows(browser.get("/people"))
    assert "Keïta, Ousmane" not in rows(browser.get("/people?whose=mine"))


@pytest.mark.parametrize("typed", ["k", "kei", "keïta", "ous", "ousmane", "keita ousman", "ousmane keita x"])
def test_a_coach_learns_nothing_of_others_by_trying_letters(node: RunningNode, typed: str) -> None:
    browser = coach(filled(node))
    found = browser.post("/people", data={"q": typed})
    nobody = browser.post("/people", data={"q": "q" * len(typed)})
    assert told(found) == told(nobody)
    assert id_of("accompaniment", 3) not in found.text


@pytest.mark.parametrize("typed", ["ousmane keita", "Keïta Ousmane", "p00003"])
def test_a_coach_who_knows_the_whole_name_or_number_is_told_whom_to_ask(node: RunningNode, typed: str) -> None:
    found = coach(filled(node)).post("/people", data={"q": typed})
    assert "O. K." in told(found)
    assert "Bart Hoste" in told(found)
    assert f"/files/{id_of('accompaniment', 3)}" in found.text
    assert "Keïta, Ousmane" not in found.text
    assert rows(found) == []


def test_after_the_reason_was_given_the_name_is_shown(node: RunningNode) -> None:
    browser = coach(filled(node))
    accompaniment = id_of("accompaniment", 3)
    browser.post(
        "/reason", data={"accompaniment": accompaniment, "reason": "I stand in for Bart this week", "next": "/"}
    )
    assert "Keïta, Ousmane" in told(browser.post("/people", data={"q": "keita ousmane"}))


def test_an_erased_person_is_found_no_more(node: RunningNode) -> None:
    browser = signed_in(filled(node))
    assert rows(browser.post("/people", data={"q": "zoe"})) == ["Peeters, Zoë"]
    node.node.store.erase(PARTICIPANT, node.node.store.context("anna"))
    assert rows(browser.post("/people", data={"q": "zoe"})) == []
    assert "Peeters" not in browser.get("/people?phase=every").text


def test_a_reader_sees_names_but_no_target_groups(node: RunningNode) -> None:
    browser = signed_in(filled(node), "reader")
    page = browser.get("/people")
    assert rows(page) == EVERYBODY
    assert 'name="group"' not in page.text
    assert rows(browser.get("/people?group=long_unemployed")) == [], "nor by trying groups one after the other"


@pytest.mark.parametrize("address", ["/people", "/organisations", "/actors", "/agreements", "/coordination"])
def test_an_auditor_opens_no_list_of_people(node: RunningNode, address: str) -> None:
    assert signed_in(filled(node), "auditor").get(address).status_code == 403


def test_a_long_list_comes_in_pages(node: RunningNode) -> None:
    filled(node)
    for number in range(10, 70):
        keep(node.node.store, file(number))
    browser = signed_in(node)
    first, second = rows(browser.get("/people?phase=every")), rows(browser.get("/people?phase=every&page=2"))
    assert (len(first), len(second)) == (50, 13)
    assert not set(first) & set(second)
    assert 'href="/people?phase=every&amp;page=2"' in browser.get("/people?phase=every").text


def test_an_empty_workshop_says_so(node: RunningNode) -> None:
    assert "There is nobody here yet." in told(signed_in(node).get("/people"))
    assert "Nobody of that name." in told(signed_in(filled(node)).post("/people", data={"q": "xyz"}))


def test_names_with_markup_stay_text(node: RunningNode) -> None:
    keep(filled(node).node.store, [participant(9, family_name="<b>Zot", given_name='"x')])
    page = signed_in(node).post("/people", data={"q": "zot"})
    assert "<b>Zot" not in page.text
    assert rows(page) == ['<b>Zot, "x']
