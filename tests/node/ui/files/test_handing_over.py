"""Another responsible keeps both periods; a file handed back for correction stands where it was; the history tells."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as some

from coupole.node.records.project import team_on
from coupole.node.ui.files.responsible import handed_over
from coupole.standard.codes import code_list
from tests.calling import RunningNode, problem
from tests.desk import account, browser_of
from tests.factories import actor, id_of
from tests.forms import forms_of
from tests.node.records.filed import FILE_ID, put, stored
from tests.node.ui.files.desks import FILE, FileDesk, codes, desk, post, refusal, saved, told
from tests.stores import keep

TODAY = datetime.now().astimezone().date()
NEXT = id_of("actor", 7)


@pytest.fixture
def own(node: RunningNode) -> FileDesk:
    stored(node.node.store, "insertion_coop", "closure")
    keep(node.node.store, [actor(7, display_name="Sofie Lenaerts")])
    return desk(node)


def responsibles(own: FileDesk, day: date) -> list[str]:
    return [one["actor"] for one in team_on(own.known(), day) if one["role"] == "project_responsible"]


def test_both_periods_of_a_change_of_responsible_stay_readable(own: FileDesk) -> None:
    assert saved(own.send("/responsible", {"actor": NEXT, "day": TODAY.isoformat(), "why": "Leave"}))
    assert own.all("accompaniment")[0]["responsible"] == NEXT
    assert responsibles(own, TODAY) == [NEXT]
    assert responsibles(own, TODAY - timedelta(days=1)) == [id_of("actor")]
    assert "Sofie Lenaerts" in told(own.page())


def test_nobody_unknown_takes_over(own: FileDesk) -> None:
    assert refusal(own.send("/responsible", {"actor": id_of("actor", 99)}))[0] == 422
    assert own.all("accompaniment")[0]["responsible"] == id_of("actor")


def test_two_who_hand_over_at_once_do_not_both_succeed(own: FileDesk) -> None:
    form = own.form("/responsible")
    assert saved(own.send("/responsible", {"actor": NEXT}, form))
    assert refusal(own.send("/responsible", {"actor": id_of("actor", 2)}, form)) == (412, ["revision_conflict"])


def test_a_coach_leaves_the_correction_to_an_officer(node: RunningNode, own: FileDesk) -> None:
    coach = browser_of(node, account(node, "coach", actor=id_of("actor")))
    assert "/correct" not in coach.get(FILE).text
    assert coach.get(f"{FILE}/correct").status_code == 403
    assert "/correct" in browser_of(node, account(node, "officer")).get(FILE).text


REFUSED = "hand_over_refused"
STRANGER = id_of("actor", 7)


def coach(node: RunningNode, actor: str) -> FileDesk:
    """The file on the desk of a coach, who says why they open it when it is not theirs."""
    there = desk(node, "coach", actor=actor)
    if there.browser.get(FILE).status_code == 403:
        there.browser.post("/reason", data={"accompaniment": FILE_ID, "reason": "Stands in this week", "next": "/"})
    return there


def taking(there: FileDesk, record: str, **fields: str) -> tuple[int, list[str]]:
    """What the form of a record answers when a coach writes themselves in: number and codes of what stands there."""
    path = f"/records/{record}"
    page = there.browser.get(path)
    assert page.status_code == 200, page.text
    form = next(one for one in forms_of(page.text) if "drawn_in" in one.named)
    kept = [(name, value) for name, value in form.fields if name not in fields]
    answer = post(there.browser, path, [*kept, *fields.items()])
    return answer.status_code, codes(answer.text)


def test_a_coach_hands_over_their_own_file_and_no_other(node: RunningNode, own: FileDesk) -> None:
    mine, theirs = coach(node, id_of("actor")), coach(node, STRANGER)
    assert f'href="{FILE}/responsible"' in mine.page()
    assert f'href="{FILE}/responsible"' not in theirs.page()
    answer = theirs.browser.get(f"{FILE}/responsible")
    assert (answer.status_code, codes(answer.text)) == (403, [REFUSED])
    assert "Only the person responsible for this file, an officer or an administrator" in told(answer.text)
    form = mine.form("/responsible")
    assert refusal(theirs.send("/responsible", {"actor": STRANGER}, form)) == (403, [REFUSED])
    assert own.all("accompaniment")[0]["responsible"] == id_of("actor")
    assert responsibles(own, TODAY) == [id_of("actor")], "nor is the team another one"
    assert saved(mine.send("/responsible", {"actor": STRANGER}, form))
    assert own.all("accompaniment")[0]["responsible"] == STRANGER


def test_nobody_takes_a_file_by_writing_themselves_into_the_team_or_the_referral(
    node: RunningNode, own: FileDesk
) -> None:
    theirs, before = coach(node, STRANGER), own.known()
    row = {"members.2.actor": STRANGER, "members.2.role": "trainer", "members.2.from": "2025-01-01"}
    for record, fields in ((id_of("team"), row), (id_of("referral"), {"source_actor": STRANGER})):
        assert taking(theirs, record, **fields) == (403, [REFUSED]), record
    assert own.known() == before


def test_a_colleague_of_the_team_goes_on_changing_it_and_a_stand_in_adds_others(
    node: RunningNode, own: FileDesk
) -> None:
    row = {"members.2.role": "trainer", "members.2.from": "2025-01-01"}
    stand_in = coach(node, STRANGER)
    assert taking(stand_in, id_of("team"), **{"members.2.actor": id_of("actor", 3)}, **row)[0] == 303
    put(
        own.store,
        "team",
        members=[*own.all("team")[0]["members"], {"actor": STRANGER, "role": "trainer", "from": "2025-01-01"}],
    )
    member = coach(node, STRANGER)
    assert taking(member, id_of("team"), **{"members.3.to": TODAY.isoformat()})[0] == 303
    answer = member.browser.get(f"{FILE}/responsible")
    assert (answer.status_code, codes(answer.text)) == (403, [REFUSED]), "in the team is not responsible"


def test_a_hand_over_is_taken_back_by_who_made_it(node: RunningNode, own: FileDesk) -> None:
    mine = coach(node, id_of("actor"))
    answer = mine.send("/responsible", {"actor": STRANGER})
    undo = parse_qs(urlsplit(answer.headers["location"]).query)["undo"]
    mine.browser.post("/reason", data={"accompaniment": FILE_ID, "reason": "The wrong name", "next": "/"})
    back = mine.browser.post("/undo", data={"written": undo, "next": "/"})
    assert back.status_code == 303, told(back.text)
    assert own.all("accompaniment")[0]["responsible"] == id_of("actor")


def test_a_program_makes_another_responsible_only_with_a_scope_for_it(node: RunningNode, own: FileDesk) -> None:
    path = f"/api/v1/accompaniments/{FILE_ID}"
    put(
        own.store,
        "team",
        members=[*own.all("team")[0]["members"], {"actor": NEXT, "role": "project_responsible", "from": "2025-01-01"}],
    )
    wanted = {**node.call("GET", path).json(), "responsible": NEXT}
    asked = {"document": wanted, "headers": {"if-match": f'"{wanted["revision"]}"', "accept-language": "it"}}
    answer = node.call("PUT", path, scope="records:read records:write", **asked)
    assert problem(answer) == (403, REFUSED)
    assert "Solo chi è responsabile di questo fascicolo" in answer.json()["title"]
    assert node.call("PUT", path, scope="records:read records:write records:assign", **asked).status_code == 200
    assert own.all("accompaniment")[0]["responsible"] == NEXT


DAYS = some.dates(date(2020, 1, 1), date(2030, 1, 1))


@given(began=DAYS, day=DAYS, others=some.integers(0, 3))
def test_a_handed_over_period_never_ends_before_it_begins(began: date, day: date, others: int) -> None:
    rest = [{"actor": f"a{number}", "role": "trainer", "from": "2020-01-01"} for number in range(others)]
    first, *kept = handed_over([{"actor": "x", "role": "project_responsible", "from": began.isoformat()}, *rest], day)
    assert first["to"] >= first["from"]
    assert kept == rest


def test_a_file_closed_by_mistake_is_handed_back_with_a_reason(node: RunningNode) -> None:
    stored(node.node.store, "concluded")
    own = desk(node)
    assert f'href="{FILE}/correct"' in own.page("/move")
    assert saved(own.send("/correct", {"phase": "hired", "reason": "The wrong file"}))
    file = own.all("accompaniment")[0]
    assert (file["phase"], "closed_on" in file) == ("hired", False)
    assert "The wrong file" in told(own.page("/history"))


def test_nobody_hands_back_without_a_reason_or_to_where_it_never_was(node: RunningNode) -> None:
    stored(node.node.store, "concluded")
    own = desk(node)
    assert refusal(own.send("/correct", {"reason": ""}))[0] == 422
    answer = own.send("/correct", {"phase": "suspended", "reason": "A slip"})
    assert refusal(answer) == (409, ["transition_refused", "phase_not_passed"])
    assert own.all("accompaniment")[0]["phase"] == "concluded"


def test_a_file_that_has_just_begun_has_nothing_to_go_back_to(node: RunningNode) -> None:
    stored(node.node.store, "referred", "closure", "plan", "objective", current_plan=..., agreement=...)
    assert "nothing to go back to" in told(desk(node).page("/correct"))


def test_the_history_says_who_wrote_what_when_and_what_it_was_before(own: FileDesk, node: RunningNode) -> None:
    luc = FileDesk(node, browser_of(node, account(node, "officer", name="Luc Maes")))
    assert saved(luc.send("/responsible", {"actor": NEXT, "why": "Leave"}))
    said = told(own.page("/history"))
    assert "Luc Maes" in said
    assert "Coach 1 → Sofie Lenaerts" in said
    assert "Reason: Leave" in said


def test_the_history_goes_on_page_by_page(own: FileDesk) -> None:
    first = own.page("/history")
    assert "page=2" not in first or "Earlier" in told(first)
    for odd in ("0", "-1", "x", "99999999", ""):
        assert own.browser.get(f"{FILE}/history?page={odd}").status_code == 200


def test_the_history_of_a_reader_has_no_special_categories(own: FileDesk, node: RunningNode) -> None:
    put(own.store, "status_observation", barriers=[{"code": "health", "state": "present"}])
    said = code_list("barrier").labels("health", "en")
    assert said in told(own.page("/history"))
    assert said not in told(desk(node, "reader").page("/history"))
