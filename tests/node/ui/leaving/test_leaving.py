"""What leaves our workshop: exact beside shown for those who may see it, and the decision to keep a figure here."""

from __future__ import annotations

import re
from dataclasses import replace as replace_of
from datetime import UTC, datetime

import pytest

from coupole.node.statistics import releasing
from coupole.node.statistics.personal import counted_in
from coupole.node.store import releases
from coupole.node.store.egress import record_egress
from coupole.node.ui.leaving import looking
from coupole.node.ui.sheets.exports import OFFERED
from coupole.standard.calendar import parse_period
from tests.calling import RunningNode
from tests.desk import account, browser_of, signed_in
from tests.factories import SHARED, accompaniment, action, dossier, id_of, participant, referral
from tests.forms import Sent, forms_of
from tests.node.ui.printing.papers import words_of
from tests.stores import change, entity_of, keep, replace

PERSON = id_of("participant")
FORM = {"period": "2025"}
YEAR = parse_period("2025")


@pytest.fixture
def full(node: RunningNode) -> RunningNode:
    """A workshop of thirty people, enough for figures to leave."""
    keep(node.node.store, [*SHARED, *(document for number in range(1, 31) for document in dossier(number))])
    node.node.store.refresh_facts()
    return node


def seen(node: RunningNode, period: str = "2025") -> releasing.Preview:
    running = node.node
    return releasing.preview(running.store, running.ring, running, running.catalogue, parse_period(period))


def rows(page: str) -> dict[str, list[str]]:
    """The rows of all tables by their first cell."""
    found = {}
    for row in re.findall(r"<tr\b[^>]*>(.*?)</tr>", page, re.DOTALL):
        label, *cells = [words_of(cell) for cell in re.findall(r"<t[hd]\b.*?</t[hd]>", row, re.DOTALL)]
        found[label] = cells
    return found


def test_every_total_stands_beside_what_others_read(full: RunningNode) -> None:
    page = signed_in(full).get("/leaving?period=2025").text
    shown, preview = rows(page), seen(full)
    totals = [one for one in preview.figures if one.dimension == "total" and one.part == "count" and one.exact]
    assert len(totals) > 5
    catalogue = full.node.catalogue
    for one in totals:
        others = "■ hidden" if one.shown is None else str(one.shown)
        assert shown[catalogue.indicator(one.indicator).title["en"]] == [str(one.exact), others]


def test_a_figure_is_split_by_everything_it_leaves_by(full: RunningNode) -> None:
    other = participant(31, sex="F", birth_date="1960")
    keep(full.node.store, [other if entity_of(one) == "participant" else one for one in dossier(31)])
    page = signed_in(full).get("/leaving/figures/S01?period=2025").text
    split = {one.code: one for one in seen(full).figures if one.indicator == "S01" and one.dimension == "sex"}
    shown = rows(page)
    assert shown["Man"] == ["30", str(split["M"].shown)]
    assert shown["Woman"][0] == "1"
    assert shown["Woman"][1] in ("0", "3", "4", "5", "6")
    assert "Open accompaniments" in page


def test_what_became_of_people_is_never_shown_by_target_group(full: RunningNode) -> None:
    crossing = [
        one.id
        for one in full.node.catalogue.indicators
        if one.outcome_of_people and any(dimension.target_of_people for dimension in one.dimensions)
    ]
    assert crossing
    page = signed_in(full).get(f"/leaving/figures/{crossing[0]}?period=2025").text
    assert "Never leaves: it would say what became of the people of one group." in page


def test_a_small_workshop_is_told_that_nothing_leaves(node: RunningNode) -> None:
    keep(node.node.store, [*SHARED, *dossier(1)])
    page = words_of(signed_in(node).get("/leaving?period=2025").text)
    assert "Figures that leave" not in page
    assert "Stays here" in page
    assert "fewer than 20 people" in page


