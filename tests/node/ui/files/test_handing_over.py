"""Another responsible keeps both periods; a file handed back for correction stands where it was; the history tells."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from coupole.node.records.project import team_on
from coupole.node.ui.files.responsible import handed_over
from coupole.standard.codes import code_list
from tests.calling import RunningNode
from tests.desk import account, browser_of
from tests.factories import actor, id_of
from tests.node.records.filed import put, stored
from tests.node.ui.files.desks import FILE, FileDesk, desk, refusal, saved, told
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
