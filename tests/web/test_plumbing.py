"""What every service answers when a request cannot be taken as it is."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import pytest
from fastapi import APIRouter, Body, Depends, FastAPI, HTTPException, Path, Query, Request
from httpx2 import ASGITransport, AsyncClient, Response
from pydantic import BaseModel, ConfigDict
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse

from coupole.errors import CoupoleError, Finding
from coupole.standard.sentences import known_codes
from coupole.web import apps, errors, problems
from coupole.web.bodies import check_query, json_body, refuse_unknown_query
from coupole.web.errors import CursorInvalid, WebError
from coupole.web.languages import page_language, preferred
from coupole.web.paging import decode, encode, link_header

CANARY = "Gerda-Vandamme-1961"

pytestmark = pytest.mark.anyio


class PlanNotFound(CoupoleError):
    """No plan of this member has that identifier."""


class KeyMislaid(CoupoleError):
    """A kind of error nobody gave a number."""


class Plan(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: Annotated[str, Body(max_length=5)]
    status: Literal["open", "closed"] = "open"


class Page:
    def __init__(self, size: int = 0) -> None:
        self.size = size


def make_app() -> FastAPI:
    app = apps.create(
        "Plans",
        version="1",
        issuer="https://plans.example",
        status={PlanNotFound: 404},
        max_bytes=1000,
        larger={"/import": 5000},
    )

    @app.get("/plans", dependencies=[Depends(refuse_unknown_query)])
    def list_plans(limit: Annotated[int, Query(ge=1, le=100)] = 20) -> int:
        return limit

    router = APIRouter(prefix="/of", dependencies=[Depends(refuse_unknown_query)])

    @router.get("/{kind}")
    def list_kinds(kind: str, colour: Annotated[list[str], Query()], page: Annotated[Page, Depends()]) -> int:
        return len(colour) + page.size

    app.include_router(router)

    @app.get("/plans/{plan_id}", responses=problems.problems_of(PlanNotFound, status={PlanNotFound: 404}))
    def read_plan(plan_id: Annotated[str, Path(max_length=30)]) -> str:
        raise PlanNotFound()

    @app.post("/plans")
    def create_plan(plan: Plan) -> str:
        return plan.title

    @app.put("/plans/{plan_id}")
    def replace_plan(plan_id: str) -> str:
        raise KeyMislaid()

    @app.get("/failing")
    def fail() -> str:
        raise ValueError(f"cannot read {CANARY}")

    @app.get("/teapot")
    def refuse() -> str:
        raise HTTPException(418, detail=CANARY)

    @app.get("/broken")
    def answer_half() -> StreamingResponse:
        async def half() -> AsyncIterator[bytes]:
            yield b"half"
            raise ValueError(CANARY)

        return StreamingResponse(half())

    async def take(request: Request) -> JSONResponse:
        check_query(request, {"colour"}, repeatable={"colour"})
        return JSONResponse(await json_body(request, max_bytes=5000))

    for path in ("/take", "/import"):
        app.add_route(path, take, methods=["POST"])
    return app


@pytest.fixture
async def web() -> AsyncIterator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(make_app()), base_url="https://plans.example") as client:
        yield client


def refusal(response: Response, status: int, code: str) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert (response.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["type"].endswith("/" + code)
    assert problem["title"]
    assert problem["detail"]
    assert CANARY not in response.text
    return problem


async def test_nothing_at_an_address_is_a_problem_in_the_language_of_the_reader(web: AsyncClient) -> None:
    answer = await web.get("/nowhere/" + CANARY, headers={"Accept-Language": "nl-BE, en;q=0.5"})
    assert refusal(answer, 404, "path_unknown")["title"].startswith("Op dit adres")
    assert answer.headers["content-language"] == "nl"


@pytest.mark.parametrize("address", ["/plans/%00", "/%00", "/?name=a%00b", "/?%00"])
async def test_an_address_with_the_character_0_names_nothing(web: AsyncClient, address: str) -> None:
    refusal(await web.get(address), 404, "path_unknown")


async def test_a_method_no_route_of_the_address_knows_is_answered_with_all_those_that_are_known(
    web: AsyncClient,
) -> None:
    for method in ("DELETE", "TRACE", "PATCH", "FOO"):
        answer = await web.request(method, "/plans")
        refusal(answer, 405, "method_unknown")
        assert answer.headers["allow"] == "GET, POST"


async def test_a_known_kind_of_error_has_the_number_its_service_gave_it(web: AsyncClient) -> None:
    refusal(await web.get("/plans/7"), 404, "plan_not_found")


async def test_a_kind_of_error_without_a_number_is_a_failure_not_an_answer(web: AsyncClient) -> None:
    refusal(await web.put("/plans/7"), 500, "unexpected_failure")


async def test_a_parameter_of_the_wrong_form_is_named_without_its_value(web: AsyncClient) -> None:
    problem = refusal(await web.get("/plans", params={"limit": CANARY}), 422, "request_invalid")
    assert [(item["code"], item["pointer"], item["rule"]) for item in problem["errors"]] == [
        ("type_wrong", "/limit", "query")
    ]
    problem = refusal(await web.get("/plans", params={"limit": 101}), 422, "request_invalid")
    assert problem["errors"][0]["code"] == "above_maximum"


async def test_no_value_of_a_refused_body_comes_back(web: AsyncClient) -> None:
    bodies = [{"title": CANARY}, {"title": "a", "status": CANARY}, {"title": [CANARY]}, {"title": "a", CANARY: 1}]
    codes = []
    for body in bodies:
        problem = refusal(await web.post("/plans", json=body), 422, "request_invalid")
        codes.append((problem["errors"][0]["code"], problem["errors"][0]["pointer"]))
    assert codes == [
        ("too_long", "/title"),
        ("code_unknown", "/status"),
        ("type_wrong", "/title"),
        ("field_unknown", ""),
    ]
    refusal(await web.post("/plans", content=f'{{"title": {CANARY}'.encode()), 422, "request_invalid")


async def test_a_parameter_nobody_reads_is_refused_and_the_known_ones_are_named(web: AsyncClient) -> None:
    problem = refusal(await web.get("/plans", params={CANARY: "1"}), 422, "query_unknown")
    assert "limit" in problem["detail"]
    refusal(await web.get("/plans?limit=1&limit=2"), 422, "query_repeated")
    refusal(await web.get("/of/plans?colour=red&size=1&size=2"), 422, "query_repeated")
    refusal(await web.get("/of/plans?colour=red&kind=x"), 422, "query_unknown")
    assert (await web.get("/of/plans?colour=red&colour=blue&size=3")).json() == 5
    assert (await web.post("/take?colour=red&colour=blue", json={})).status_code == 200


async def test_a_body_longer_than_the_cap_is_refused_whether_or_not_it_says_so(web: AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b'"' + b"x" * 400

    refusal(await web.post("/take", content=b'"' + b"x" * 1000), 413, "body_too_long")
    refusal(
        await web.post("/take", content=pieces(), headers={"content-type": "application/json"}), 413, "body_too_long"
    )
    refusal(
        await web.post("/plans", content=pieces(), headers={"content-type": "application/json"}), 413, "body_too_long"
    )
    assert (await web.post("/import", json="x" * 3000)).status_code == 200


async def test_a_body_of_another_type_is_refused(web: AsyncClient) -> None:
    problem = refusal(await web.post("/take", content=b"a=1"), 415, "body_type_unknown")
    assert "application/json" in problem["detail"]
    xml = {"content-type": "application/xml; charset=utf-8"}
    refusal(await web.post("/take", content=b"<a/>", headers=xml), 415, "body_type_unknown")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"a": 1, "a": 2}', 400, "json_duplicate_key"),
        (b'{"a": NaN}', 400, "json_not_finite"),
        (b"[" * 21 + b"]" * 21, 400, "json_too_deep"),
        (b'{"a": "\xff"}', 400, "json_invalid"),
        (b"", 400, "json_invalid"),
    ],
)
async def test_json_that_two_readers_would_read_differently_is_refused(
    web: AsyncClient, body: bytes, status: int, code: str
) -> None:
    refusal(await web.post("/take", content=body, headers={"content-type": "application/json"}), status, code)


async def test_a_failure_is_named_and_logged_without_a_word_of_the_request(
    web: AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        problem = refusal(await web.get("/failing"), 500, "unexpected_failure")
    name = problem["instance"].rpartition(":")[2]
    assert any(name in record.getMessage() and "ValueError" in record.getMessage() for record in caplog.records)
    assert CANARY not in caplog.text


async def test_a_failure_in_the_middle_of_an_answer_breaks_it_off(
    web: AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(errors.UnexpectedFailure) as broken:
        await web.get("/broken")
    assert CANARY not in str(broken.value)
    assert broken.value.__suppress_context__
    assert CANARY not in caplog.text


async def test_a_refusal_raised_with_a_number_of_its_own_keeps_the_number_but_not_the_words(web: AsyncClient) -> None:
    refusal(await web.get("/teapot"), 418, "request_invalid")


async def test_every_answer_carries_the_security_headers(web: AsyncClient) -> None:
    for path in ("/plans", "/nowhere", "/failing"):
        headers = (await web.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["strict-transport-security"]


async def test_no_page_of_documentation_is_open_and_no_address_redirects_to_another_host(web: AsyncClient) -> None:
    for path in ("/docs", "/redoc", "/openapi.json", "/plans/"):
        answer = await web.get(path, headers={"Host": "evil.example"})
        refusal(answer, 404, "path_unknown")
        assert "location" not in answer.headers


def test_the_openapi_document_shows_our_problems_and_plain_routes() -> None:
    app = make_app()
    taken = {"operationId": "take", "responses": {"200": {"description": "Taken."}}}
    for path in ("/take", "/import"):
        apps.operation(app, path, "POST", taken)
    for _ in range(2):
        document = app.openapi()
        assert document["paths"]["/take"]["post"]["operationId"] == "take"
        assert "ValidationError" not in str(document["components"]["schemas"].keys())
        assert {"Problem", "ProblemItem"} <= document["components"]["schemas"].keys()
        found = document["paths"]["/plans/{plan_id}"]["get"]["responses"]
        assert "application/problem+json" in found["404"]["content"]
        assert "application/problem+json" in found["422"]["content"]


def test_telemetry_is_off() -> None:
    assert not make_app()._native_telemetry.enabled()


def test_every_kind_of_refusal_of_the_plumbing_has_a_number_and_words() -> None:
    kinds = [kind for kind in WebError.__subclasses__() if kind.__module__ == "coupole.web.errors"]
    assert len(kinds) > 8
    assert all(kind in problems.STATUS and kind.code in known_codes() for kind in kinds)


def test_a_finding_is_told_in_words_with_its_place_and_its_rule() -> None:
    finding = Finding("too_long", "/title", "#/properties/title", {"limit": 5})
    made = problems.document(PlanNotFound(findings=[finding]), 422, "en")
    assert made["errors"][0] | {"detail": "", "remedy": ""} == {
        "code": "too_long",
        "pointer": "/title",
        "rule": "#/properties/title",
        "detail": "",
        "remedy": "",
    }


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de", "en"),
        ("fr-BE", "fr"),
        ("it;q=0.3, nl;q=0.8, de", "nl"),
        ("nl;q=x, it;q=0.1", "it"),
        ("nl;q=0, fr", "fr"),
        ("*;q=0.1", "en"),
        ("nl;level=1", "nl"),
    ],
)
def test_the_best_of_our_languages_is_taken(header: str, language: str) -> None:
    assert preferred(header) == language


def asking(query: str, cookie: str, header: str) -> Request:
    headers = [(b"cookie", cookie.encode()), (b"accept-language", header.encode())]
    return Request({"type": "http", "method": "GET", "path": "/", "query_string": query.encode(), "headers": headers})


@pytest.mark.parametrize(
    ("query", "cookie", "header", "language"),
    [
        ("language=nl", "language=fr", "it", "nl"),
        ("language=xx", "language=fr", "it", "fr"),
        ("", "language=xx", "it", "it"),
        ("", "", "", "nl"),
    ],
)
def test_a_page_is_in_the_language_that_was_chosen_last(query: str, cookie: str, header: str, language: str) -> None:
    assert page_language(asking(query, cookie, header), "nl") == language


async def test_a_service_starts_and_ends_through_all_layers_and_a_failed_start_is_not_hidden() -> None:
    steps = iter(["lifespan.startup", "lifespan.shutdown"])
    said: list[str] = []

    async def receive() -> dict[str, str]:
        return {"type": next(steps)}

    async def send(message: Any) -> None:
        said.append(message["type"])

    await make_app()({"type": "lifespan", "app": None, "state": {}}, receive, send)
    assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]

    async def failing(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError("no database")

    with pytest.raises(ValueError, match="no database"):
        await problems.LastResort(failing)({"type": "lifespan"}, receive, send)


async def test_a_caller_that_hangs_up_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    async def abandoned(scope: Any, receive: Any, send: Any) -> None:
        raise ClientDisconnect

    async def unused(*_: Any) -> Any:
        raise AssertionError

    await problems.LastResort(abandoned)({"type": "http"}, unused, unused)
    assert not caplog.records


def test_a_cursor_leads_back_to_the_row_it_was_made_from() -> None:
    assert decode(encode("2026-10-01T00:00:00Z", "north:plan:é"), 2) == ("2026-10-01T00:00:00Z", "north:plan:é")


@pytest.mark.parametrize("cursor", ["", "%%", "bm8", encode("a"), encode("a", "b", "c"), "WzEsMl0", "e30", "x" * 2000])
def test_a_cursor_we_did_not_make_is_refused(cursor: str) -> None:
    with pytest.raises(CursorInvalid):
        decode(cursor, 2)


def test_the_next_page_is_named_without_the_host() -> None:
    link = link_header("/api/v1/plans", [("limit", "5"), ("cursor", "old")], "new")
    assert link == '</api/v1/plans?limit=5&cursor=new>; rel="next"'


async def test_plain_text_from_a_route_is_left_alone() -> None:
    app = make_app()
    app.add_route("/plain", lambda request: PlainTextResponse("x", headers={"Cache-Control": "max-age=5"}))
    async with AsyncClient(transport=ASGITransport(app), base_url="https://plans.example") as client:
        assert (await client.get("/plain")).headers.get_list("cache-control") == ["max-age=5"]