def test_the_page_agrees_with_what_is_then_released(full: RunningNode) -> None:
    before = rows(signed_in(full).get("/leaving?period=2025").text)["Open accompaniments"][1]
    running = full.node
    made = releasing.freeze(running.store, running.ring, running, running.catalogue, YEAR, "test")
    assert f'"values":[[{before}]]' in made.raw.decode()
    page = words_of(signed_in(full).get("/leaving?period=2025").text)
    assert "Whoever asks is sent these figures, as in sending 1, nothing else." in page


def test_a_change_after_the_release_is_said(full: RunningNode) -> None:
    running = full.node
    releasing.freeze(running.store, running.ring, running, running.catalogue, YEAR, "test")
    keep(running.store, [*dossier(31), *dossier(32)])
    page = words_of(signed_in(full).get("/leaving?period=2025").text)
    assert "32 people were accompanied" in page
    assert "Figures changed since sending 1" in page


def giving(page: str) -> Sent:
    """What the button that gives the figures sends."""
    return next(one.fields for one in forms_of(page) if (one.action, one.method) == ("/leaving", "post"))


def test_figures_are_given_by_hand_once_they_were_seen(full: RunningNode) -> None:
    full.app.state.node = replace_of(full.node, release_on_pull=False)
    asked = "/api/v1/releases/core/1.0.0/2025"
    browser = signed_in(full, "officer")
    assert full.call("GET", asked, scope="releases:read").status_code == 404
    form = giving(browser.get("/leaving?period=2025").text)
    done = browser.post("/leaving", data=dict(form))
    assert done.headers["location"] == "/leaving?period=2025&notice=figures_ready"
    page = browser.get(done.headers["location"]).text
    assert "Whoever asks is sent these figures, as in sending 1, nothing else." in words_of(page)
    assert 'name="seen"' not in page
    assert full.call("GET", asked, scope="releases:read").status_code == 200


def test_figures_that_moved_while_they_were_looked_at_are_not_given(full: RunningNode) -> None:
    full.app.state.node = replace_of(full.node, release_on_pull=False)
    browser = signed_in(full)
    form = giving(browser.get("/leaving?period=2025").text)
    keep(full.node.store, [*dossier(31), *dossier(32), *dossier(33), *dossier(34)])
    done = browser.post("/leaving", data=dict(form))
    assert done.headers["location"] == "/leaving?period=2025&notice=figures_moved"
    assert "look once more" in words_of(browser.get(done.headers["location"]).text)
    with full.node.store.reading() as session:
        assert releasing.latest(session, "core", "1.0.0", "2025") is None


def test_figures_that_changed_since_they_left_are_given_anew_by_who_decides(full: RunningNode) -> None:
    running = full.node
    releasing.freeze(running.store, running.ring, running, running.catalogue, YEAR, "test")
    assert 'name="seen"' not in signed_in(full).get("/leaving?period=2025").text
    keep(running.store, [*dossier(31), *dossier(32)])
    assert 'name="seen"' not in signed_in(full, "coach").get("/leaving?period=2025").text
    browser = signed_in(full, "officer")
    browser.post("/leaving", data=dict(giving(browser.get("/leaving?period=2025").text)))
    with running.store.reading() as session:
        made = releasing.latest(session, "core", "1.0.0", "2025")
    assert made is not None
    assert (made.revision, made.cause) == (2, "records_changed")


def test_a_period_that_is_not_over_is_not_given(full: RunningNode) -> None:
    now = str(datetime.now(UTC).year)
    browser = signed_in(full)
    assert 'name="seen"' not in browser.get(f"/leaving?period={now}").text
    answer = browser.post("/leaving", data={"period": now, "seen": looking.mark(seen(full, now))})
    assert answer.status_code in (409, 422)
    assert 'data-code="period_not_closed"' in answer.text


