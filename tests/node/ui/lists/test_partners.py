"""Organisations, professionals and agreements, and what of them needs looking after."""

from __future__ import annotations

from datetime import datetime

from coupole.node.store import queries
from coupole.standard.calendar import add_months
from tests.calling import RunningNode
from tests.desk import signed_in
from tests.factories import actor, agreement, id_of, organisation
from tests.forms import form_of
from tests.node.ui.lists.workshop import COLLEAGUE, MINE, coach, file, filled, rows, told
from tests.stores import keep

HOST = id_of("organisation")


def test_organisations_stand_in_the_order_of_names_and_can_be_chosen_by_kind(node: RunningNode) -> None:
    keep(filled(node).node.store, [organisation(3, name="Écluse", types=["social_coop_b"])])
    browser = signed_in(node)
    assert rows(browser.get("/organisations")) == ["Atelier 1", "Atelier 2", "Écluse"]
    assert rows(browser.get("/organisations?type=social_workshop")) == ["Atelier 1", "Atelier 2"]
    assert rows(browser.get("/organisations?type=nonsense")) == ["Atelier 1", "Atelier 2", "Écluse"]


def test_an_organisation_without_a_number_of_any_register_is_entered_and_found_again(node: RunningNode) -> None:
    browser, new = signed_in(filled(node), "admin"), "/records/new/organisation"
    form = form_of(browser.get(new).text, new)
    assert not [name for name in form.named if name.startswith("identifiers.")], "no empty row asks for a number"
    sent = form.typed(name="Hoeve De Linde", types="ordinary_enterprise", country="BE")
    saved = browser.post(new, data={name: [value for other, value in sent if other == name] for name, _ in sent})
    assert saved.status_code == 303, saved.text
    record = saved.headers["location"].partition("/records/")[2].partition("?")[0]
    with node.node.store.reading() as session:
        assert "identifiers" not in queries.read(session, node.node.store.vault, record)
    assert "Hoeve De Linde" in rows(browser.get("/organisations"))
    assert "Hoeve De Linde" in told(browser.get(f"/organisations/{record}"))
    assert "Hoeve De Linde" in browser.get("/export/organisations.csv").text
    assert "Hoeve De Linde" in browser.get("/records/new/placement?accompaniment=" + id_of("accompaniment")).text
    again = form_of(browser.get(f"/records/{record}").text, f"/records/{record}")
    more = [*again.typed(), ("identifiers.0.scheme", "0208"), ("identifiers.0.value", "0400000001")]
    data = {name: [value for other, value in more if other == name] for name, _ in more}
    assert browser.post(f"/records/{record}", data=data).status_code == 303, "the number is added once it is known"


def test_an_organisation_shows_who_works_there_and_who_is_placed_there(node: RunningNode) -> None:
    words = told(signed_in(filled(node)).get(f"/organisations/{HOST}"))
    for name in ("Atelier 1", "Lien Claes", "Tine Baert", "Peeters, Zoë", "Keïta, Ousmane"):
        assert name in words


def test_a_coach_sees_how_many_others_there_are_and_not_who(node: RunningNode) -> None:
    browser = coach(filled(node))
    for address in (f"/organisations/{HOST}", f"/actors/{COLLEAGUE}"):
        page = browser.get(address)
        assert "Keïta" not in page.text
        assert id_of("accompaniment", 3) not in page.text
        assert "1 person accompanied by a colleague" in told(page)


def test_professionals_show_their_teams_and_whether_officers_are_trained(node: RunningNode) -> None:
    keep(filled(node).node.store, [actor(5, display_name="Gone By", active_to="2024-01-01")])
    browser = signed_in(node)
    page = browser.get("/actors")
    assert "Tine Baert" in rows(page)
    assert told(page).count("▲ not trained yet") == 1, "of whoever is no officer it is not asked"
    assert "Gone By" not in rows(page)
    assert "Gone By" in rows(browser.get("/actors?who=every"))
    words = told(browser.get(f"/actors/{MINE}"))
    assert "Peeters, Zoë" in words
    assert "Keïta" not in words


def test_agreements_that_end_within_three_months_are_marked_in_words(node: RunningNode) -> None:
    today = datetime.now().astimezone().date()
    ends = {2: add_months(today, 2), 3: add_months(today, 5), 4: add_months(today, -1)}
    keep(
        filled(node).node.store,
        [agreement(number, valid_to=day.isoformat(), administration=HOST) for number, day in ends.items()],
    )
    browser = signed_in(node)
    page = browser.get("/agreements")
    assert "1 agreement ends within three months." in told(page)
    assert rows(page) == ["Atelier 1", "Atelier 1", "Atelier 2"]
    assert told(page).count("▲ ends soon") == 1
    assert told(browser.get("/agreements?which=every")).count("■ over") == 1


def test_what_is_not_there_is_a_page_that_says_so(node: RunningNode) -> None:
    browser = signed_in(filled(node))
    for address in (f"/organisations/{MINE}", f"/actors/{HOST}", "/organisations/x", f"/coordination/{HOST}"):
        answer = browser.get(address)
        assert answer.status_code == 404
        assert 'data-code="record_not_found"' in answer.text


def test_empty_lists_say_what_to_do(node: RunningNode) -> None:
    browser = signed_in(node)
    assert "There is no organisation here yet." in told(browser.get("/organisations"))
    assert "There is no agreement here yet." in told(browser.get("/agreements"))
    assert "No meeting has been written up yet." in told(browser.get("/coordination"))


def test_the_lists_follow_what_is_written(node: RunningNode) -> None:
    browser = signed_in(filled(node))
    assert not any("Nieuwe" in one for one in rows(browser.get("/organisations")))
    keep(node.node.store, [organisation(9, name="Nieuwe Hoop"), *file(4)])
    assert "Nieuwe Hoop" in rows(browser.get("/organisations"))
