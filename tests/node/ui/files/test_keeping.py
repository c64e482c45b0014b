"""Nothing typed is lost: it is kept while somebody types, found again, and gone once it is saved."""

from __future__ import annotations

import pytest
from sqlmodel import select

from coupole.node.store.tables import Draft
from tests.calling import RunningNode
from tests.desk import account, browser_of, signed_in
from tests.factories import SHARED, id_of, objective
from tests.node.records.filed import FILE_ID, stored
from tests.node.ui.files.desks import FileDesk, desk, post, saved, the_form, told
from tests.stores import keep

GOAL = f"goal.{id_of('objective', 2).rsplit(':', 1)[1]}"


@pytest.fixture
def own(node: RunningNode) -> FileDesk:
    stored(node.node.store, "insertion_coop", "closure", "team_meeting")
    keep(node.node.store, [objective(2, accompaniment=FILE_ID, wording="Come on time")])
    return desk(node)


def kept(node: RunningNode) -> int:
    with node.node.store.reading() as session:
        return len(session.exec(select(Draft)).all())


def test_what_is_typed_is_kept_and_changes_nothing_yet(own: FileDesk) -> None:
    answer = own.send("/meeting", {"minutes": "Half a sent", f"{GOAL}.level": "4", "autosave": "all"})
    assert answer.status_code == 200
    assert "Kept, not saved yet" in told(answer.text)
    assert own.all("team_meeting") == []
    again = own.page("/meeting")
    assert ">Half a sent</textarea>" in again
    assert f'name="{GOAL}.level" value="4" checked' in again
    assert "was not saved. It is still here." in told(again)


def test_once_saved_it_is_forgotten(own: FileDesk) -> None:
    own.send("/meeting", {"minutes": "Half a sent", "autosave": "all"})
    assert saved(own.send("/meeting", {"minutes": "A whole sentence"}))
    assert kept(own.node) == 0
    assert "Half a sent" not in own.page("/meeting")


def test_a_form_that_was_refused_is_kept_too(own: FileDesk) -> None:
    assert own.send("/meeting", {f"{GOAL}.change": "dropped", "minutes": "Long talk"}).status_code == 422
    assert ">Long talk</textarea>" in own.page("/meeting")


def test_it_is_forgotten_when_asked(own: FileDesk) -> None:
    own.send("/meeting", {"minutes": "Half a sent", "autosave": "all"})
    answer = post(own.browser, f"/files/{FILE_ID}/meeting", [("forget", "yes")])
    assert answer.status_code == 303
    assert kept(own.node) == 0


def test_nobody_finds_what_a_colleague_typed(own: FileDesk, node: RunningNode) -> None:
    own.send("/meeting", {"minutes": "Half a sent", "autosave": "all"})
    assert "Half a sent" not in desk(node).page("/meeting")


def test_what_is_kept_says_what_others_changed_since(own: FileDesk, node: RunningNode) -> None:
    own.send("/meeting", {"minutes": "Half a sent", f"{GOAL}.level": "2", "autosave": "all"})
    luc = FileDesk(node, browser_of(node, account(node, "officer", name="Luc Maes")))
    assert saved(luc.send("/meeting", {f"{GOAL}.change": "achieved"}))
    assert "Come on time was changed by Luc Maes" in told(own.page("/meeting"))


@pytest.mark.parametrize("page", ["/evaluation", "/plan/new"])
def test_other_forms_of_a_file_keep_what_is_typed_as_well(own: FileDesk, page: str) -> None:
    field = "days_due" if page == "/evaluation" else "why"
    assert "Kept" in told(own.send(page, {field: "17", "autosave": "all"}).text)
    assert f'name="{field}" value="17"' in own.page(page)


@pytest.mark.parametrize(
    ("page", "field"), [("/move?phase=suspended", "why"), ("/responsible", "why"), ("/correct", "reason")]
)
def test_a_change_of_phase_of_responsible_and_a_correction_keep_what_is_typed(
    own: FileDesk, page: str, field: str
) -> None:
    answer = own.send(page, {field: "Half a sent", "autosave": "all"})
    assert answer.status_code == 200
    assert "Kept, not saved yet" in told(answer.text)
    assert 'value="Half a sent"' in own.page(page)
    assert "data-autosave" in own.page(page)
    assert post(own.browser, f"/files/{FILE_ID}{page}", [("forget", "yes")]).status_code == 303
    assert "Half a sent" not in own.page(page)


def test_each_change_of_phase_keeps_its_own(own: FileDesk) -> None:
    own.send("/move?phase=suspended", {"why": "In hospital", "autosave": "all"})
    own.send("/move?phase=discontinued", {"why": "Moved away", "autosave": "all"})
    assert 'value="In hospital"' in own.page("/move?phase=suspended")
    assert 'value="Moved away"' in own.page("/move?phase=discontinued")
    assert "was not saved" not in told(own.page("/move"))


def test_a_change_of_phase_that_was_refused_is_found_again_and_forgotten_once_it_is_made(own: FileDesk) -> None:
    assert own.send("/move?phase=suspended", {"why": "x" * 300}).status_code == 422
    assert "x" * 300 in own.page("/move?phase=suspended")
    form = [one for one in own.form("/move?phase=suspended") if not one[0].startswith("end.")]
    assert saved(own.send("/move?phase=suspended", {"why": "In hospital"}, form))
    assert kept(own.node) == 0


def test_answers_of_a_follow_up_are_kept_while_they_are_typed(node: RunningNode) -> None:
    stored(node.node.store, "hired", "closure")
    own = desk(node)
    check = next(name for name, _ in own.form("/follow-ups") if name.startswith("check.")).rsplit(".", 1)[0]
    own.send("/follow-ups", {f"{check}.checked_on": "2025-12-24", "autosave": "all"})
    again = own.page("/follow-ups")
    assert f'name="{check}.checked_on" value="2025-12-24"' in again
    assert "was not saved. It is still here." in told(again)


def test_the_beginning_of_a_file_is_kept_until_it_is_saved(node: RunningNode) -> None:
    keep(node.node.store, SHARED)
    browser = signed_in(node)
    form = the_form(browser.get("/people/new").text, "/people/new")
    post(
        browser,
        "/people/new",
        [*[one for one in form if one[0] != "given_name"], ("given_name", "Noor"), ("autosave", "all")],
    )
    assert 'value="Noor"' in browser.get("/people/new").text
    post(browser, "/people/new", [("forget", "yes")])
    assert 'value="Noor"' not in browser.get("/people/new").text


def test_a_reader_keeps_nothing(own: FileDesk, node: RunningNode) -> None:
    reader = desk(node, "reader")
    assert reader.send("/meeting", {"minutes": "x", "autosave": "all"}, []).status_code == 403
    assert kept(node) == 0