@pytest.mark.parametrize("name", [*sorted(OFFERED), "everybody", "faults"])
def test_the_log_says_lists_in_words(node: RunningNode, name: str) -> None:
    with node.node.store.writing() as session:
        record_egress(session, client="x", what=f"list:{name}.xlsx", sha256="0" * 64, size=1)
    log = signed_in(node, language="fr").get("/leaving/log").text
    assert f"list:{name}" not in log
    assert "Liste « " in log


def test_a_page_looked_at_twice_is_current_after_every_write(full: RunningNode) -> None:
    browser = signed_in(full)
    assert rows(browser.get("/leaving?period=2025").text)["Open accompaniments"][0] == "30"
    keep(full.node.store, dossier(31))
    assert rows(browser.get("/leaving?period=2025").text)["Open accompaniments"][0] == "31"


def test_a_figure_is_kept_here_and_let_go_again(full: RunningNode) -> None:
    colleague = account(full, "officer", name="Greet Claes")
    browser = browser_of(full, colleague)
    done = browser.post("/leaving/figures/S01/hold", data=FORM)
    assert (done.status_code, done.headers["location"]) == (303, "/leaving/figures/S01?period=2025&notice=held_back")
    page = words_of(browser.get(done.headers["location"]).text)
    assert "It stays here from the next sending on." in page
    assert "Greet Claes decided on" in page
    assert "Open accompaniments" in words_of(browser.get("/leaving?period=2025").text).partition("Stays here")[2]
    held = next(one for one in seen(full).release["indicators"] if one["id"] == "S01")
    assert held["margins"] == []
    done = browser.post("/leaving/figures/S01/release", data=FORM)
    assert done.headers["location"] == "/leaving/figures/S01?period=2025&notice=let_go"
    with full.node.store.reading() as session:
        assert releases.withheld(session) == frozenset()


@pytest.mark.parametrize(("role", "may"), [("admin", True), ("officer", True), ("coach", False), ("auditor", False)])
def test_only_who_decides_for_the_workshop_keeps_a_figure(node: RunningNode, role: str, may: bool) -> None:
    browser = signed_in(node, role)
    assert ("Keep this figure here" in browser.get("/leaving/figures/S01").text) is may
    assert browser.post("/leaving/figures/S01/hold", data=FORM).status_code == (303 if may else 403)
    with node.node.store.reading() as session:
        assert bool(releases.withheld(session)) is may


def test_another_site_cannot_let_a_figure_go(node: RunningNode) -> None:
    browser = signed_in(node, "admin")
    browser.post("/leaving/figures/S01/hold", data=FORM)
    sent = browser.post("/leaving/figures/S01/release", data=FORM, headers={"sec-fetch-site": "cross-site"})
    assert sent.status_code == 403
    with node.node.store.reading() as session:
        assert releases.withheld(session) == {"S01"}


