from __future__ import annotations

import re
from html import unescape

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.calling import RunningNode
from tests.desk import signed_in
from tests.node.sheets.tables import as_xlsx, people, plant, with_registers

FILE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def ids(node: RunningNode) -> dict[str, str]:
    return with_registers(node.node.store)


def told(answer: httpx2.Response) -> str:
    assert answer.status_code == 200, answer.text
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def bring(desk: TestClient, content: bytes, name: str = "lijst.xlsx") -> str:
    answer = desk.post("/sheets", files={"file": (name, content, FILE)})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removesuffix("/columns")


def decide(desk: TestClient, sheet: str, ids: dict[str, str]) -> httpx2.Response:
    fixed = {
        "accompaniment.pathway": '"transition"',
        "accompaniment.programmes.programme": '"own_resources"',
        "accompaniment.programmes.operation": "2024",
        "referral.source_type": '"social_service"',
        "placement.type": '"coop_placement"',
    }
    return desk.post(f"{sheet}/columns", data={"do": "rows", **{f"fixed.{path}": text for path, text in fixed.items()}})


def test_the_whole_way(node: RunningNode, ids: dict[str, str]) -> None:
    desk = signed_in(node, "admin")
    planted = plant(people(60, seed=3), seed=3)
    sheet = bring(desk, as_xlsx(planted.rows))
    columns = desk.get(f"{sheet}/columns")
    assert "Still to decide" in told(columns)
    answer = decide(desk, sheet, ids)
    assert answer.status_code == 303, told(answer)
    page = desk.get(sheet)
    assert "With errors (40)" in told(page)
    assert "To create (20)" in told(page)
    for fault in planted.faults:
        place = list(planted.rows[0]).index(fault.column)
        answer = desk.post(f"{sheet}/rows/{fault.number}", data={f"cell.{place}": fault.right, "show": "errors"})
        assert answer.status_code == 303, answer.text
    page = desk.get(f"{sheet}?show=errors")
    assert "No row has an error." in told(page)
    answer = desk.post(f"{sheet}/write", data={"sure": "yes"})
    assert answer.status_code == 303
    assert "Everything is written" in told(desk.get(sheet))
    again = bring(desk, as_xlsx(people(60, seed=3)))
    assert decide(desk, again, ids).status_code == 303
    assert "Unchanged (60)" in told(desk.get(again))
