"""What a hub answers to programs and to people."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from jsonstat_validator import validate_jsonstat

from coupole.hub.app import OPEN_OPERATIONS, create_app
from coupole.hub.publication.formats.csv_tables import _cell
from coupole.hub.settings import HubSettings
from coupole.wire.documents import verify
from tests.fake_nodes import FakeNode
from tests.federation_network import Network
from tests.published_hub import TOTALS
from tests.small_hub import RING, SmallHub, hosts

PERIOD = "2026-10"


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    """A hub with one published month of three members, one of them off."""
    settings = HubSettings(directory=tmp_path / "hub", name="The federation", issuer="https://hub.test")
    settings.save()
    RING.save(settings.ring)
    hub = SmallHub(settings.database)
    nodes = [FakeNode(name).shows(PERIOD, figures=TOTALS) for name in ("north", "south", "west")]
    hub.add(*nodes)
    async with Network(hosts(nodes[:2])) as network:
        await hub.collect(network)
    hub.publish()
    hub.store.close()
    async with served(settings) as client:
        yield client


@asynccontextmanager
async def served(settings: HubSettings) -> AsyncIterator[httpx2.AsyncClient]:
    async with Network({"hub.test": create_app(settings)}) as network:
        client = httpx2.AsyncClient(transport=network, base_url="https://hub.test")
        yield client


async def answer(web: httpx2.AsyncClient, path: str, **headers: str) -> Any:
    response = await web.get(path, headers={name.replace("_", "-"): text for name, text in headers.items()})
    assert response.status_code == 200, response.text
    return response.json()


async def test_a_dataset_is_json_stat_with_coverage_and_noise(web: httpx2.AsyncClient) -> None:
    found = await answer(web, "/api/v1/datasets/F03")
    assert validate_jsonstat(found)
    assert (found["version"], found["class"], found["id"]) == (
        "2.0",
        "dataset",
        ["TIME_PERIOD", "BREAKDOWN", "MEASURE"],
    )
    keys = found["dimension"]["BREAKDOWN"]["category"]["index"]
    place = keys.index("sex:F")
    assert found["size"] == [1, len(keys), 1]
    assert found["value"][place] == 1200
    assert found["status"][place] == "P"
    assert found["status"][keys.index("sex:U")] == "Q"
    assert found["value"][keys.index("sex:U")] is None
    extension = found["extension"]
    assert (extension["members_in"][place], extension["members_expected"][place]) == (2, 3)
    assert (extension["noise_bound"][place], extension["noise_variance"][place]) == (10, 4)
    assert extension["members_hiding"][keys.index("sex:U")] == 2
    assert [node["id"] for node in extension["nodes"][PERIOD]] == ["north", "south"]
    assert found["updated"]


async def test_every_dataset_is_valid_whatever_is_known_of_it(web: httpx2.AsyncClient) -> None:
    listed = (await answer(web, "/api/v1/datasets"))["items"]
    assert len(listed) > 60
    for one in listed:
        for query in ("", "?by=total", *(f"?by={name}" for name in one["breakdowns"][:2])):
            found = await answer(web, one["href"] + query)
            assert validate_jsonstat(found)
            size = math.prod(found["size"])
            assert size == len(found["value"]) == len(found["status"]) == len(found["extension"]["members_in"])


async def test_one_breakdown_stands_under_its_own_name(web: httpx2.AsyncClient) -> None:
    found = await answer(web, "/api/v1/datasets/F03?by=sex", accept_language="nl")
    assert found["id"] == ["TIME_PERIOD", "SEX", "MEASURE"]
    assert found["dimension"]["SEX"]["category"]["index"][0] == "total"
    assert found["dimension"]["SEX"]["category"]["label"]["F"] == "Vrouw"


async def read_csv(web: httpx2.AsyncClient, path: str, **headers: str) -> tuple[list[dict[str, str]], str]:
    response = await web.get(path, headers={name.replace("_", "-"): text for name, text in headers.items()})
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.content.startswith(b"\xef\xbb\xbf")
    text = response.content.decode("utf-8-sig")
    delimiter = ";" if response.headers["content-language"] != "en" else ","
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter)), text


async def test_csv_opens_right_in_the_spreadsheets_of_each_language(web: httpx2.AsyncClient) -> None:
    by_suffix, _ = await read_csv(web, "/api/v1/datasets/F03.csv", accept_language="fr")
    by_accept, _ = await read_csv(web, "/api/v1/datasets/F03", accept="text/csv;q=0.9,application/json;q=0.1")
    by_choice, _ = await read_csv(web, "/api/v1/datasets/F03.csv?language=it")
    assert len(by_suffix) == len(by_accept) == len(by_choice) == 7
    female = next(row for row in by_suffix if row["code"] == "F")
    assert (female["value"], female["status"], female["members_in"], female["members_expected"]) == (
        "1200",
        "P",
        "2",
        "3",
    )
    assert female["label"] == "Femme"
    assert female["nodes"] == "north south"
    hidden = next(row for row in by_suffix if row["code"] == "U")
    assert (hidden["value"], hidden["status"], hidden["members_hiding"]) == (":", "Q", "2")


async def test_json_is_what_a_program_gets_that_does_not_say(web: httpx2.AsyncClient) -> None:
    for accept in ("*/*", "application/json", "text/html", "text/csv;q=0", "text/csv;q=x, application/json"):
        assert (await web.get("/api/v1/datasets/F03", headers={"accept": accept})).json()["class"] == "dataset"
    assert (await web.get("/api/v1/datasets/F03.json", headers={"accept": "text/csv"})).json()["class"] == "dataset"


async def test_an_answer_that_is_known_is_not_sent_again(web: httpx2.AsyncClient) -> None:
    for path in ("/api/v1/datasets/F03", "/api/v1/datasets/F03.csv", f"/api/v1/publications/{PERIOD}"):
        first = await web.get(path)
        again = await web.get(path, headers={"if-none-match": f'"other", W/{first.headers["etag"]}'})
        assert (again.status_code, again.content) == (304, b"")
        other = await web.get(path, headers={"if-none-match": '"other"'})
        assert other.status_code == 200


async def test_a_publication_is_the_very_text_that_was_signed(web: httpx2.AsyncClient) -> None:
    response = await web.get(f"/api/v1/publications/{PERIOD}")
    keys = await answer(web, "/api/v1/keys")
    verify("publication", response.content, response.headers["coupole-signature"], keys)
    listed = (await answer(web, "/api/v1/publications"))["items"]
    assert [(one["period"], one["revision"], one["answered"], one["members"]) for one in listed] == [(PERIOD, 1, 2, 3)]


async def test_members_and_what_came_of_asking_them(web: httpx2.AsyncClient) -> None:
    members = (await answer(web, "/api/v1/members"))["items"]
    assert [one["id"] for one in members] == ["north", "south", "west"]
    assert all("keys" not in one and "descriptor" not in one for one in members)
    listed = (await answer(web, f"/api/v1/collections?period={PERIOD}"))["items"]
    assert [one["kinds"] for one in listed] == [{"answered": 2, "unreachable": 1}]
    one = await answer(web, f"/api/v1/collections/{listed[0]['id']}", accept_language="nl")
    west = next(outcome for outcome in one["outcomes"] if outcome["member"] == "west")
    assert west["title"] == "Niemand antwoordt op het adres van deze node."
    assert "said" not in west


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/datasets/X99", 404, "indicator_unknown"),
        ("/api/v1/datasets/F03?by=phase", 404, "breakdown_unknown"),
        ("/api/v1/datasets/F03?period=2026-11", 404, "dataset_empty"),
        ("/api/v1/datasets/F03?period=soon", 422, "period_invalid"),
        ("/api/v1/datasets/F03?colour=red", 422, "query_unknown"),
        ("/api/v1/publications/2026-11", 404, "publication_unknown"),
        ("/api/v1/publications/soon", 422, "period_invalid"),
        ("/api/v1/collections/99", 404, "collection_unknown"),
        ("/api/v1/collections?period=soon", 422, "period_invalid"),
        ("/api/v1/nothing", 404, "path_unknown"),
        ("/?colour=red", 422, "query_unknown"),
        ("/?period=soon", 422, "period_invalid"),
        ("/?indicator=X99", 404, "indicator_unknown"),
    ],
)
async def test_what_cannot_be_answered_is_a_problem(web: httpx2.AsyncClient, path: str, status: int, code: str) -> None:
    response = await web.get(path)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.json()["detail"]


async def test_nothing_can_be_changed_from_outside(web: httpx2.AsyncClient) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in ("/api/v1/members", "/api/v1/collections", "/api/v1/datasets/F03", "/"):
            assert (await web.request(method, path)).status_code == 405


def test_every_open_operation_is_on_the_list(tmp_path: Path) -> None:
    app = create_app(HubSettings(directory=tmp_path / "hub", name="The federation", issuer="https://hub.test"))
    found = {operation["operationId"] for path in app.openapi()["paths"].values() for operation in path.values()}
    assert found
    assert found == OPEN_OPERATIONS


async def test_the_page_shows_the_table_with_coverage_noise_and_reasons(web: httpx2.AsyncClient) -> None:
    page = await web.get("/", headers={"accept-language": "en"})
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "2,048" in page.text
    assert "2 of 3 members" in page.text
    assert "hidden: so few people" in page.text
    assert "Every member changes each figure" in page.text
    assert "/api/v1/datasets/F03.csv?language=en" in page.text
    assert "<script" not in page.text


@pytest.mark.parametrize("language", ["en", "nl", "fr", "it"])
async def test_the_page_speaks_four_languages(web: httpx2.AsyncClient, language: str) -> None:
    for path in (f"/?language={language}", f"/?period={PERIOD}&indicator=F03&language={language}"):
        page = await web.get(path)
        assert page.status_code == 200
        assert f'<html lang="{language}">' in page.text


async def test_one_indicator_shows_its_breakdowns(web: httpx2.AsyncClient) -> None:
    page = (await web.get(f"/?period={PERIOD}&indicator=F03")).text
    assert "Workshop north, Workshop south" in page
    assert "1,200" in page
    assert "2 hidden to protect people" in page


async def test_a_period_without_figures_says_so(web: httpx2.AsyncClient) -> None:
    assert "Nothing was published of 2026-11" in (await web.get("/?period=2026-11")).text


async def test_a_hub_without_figures_says_so(tmp_path: Path) -> None:
    settings = HubSettings(directory=tmp_path / "hub", name="The federation", issuer="https://hub.test")
    settings.save()
    RING.save(settings.ring)
    async with served(settings) as client:
        assert "Nothing was published yet" in (await client.get("/")).text
        assert (await client.get("/readyz")).text == "ready"
        assert (await client.get("/healthz")).text == "ok"


def test_a_cell_that_a_spreadsheet_would_run_is_made_text() -> None:
    assert _cell("=1+1", "en") == "'=1+1"
    assert _cell("-5", "en") == "'-5"
    assert _cell(-5, "en") == "-5"
    assert _cell(0.25, "nl") == "0,25"
    assert _cell(0.25, "en") == "0.25"
