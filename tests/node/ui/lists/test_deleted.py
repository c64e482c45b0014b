"""What was deleted comes back for thirty days, by whoever may delete it; closed files say how long they are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from coupole.node.store import queries
from coupole.node.store.changes import Change
from tests.calling import RunningNode
from tests.desk import signed_in
from tests.factories import actor, id_of
from tests.node.ui.lists.workshop import coach, file, filled, rows, told
from tests.stores import change, keep

NOW = datetime.now(UTC)


def delete(node: RunningNode, *records: str, days_ago: int = 0) -> None:
    """Delete records in one write, some days ago."""
    with node.node.store.reading() as session:
        revisions = queries.standing(session, records)
    gone = [Change(record.split(":")[1], None, id=record, expect=revisions[record]) for record in records]
    change(node.node.store, *gone, now=NOW - timedelta(days_ago))


def lives(node: RunningNode, record: str) -> bool:
    with node.node.store.reading() as session:
        return record in queries.standing(session, [record])


def test_a_meeting_that_was_deleted_is_brought_back(node: RunningNode) -> None:
    meeting = id_of("team_meeting")
    delete(filled(node), meeting)
    officer = signed_in(node)
    words = told(officer.get("/bin"))
    for shown in ("Peeters, Zoë", "Team meeting", "4 March 2025", "30 days left"):
        assert shown in words
    answer = officer.post("/bin", data={"record": meeting})
    assert answer.headers["location"] == "/bin?notice=restored"
    assert lives(node, meeting)
    assert "Nothing was deleted in the last 30 days." in told(officer.get("/bin"))


def test_what_was_deleted_together_comes_back_together(node: RunningNode) -> None:
    gone = [id_of("team_meeting"), id_of("contribution")]
    delete(filled(node), *gone)
    officer = signed_in(node)
    assert officer.get("/bin").text.count('<form method="post" action="/bin">') == 1
    officer.post("/bin", data={"record": gone})
    assert all(lives(node, record) for record in gone)


def test_after_thirty_days_it_is_gone_from_the_list(node: RunningNode) -> None:
    delete(filled(node), id_of("team_meeting"), days_ago=31)
    delete(node, id_of("contribution"), days_ago=27)
    words = told(signed_in(node).get("/bin"))
    assert "Team meeting" not in words
    assert "▲ 3 days left" in words
    assert signed_in(node).post("/bin", data={"record": id_of("team_meeting")}).status_code == 404


def test_a_coach_sees_and_brings_back_what_was_deleted_in_their_own_files(node: RunningNode) -> None:
    delete(filled(node), id_of("team_meeting", 1))
    delete(node, id_of("team_meeting", 3))
    keep(node.node.store, [actor(7, display_name="Somebody Else")])
    delete(node, id_of("actor", 7))
    browser = coach(node)
    page = browser.get("/bin")
    assert "Peeters, Zoë" in told(page)
    assert "Keïta" not in page.text
    assert "Somebody Else" not in page.text
    for record in (id_of("team_meeting", 3), id_of("actor", 7)):
        answer = browser.post("/bin", data={"record": record})
        assert 'data-code="nothing_to_restore"' in answer.text
        assert not lives(node, record)
    assert browser.post("/bin", data={"record": id_of("team_meeting", 1)}).status_code == 303


@pytest.mark.parametrize("record", ["", "x", id_of("team_meeting")])
def test_what_was_not_deleted_is_not_brought_back(node: RunningNode, record: str) -> None:
    answer = signed_in(filled(node)).post("/bin", data={"record": record})
    assert 'data-code="nothing_to_restore"' in answer.text


@pytest.mark.parametrize("role", ["reader", "auditor"])
def test_whoever_deletes_nothing_sees_no_bin(node: RunningNode, role: str) -> None:
    browser = signed_in(filled(node), role)
    assert browser.get("/bin").status_code == 403
    assert browser.post("/bin", data={"record": id_of("team_meeting")}).status_code == 403


def closed(number: int, day: str) -> list[dict[str, object]]:
    """A file that was closed on that day."""
    history = [
        {"phase": "insertion_coop", "from": "2015-02-01", "to": day},
        {"phase": "discontinued", "from": day},
    ]
    dates = {"opened_on": "2015-02-01", "started_on": "2015-02-01", "closed_on": day}
    return file(number, phase="discontinued", phase_history=history, **dates)


def test_closed_files_say_how_long_they_are_kept(node: RunningNode) -> None:
    keep(filled(node).node.store, [*closed(8, "2016-05-01"), *closed(9, "2025-06-01")])
    page = signed_in(node).get("/bin")
    assert rows(page) == ["Famille8, Prénom8", "Famille9, Prénom9"]
    words = told(page)
    assert "1 May 2021" in words
    assert "1 Jun 2030" in words
    assert "1 file no longer has to be kept." in words
    signed_in(node, "admin").post("/settings", data={"retention_years": "20"})
    assert "no longer has to be kept" not in told(signed_in(node).get("/bin"))
