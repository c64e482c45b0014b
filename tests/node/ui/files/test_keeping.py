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
