from __future__ import annotations

import pytest

from tests.calling import RunningNode, problem
from tests.factories import dossier, id_of, participant
from tests.stores import PARTICIPANT, with_files

FEED = "/api/v1/changes"


def test_the_feed_is_for_those_who_may_follow_changes(node: RunningNode) -> None:
    assert problem(node.stranger("GET", FEED)) == (401, "token_missing")
    assert problem(node.call("GET", FEED, scope="records:read")) == (403, "scope_missing")
    assert node.call("GET", FEED, scope="changes:read").json() == {"items": [], "next": 0}


def test_a_program_goes_on_with_the_last_number_it_saw(node: RunningNode) -> None:
    with_files(node.node.store, 1)
    seen, after = [], 0
    while items := (page := node.call("GET", f"{FEED}?after={after}&limit=7").json())["items"]:
        seen.extend(items)
        after = page["next"]
    assert [change["seq"] for change in seen] == list(range(1, after + 1))
    assert seen[-1]["document"]["id"] == seen[-1]["id"]
    only = node.call("GET", f"{FEED}?entity=plan&entity=closure").json()["items"]
    assert {change["entity"] for change in only} == {"plan", "closure"}


def test_deletions_are_told_and_so_are_the_actors(node: RunningNode) -> None:
    made = node.call("POST", "/api/v1/participants", document=participant())
    node.call("DELETE", made.headers["location"], headers={"if-match": '"1"'})
    put, gone = node.call("GET", FEED).json()["items"]
    assert (put["kind"], put["document"], put["client"]) == ("put", made.json(), "program-1")
    assert (gone["kind"], gone["id"], gone["revision"]) == ("delete", PARTICIPANT, 2)
    assert "document" not in gone


def test_of_an_erased_person_only_the_erasure_is_told(node: RunningNode) -> None:
    with_files(node.node.store, 1)
    node.node.store.erase(PARTICIPANT, node.node.store.context("anna"))
    told = node.call("GET", f"{FEED}?limit=100").json()["items"]
    mine = {document["id"] for document in dossier(1)}
    assert [(change["kind"], change["id"]) for change in told if change["id"] in mine] == [("erase", PARTICIPANT)]
    assert id_of("organisation") in {change["id"] for change in told}


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "limit=1001", "entity=person"])
def test_a_wrong_question_is_refused(node: RunningNode, query: str) -> None:
    assert problem(node.call("GET", f"{FEED}?{query}")) == (422, "request_invalid")
