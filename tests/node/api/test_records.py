from __future__ import annotations

import pytest

from coupole.standard.entities import ENTITIES
from tests.calling import RunningNode, problem
from tests.factories import FACTORIES, content, id_of, participant, referral
from tests.stores import PARTICIPANT, with_files

PEOPLE = "/api/v1/participants"
ONE = f"{PEOPLE}/{PARTICIPANT}"

ROUTES = [
    ("GET", PEOPLE, "read"),
    ("POST", PEOPLE, "write"),
    ("GET", ONE, "read"),
    ("PUT", ONE, "write"),
    ("DELETE", ONE, "write"),
    ("GET", f"{ONE}/history", "read"),
]


@pytest.mark.parametrize(("method", "path", "verb"), ROUTES)
def test_nobody_without_a_token_gets_in(node: RunningNode, method: str, path: str, verb: str) -> None:
    answer = node.stranger(method, path)
    assert problem(answer) == (401, "token_missing")
    assert "resource_metadata" in answer.headers["www-authenticate"]


@pytest.mark.parametrize(("method", "path", "verb"), ROUTES)
def test_a_token_for_something_else_does_not_do(node: RunningNode, method: str, path: str, verb: str) -> None:
    other = "write" if verb == "read" else "read"
    answer = node.call(method, path, scope=f"participant:{other} plan:{verb} releases:read")
    assert problem(answer) == (403, "scope_missing")


@pytest.mark.parametrize("scope", ["participant:read participant:write", "records:read records:write"])
def test_the_scope_of_one_entity_does_and_so_does_that_of_all(node: RunningNode, scope: str) -> None:
    made = node.call("POST", PEOPLE, scope=scope, document=content(participant()))
    assert made.status_code == 201
    assert node.call("GET", made.headers["location"], scope=scope).json() == made.json()


@pytest.mark.parametrize("entity", list(ENTITIES))
def test_every_entity_can_be_made_read_listed_replaced_and_deleted(node: RunningNode, entity: str) -> None:
    with_files(node.node.store, 1)
    path = f"/api/v1/{ENTITIES[entity].collection}"
    fresh = {"local_id": "new"} if entity == "participant" else {}
    made = node.call("POST", path, document=content(FACTORIES[entity](1, **fresh)))
    assert made.status_code == 201, made.text
    where, tag = made.headers["location"], made.headers["etag"]
    assert tag == '"1"'
    read = node.call("GET", where)
    assert (read.json(), read.headers["etag"]) == (made.json(), tag)
    assert made.json() in node.call("GET", path).json()["items"]
    changed = {**made.json(), "extensions": {"org.example": {"seen": True}}}
    replaced = node.call("PUT", where, document=changed, headers={"if-match": tag})
    assert (replaced.status_code, replaced.json()["revision"]) == (200, 2), replaced.text
    gone = node.call("DELETE", where, headers={"if-match": replaced.headers["etag"]})
    assert (gone.status_code, gone.content) == (204, b"")
    assert problem(node.call("GET", where)) == (404, "record_not_found")
    kinds = [version["kind"] for version in node.call("GET", f"{where}/history").json()["items"]]
    assert kinds == ["put", "put", "delete"]


def test_a_list_goes_on_at_next(node: RunningNode) -> None:
    with_files(node.node.store, 1, 2, 3)
    first = node.call("GET", f"{PEOPLE}?limit=2&starts_on_from=2020-01-01")
    assert first.json() == {"items": []}
    first = node.call("GET", f"{PEOPLE}?limit=2")
    assert len(first.json()["items"]) == 2
    link = first.headers["link"]
    assert link.endswith('; rel="next"')
    rest = node.call("GET", link.partition(">")[0].removeprefix("<"))
    assert len(rest.json()["items"]) == 1
    assert "next" not in rest.json()
    assert "link" not in rest.headers
    again = node.call("GET", PEOPLE, params={"cursor": first.json()["next"], "limit": 2})
    assert again.json() == rest.json()


def test_a_list_is_narrowed_down(node: RunningNode) -> None:
    with_files(node.node.store, 1, 2)
    found = node.call("GET", f"/api/v1/plans?participant={id_of('participant', 2)}").json()["items"]
    assert [plan["id"] for plan in found] == [id_of("plan", 2)]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("family_name=X", "query_unknown"),
        ("limit=1&limit=2", "query_repeated"),
        ("limit=0", "request_invalid"),
        ("limit=501", "request_invalid"),
        ("limit=many", "request_invalid"),
        ("cursor=x", "cursor_invalid"),
        ("due_on_from=2026-02-30", "request_invalid"),
        ("updated_from=2026-02-01T10:00:00", "request_invalid"),
    ],
)
def test_a_question_nobody_understands_is_refused(node: RunningNode, query: str, code: str) -> None:
    assert problem(node.call("GET", f"{PEOPLE}?{query}")) == (422, code)


def test_a_document_is_read_as_it_stood(node: RunningNode) -> None:
    node.call("POST", PEOPLE, document=participant())
    node.call("PUT", ONE, document=participant(sex="F"), headers={"if-match": '"1"'})
    assert node.call("GET", f"{ONE}?as_of=1").json()["sex"] == "M"
    assert node.call("GET", f"{ONE}?as_of=2").json()["sex"] == "F"
    assert node.call("GET", f"{ONE}?as_of=2999-01-01").json()["sex"] == "F"
    assert problem(node.call("GET", f"{ONE}?as_of=2020-01-01")) == (404, "record_not_found")
    assert problem(node.call("GET", ONE, params={"as_of": "2020-01-01T00:00:00+01:00"})) == (404, "record_not_found")
    for wrong in ("yesterday", "2026-02-30", "2026-02-01T00:00:00", ""):
        assert problem(node.call("GET", ONE, params={"as_of": wrong})) == (422, "request_invalid")