def test_nobody_outside_reads_an_exact_figure(full: RunningNode) -> None:
    for path in ("/leaving?period=2025", "/leaving/figures/S01?period=2025", f"/leaving/people/{PERSON}"):
        answer = full.client.get(path, headers={"accept": "text/html"}, follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")
        assert full.call("GET", path, scope="releases:read", follow_redirects=False).status_code == 303


@pytest.mark.parametrize("path", ["/leaving/figures/X99", "/leaving/figures/<b>", "/leaving/people/nobody"])
def test_what_is_not_there_is_not_found(node: RunningNode, path: str) -> None:
    assert signed_in(node).get(path).status_code == 404


@pytest.mark.parametrize("period", ["2025-13", "yesterday", "2025-Q5", "99999"])
def test_what_is_no_period_is_refused(node: RunningNode, period: str) -> None:
    answer = signed_in(node).get(f"/leaving?period={period}")
    assert answer.status_code == 422
    assert 'data-code="period_invalid"' in answer.text


def test_the_log_names_each_receiver_and_what_they_were_sent(full: RunningNode) -> None:
    full.call("GET", "/api/v1/releases/core/1.0.0/2025", scope="releases:read")
    full.call("GET", "/api/v1/export", scope="records:read")
    browser = signed_in(full)
    page = words_of(browser.get("/leaving").text)
    assert "program-1 1" in page
    assert "These programs were admitted to read whole files, names included: program-2." in page
    log = words_of(browser.get("/leaving/log").text)
    assert log.index("program-2 All files, names included") < log.index("program-1 Totals of 2025, sending 1")
    one = words_of(browser.get("/leaving/log?to=program-1").text)
    assert "Totals of 2025" in one
    assert "program-2" not in one


def test_a_long_log_goes_on_at_older_ones(node: RunningNode) -> None:
    with node.node.store.writing() as session:
        for number in range(120):
            record_egress(session, client="umbrella", what=f"thing-{number:03}", sha256="0" * 64, size=1)
    browser, address, heard = signed_in(node), "/leaving/log?to=umbrella", list[str]()
    for _ in range(3):
        page = browser.get(address).text
        heard += re.findall(r"thing-\d+", page)
        older = re.search(r'href="(/leaving/log\?before=[^"]+)"', page)
        address = older[1].replace("&amp;", "&") if older else ""
    assert heard == [f"thing-{number:03}" for number in range(119, -1, -1)]
    assert address == ""


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "1;drop"])
def test_a_place_in_the_log_that_is_none_is_its_beginning(node: RunningNode, before: str) -> None:
    assert signed_in(node).get("/leaving/log", params={"before": before}).status_code == 200


def test_an_auditor_reads_figures_and_log_but_nobodys_page(full: RunningNode) -> None:
    auditor = signed_in(full, "auditor")
    assert auditor.get("/leaving").status_code == 200
    assert auditor.get("/leaving/log").status_code == 200
    assert auditor.get(f"/leaving/people/{PERSON}").status_code == 403


def card(page: str, title: str) -> str:
    """The words under one heading of a person's page."""
    found = next(part for part in page.split('<section class="card">') if title in part)
    return words_of(found.partition("</section>")[0])


def test_of_a_person_each_field_stands_under_how_it_leaves(full: RunningNode) -> None:
    page = signed_in(full).get(f"/leaving/people/{PERSON}?period=2025").text
    never, consent, totals = (
        card(page, "Never leaves"),
        card(page, "only with consent"),
        card(page, "Only inside totals"),
    )
    for label in ("Family name", "Given name", "Date of birth", "Local number"):
        assert label in never
        assert label not in consent + totals
    assert "Present" in consent
    assert "Sex" in totals
    assert "specially protected: Target groups" in totals
    assert "was not asked: nothing of this leaves" in consent


@pytest.mark.parametrize(
    ("withdrawn", "words"),
    [
        ({}, "agreed on 10 January 2025"),
        ({"withdrawn_on": "2025-09-01"}, "took the consent back on 1 September 2025"),
    ],
)
def test_the_page_of_a_person_says_what_they_consented_to(
    node: RunningNode, withdrawn: dict[str, str], words: str
) -> None:
    given = [{"purpose": "exchange", "granted_on": "2025-01-10", **withdrawn}]
    keep(node.node.store, [*SHARED, participant(consents=given), *dossier(1)[1:]])
    assert words in card(signed_in(node).get(f"/leaving/people/{PERSON}").text, "only with consent")


def test_a_field_that_was_not_filled_in_is_not_listed(node: RunningNode) -> None:
    keep(node.node.store, [*SHARED, *dossier(1)])
    browser = signed_in(node)
    assert "National number" not in browser.get(f"/leaving/people/{PERSON}").text
    change(node.node.store, replace(participant(), national_identifier="88.04.12-123.45"))
    page = browser.get(f"/leaving/people/{PERSON}").text
    assert "National number" in card(page, "Never leaves")
    assert "88.04" not in page


