from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from coupole.node.api.spool import PIECE, Spool
from coupole.standard.reading import canonical
from tests.calling import RunningNode, problem
from tests.factories import SHARED, dossier, id_of, participant, referral
from tests.stores import with_files

NDJSON = {"content-type": "application/x-ndjson"}


def lines(*documents: Any) -> bytes:
    return b"".join(canonical(document) + b"\n" for document in documents)


def verdicts(node: RunningNode, body: bytes, query: str = "", **headers: str) -> list[dict[str, Any]]:
    answer = node.call("POST", f"/api/v1/import{query}", content=body, headers={**NDJSON, **headers})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson"), answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def test_imports_and_exports_are_for_those_who_may_write_or_read_everything(node: RunningNode) -> None:
    for method, path, scope in (("POST", "/api/v1/import", "plan:write"), ("GET", "/api/v1/export", "plan:read")):
        assert problem(node.stranger(method, path)) == (401, "token_missing")
        assert problem(node.call(method, path, scope=scope)) == (403, "scope_missing")


def test_every_line_gets_its_verdict(node: RunningNode) -> None:
    body = lines(participant(1), referral(7), participant(2, sex="?")) + b"\n{\n[]\n" + lines({"id": "x"})
    found = verdicts(node, body)
    assert [(one["row"], one["outcome"]) for one in found] == [
        (1, "created"),
        (2, "refused"),
        (3, "refused"),
        (5, "refused"),
        (6, "refused"),
        (7, "refused"),
    ]
    codes = [one["errors"][0]["code"] for one in found if one["outcome"] == "refused"]
    assert codes == ["reference_missing", "code_unknown", "json_invalid", "type_wrong", "pattern_mismatch"]
    assert found[0]["documents"] == [
        {"entity": "participant", "id": id_of("participant"), "revision": 1, "outcome": "created"}
    ]
    assert len(node.call("GET", "/api/v1/participants").json()["items"]) == 1


def test_a_dry_run_says_the_same_and_writes_nothing(node: RunningNode) -> None:
    body = lines(*SHARED, *dossier(1), participant(2, sex="?"))
    said = verdicts(node, body, "?dry_run=true")
    assert node.call("GET", "/api/v1/changes").json() == {"items": [], "next": 0}
    assert verdicts(node, body) == said


def test_a_second_import_finds_everything_unchanged_and_a_higher_revision_replaces(node: RunningNode) -> None:
    body = lines(*SHARED, *dossier(1))
    verdicts(node, body)
    assert {one["outcome"] for one in verdicts(node, body)} == {"unchanged"}
    newer, older = participant(1, revision=5, sex="F"), participant(1, revision=2, sex="X")
    assert [one["outcome"] for one in verdicts(node, lines(newer, older))] == ["replaced", "refused"]
    assert node.call("GET", f"/api/v1/participants/{id_of('participant')}").headers["etag"] == '"5"'


def test_a_tombstone_is_no_document(node: RunningNode) -> None:
    found = verdicts(node, lines({**participant(), "deleted": True}))
    assert found[0]["errors"][0]["code"] == "document_deleted"


def test_reasons_come_in_the_readers_language_and_without_values(node: RunningNode) -> None:
    body = lines(participant(2, family_name=["Zebedeus"]))
    english = verdicts(node, body)[0]["errors"][0]
    dutch = verdicts(node, body, **{"accept-language": "nl"})[0]["errors"][0]
    assert english["code"] == dutch["code"]
    assert english["detail"] != dutch["detail"]
    assert "Zebedeus" not in str(english) + str(dutch)


def test_an_import_of_another_type_is_refused(node: RunningNode) -> None:
    answer = node.call("POST", "/api/v1/import", content=b"[]", headers={"content-type": "application/json"})
    assert problem(answer) == (415, "body_type_unknown")
    assert problem(node.call("POST", "/api/v1/import?dry=1", content=b"", headers=NDJSON)) == (422, "query_unknown")


def test_a_single_line_longer_than_a_document_is_refused_and_the_others_are_not(node: RunningNode) -> None:
    body = lines(participant(1)) + b'{"x":"' + b"y" * 3_000_000 + b'"}\n' + lines(participant(2))
    found = verdicts(node, body)
    assert [one["outcome"] for one in found] == ["created", "refused", "created"]
    assert found[1]["errors"][0]["code"] == "json_too_long"


def test_an_export_is_taken_in_unchanged_and_noted_in_the_ledger(node: RunningNode) -> None:
    with_files(node.node.store, 1, 2)
    answer = node.call("GET", "/api/v1/export")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
    documents = [json.loads(line) for line in answer.text.splitlines()]
    by_id = {document["id"]: document for document in (*SHARED, *dossier(1), *dossier(2))}
    assert {document["id"]: document for document in documents} == by_id
    assert {one["outcome"] for one in verdicts(node, answer.content)} == {"unchanged"}
    entry = node.call("GET", "/api/v1/egress").json()["items"][0]
    assert (entry["what"], entry["size"]) == ("export", len(answer.content))
    assert entry["sha256"] == hashlib.sha256(answer.content).hexdigest()


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, 3 * PIECE + 17])
def test_a_spool_gives_back_what_it_took(size: int) -> None:
    given = bytes(number % 251 for number in range(1000)) * (size // 1000 + 1)
    spool = Spool()
    for start in range(0, size, 65_536):
        spool.write(given[start : min(start + 65_536, size)])
    assert b"".join(spool.pieces()) == given[:size]
    assert (spool.size, spool.sha256) == (size, hashlib.sha256(given[:size]).hexdigest())
    spool.close()
