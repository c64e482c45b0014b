from __future__ import annotations

import json
from typing import Any

from starlette.routing import Route

from coupole.node.api.routing import OPEN_OPERATIONS, STATUS
from coupole.standard.sentences import known_codes
from coupole.wire.descriptor import read_descriptor
from tests.calling import RunningNode

OPEN_ROUTES = {"/healthz", "/readyz", "/static/{file}", "/.well-known/coupole"}
"""Plain routes without a scope, beside the pages, each of which names the right it asks for."""


def operations(document: dict[str, Any]) -> dict[str, Any]:
    return {found["operationId"]: found for path in document["paths"].values() for found in path.values()}


def test_every_operation_names_its_scope(node: RunningNode) -> None:
    found = operations(node.app.openapi())
    assert len(found) > 100
    assert {name for name, operation in found.items() if not operation.get("security")} == OPEN_OPERATIONS


def test_every_plain_route_is_described_or_known_to_be_open(node: RunningNode) -> None:
    described = node.app.openapi()["paths"]
    plain = {route.path for route in node.app.routes if type(route) is Route}
    assert len(plain) > 30
    assert {path for path in plain if path not in described} | {"/.well-known/coupole"} == OPEN_ROUTES


def test_every_described_operation_is_closed_to_strangers(node: RunningNode) -> None:
    document = node.app.openapi()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation["operationId"] not in OPEN_OPERATIONS:
                answer = node.stranger(method.upper(), path.replace("{", "").replace("}", ""))
                assert answer.status_code == 401, (method, path)


def test_the_description_is_whole(node: RunningNode) -> None:
    document = node.app.openapi()
    text = json.dumps(document)
    for name in set(part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]):
        assert name in document["components"]["schemas"]


def test_every_refusal_has_its_words() -> None:
    assert {kind.code for kind in STATUS} <= set(known_codes())


def test_a_node_introduces_itself_and_signs(node: RunningNode) -> None:
    answer = node.stranger("GET", "/.well-known/coupole")
    found = read_descriptor(answer.content, answer.headers["coupole-signature"])
    assert (found["node"], found["issuer"], found["name"]) == ("north", "http://127.0.0.1:8100", "Atelier Nord")


def test_a_node_says_whether_it_lives_and_works(node: RunningNode) -> None:
    assert node.stranger("GET", "/healthz").text == "ok"
    assert node.stranger("GET", "/readyz").text == "ready"


def test_the_front_page_is_for_people_and_programs(node: RunningNode) -> None:
    assert node.stranger("GET", "/").json()["node"] == "north"
    page = node.stranger("GET", "/", headers={"accept": "text/html", "accept-language": "it"})
    assert page.headers["content-type"].startswith("text/html")
    assert "Atelier Nord" in page.text
    assert 'lang="it"' in page.text


def test_what_nobody_offers_is_not_found(node: RunningNode) -> None:
    for path in ("/docs", "/openapi.json", "/redoc", "/api/v1/figures", "/api/v1/participants/"):
        assert node.call("GET", path).status_code == 404
    assert node.call("PATCH", "/api/v1/plans").status_code == 405