def test_the_figures_a_person_counts_in_are_those_that_would_miss_them(full: RunningNode) -> None:
    store, catalogue = full.node.store, full.node.catalogue
    mine = id_of("accompaniment", 7)
    keep(store, [action(70, accompaniment=mine, **{"from": "2025-05-05", "to": "2025-05-06"})])
    store.refresh_facts()
    person = id_of("participant", 7)
    with store.reading() as session:
        named = {one.indicator for one in counted_in(session, store.vault, catalogue, YEAR, person)}
    exact = {(one.indicator, one.part): one.exact for one in seen(full).figures if one.dimension == "total"}
    store.erase(person, store.context("test"))
    without = {(one.indicator, one.part): one.exact for one in seen(full).figures if one.dimension == "total"}
    missed = {name for (name, part), value in exact.items() if value != without[name, part]}
    # How many files each colleague has is counted by colleague: one file less is another band, or the same.
    caseload = {one.id for one in catalogue.indicators if one.distinct == "groups"}
    assert named - caseload == missed - caseload
    assert len(named) > 10


def test_a_person_of_another_time_counts_in_nothing(full: RunningNode) -> None:
    page = signed_in(full).get(f"/leaving/people/{PERSON}?period=2020").text
    assert "No figure of this period counts this person." in words_of(page)


def test_a_coach_sees_the_page_of_their_own_people_and_gives_a_reason_for_others(full: RunningNode) -> None:
    assert signed_in(full, "coach", actor=id_of("actor")).get(f"/leaving/people/{PERSON}").status_code == 200
    answer = signed_in(full, "coach", actor=id_of("actor", 9)).get(f"/leaving/people/{PERSON}")
    assert answer.status_code == 403
    assert "Famille1" not in answer.text


def test_who_may_not_see_special_fields_is_not_told_which_are_filled_in(full: RunningNode) -> None:
    page = signed_in(full, "reader").get(f"/leaving/people/{PERSON}").text
    assert "specially protected" not in page
    assert "Target groups" not in card(page, "Only inside totals")


def test_a_second_file_of_the_person_is_counted_too(node: RunningNode) -> None:
    keep(node.node.store, [*SHARED, *dossier(1), referral(2, participant=PERSON)])
    again = accompaniment(2, participant=PERSON, opened_on="2024-01-10", started_on="2024-02-01")
    again["phase_history"] = [{"phase": "insertion_coop", "from": "2024-01-10"}]
    keep(node.node.store, [again])
    assert "Open accompaniments" in signed_in(node).get(f"/leaving/people/{PERSON}?period=2024").text


def test_the_last_quarter_that_is_over_is_shown_first(node: RunningNode) -> None:
    keep(node.node.store, [*SHARED, *dossier(1)])
    page = signed_in(node).get("/leaving").text
    now = datetime.now(UTC)
    quarter = (now.month - 1) // 3 or 4
    year = now.year if now.month > 3 else now.year - 1
    assert f'<option value="{year}-Q{quarter}" selected>' in page
    assert f'<option value="{now.year}">{now.year} (not over)' in page
    assert 'value="2024"' not in page


def test_the_workshop_sees_how_many_are_left_out_and_why_a_person_is(full: RunningNode) -> None:
    browser = signed_in(full)
    assert "took back" not in browser.get("/leaving?period=2025").text
    for number in (1, 2):
        taken_back = {"purpose": "statistics", "granted_on": "2025-01-10", "withdrawn_on": "2025-09-01"}
        change(full.node.store, replace(participant(number), consents=[taken_back]))
    page = words_of(browser.get("/leaving?period=2025").text)
    assert "28 people were accompanied in this period." in page
    assert "Not among them: 2 people who took back their consent to statistics." in page
    mine = browser.get(f"/leaving/people/{PERSON}?period=2025").text
    assert "took the consent to statistics back on 1 September 2025" in card(mine, "Only inside totals")
    assert "No figure of this period counts this person." in mine