def test_a_document_one_has_already_is_not_sent_again(node: RunningNode) -> None:
    node.call("POST", PEOPLE, document=participant())
    for known in ('"1"', 'W/"1"', '"7", "1"'):
        answer = node.call("GET", ONE, headers={"if-none-match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", '"1"')
    assert node.call("GET", ONE, headers={"if-none-match": '"2"'}).status_code == 200


def test_the_same_document_sent_twice_is_made_once(node: RunningNode) -> None:
    assert node.call("POST", PEOPLE, document=participant()).status_code == 201
    again = node.call("POST", PEOPLE, document=participant())
    assert (again.status_code, again.json()["revision"]) == (200, 1)
    assert problem(node.call("POST", PEOPLE, document=participant(sex="F"))) == (409, "record_exists")


def test_an_id_of_another_node_or_kind_cannot_be_given(node: RunningNode) -> None:
    for foreign in (id_of("participant", node="south"), id_of("plan"), 7):
        answer = node.call("POST", PEOPLE, document={**participant(), "id": foreign})
        assert problem(answer) == (422, "document_invalid")
        assert answer.json()["errors"][0]["pointer"] == "/id"


@pytest.mark.parametrize(
    ("method", "headers", "answer"),
    [
        ("PUT", {}, (428, "precondition_missing")),
        ("PUT", {"if-match": "*"}, (428, "precondition_missing")),
        ("PUT", {"if-match": '"2"'}, (412, "revision_conflict")),
        ("PUT", {"if-match": "1"}, (412, "revision_conflict")),
        ("PUT", {"if-match": 'W/"1"'}, (412, "revision_conflict")),
        ("DELETE", {}, (428, "precondition_missing")),
        ("DELETE", {"if-match": '"2"'}, (412, "revision_conflict")),
    ],
)
def test_a_change_must_name_the_revision_it_means(
    node: RunningNode, method: str, headers: dict[str, str], answer: tuple[int, str]
) -> None:
    node.call("POST", PEOPLE, document=participant())
    body = {"document": participant(sex="F")} if method == "PUT" else {}
    assert problem(node.call(method, ONE, headers=headers, **body)) == answer


def test_what_does_not_exist_cannot_be_changed(node: RunningNode) -> None:
    tag = {"if-match": '"1"'}
    assert problem(node.call("PUT", ONE, document=participant(), headers=tag)) == (404, "record_not_found")
    assert problem(node.call("DELETE", ONE, headers=tag)) == (404, "record_not_found")
    assert problem(node.call("GET", f"{ONE}/history")) == (404, "record_not_found")
    assert problem(node.call("GET", f"/api/v1/plans/{PARTICIPANT}")) == (404, "record_not_found")
    assert problem(node.call("GET", f"{PEOPLE}/x")) == (404, "record_not_found")


def test_what_others_need_cannot_be_deleted_nor_moved_to_another_person(node: RunningNode) -> None:
    with_files(node.node.store, 1, 2)
    tag = {"if-match": '"1"'}
    assert problem(node.call("DELETE", ONE, headers=tag)) == (409, "record_in_use")
    moved = referral(1, participant=id_of("participant", 2))
    answer = node.call("PUT", f"/api/v1/referrals/{id_of('referral')}", document=moved, headers=tag)
    assert problem(answer) == (422, "owner_changed")
    orphan = content(referral(9))
    assert problem(node.call("POST", "/api/v1/referrals", document=orphan)) == (422, "reference_missing")


CANARY = "Zebedeus-Quax"


@pytest.mark.parametrize(
    "document",
    [
        participant(sex=CANARY),
        participant(birth_date=CANARY),
        {**participant(), CANARY: 1},
        participant(family_name=[CANARY]),
        participant(consents=[{"purpose": CANARY}]),
        {"local_id": CANARY},
        [CANARY],
    ],
)
def test_an_invalid_document_is_refused_without_a_word_of_it(node: RunningNode, document: object) -> None:
    answer = node.call("POST", PEOPLE, document=document, headers={"accept-language": "nl"})
    assert problem(answer) == (422, "document_invalid")
    assert answer.json()["errors"]
    assert CANARY not in answer.text


@pytest.mark.parametrize(
    ("body", "kind", "answer"),
    [
        (b'{"sex":"M","sex":"F"}', "application/json", (400, "json_duplicate_key")),
        (b'{"sex":NaN}', "application/json", (400, "json_not_finite")),
        (b"[" * 50 + b"]" * 50, "application/json", (400, "json_too_deep")),
        (b"{", "application/json", (400, "json_invalid")),
        (b"{}", "text/plain", (415, "body_type_unknown")),
        (b'"' + b"x" * 1_000_001 + b'"', "application/json", (413, "body_too_long")),
    ],
)
def test_a_body_that_could_be_read_in_two_ways_is_refused(
    node: RunningNode, body: bytes, kind: str, answer: tuple[int, str]
) -> None:
    assert problem(node.call("POST", PEOPLE, content=body, headers={"content-type": kind})) == answer


def test_an_erased_person_is_gone_for_good(node: RunningNode) -> None:
    with_files(node.node.store, 1)
    assert node.node.store.erase(PARTICIPANT, node.node.store.context("anna"))
    assert problem(node.call("GET", ONE)) == (404, "record_not_found")
    assert problem(node.call("GET", f"{ONE}/history")) == (410, "person_erased")
    assert problem(node.call("GET", f"{ONE}?as_of=1")) == (410, "person_erased")
    assert problem(node.call("POST", PEOPLE, document=participant())) == (410, "person_erased")
    assert node.call("GET", PEOPLE).json() == {"items": []}
