"""Every list is taken away as a spreadsheet, by whoever may, with what it is written into it."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import python_calamine

from coupole.node.store.egress import egress
from tests.calling import RunningNode
from tests.desk import account, browser_of, signed_in
from tests.factories import id_of, participant
from tests.forms import form_of
from tests.node.ui.lists.workshop import MINE, coach, file, filled
from tests.stores import change, keep, replace

NAMES = ("due", "people", "organisations", "actors", "agreements", "coordination")
FILES = [*(f"/export/{name}.{form}" for name in NAMES for form in ("xlsx", "csv")), "/sheets/everybody.xlsx"]


def opened(body: bytes) -> dict[str, list[list[object]]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(body))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def table(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.parametrize("name", NAMES)
def test_every_list_opens_in_excel_and_says_what_it_is(node: RunningNode, name: str) -> None:
    officer = signed_in(filled(node), name="Tine Baert")
    answer = officer.get(f"/export/{name}.xlsx")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert f'filename="{name}-' in answer.headers["content-disposition"]
    rows, about = opened(answer.content).values()
    assert len(rows[0]) > 3
    said = {str(line[0]): str(line[1]) for line in about}
    assert said["Made by"] == "Tine Baert"
    assert said["Workshop"] == "Atelier Nord"
    assert said["Filter" if "Filter" in said else next(one for one in said if one.startswith("Filter: "))]


def test_a_list_holds_the_rows_of_its_filters_and_says_which(node: RunningNode) -> None:
    body = signed_in(filled(node)).get(f"/export/people.xlsx?responsible={MINE}").content
    rows, about = opened(body).values()
    assert [row[0] for row in rows[1:]] == ["D’Angelo, Maria Grazia", "Peeters, Zoë"]
    assert ["Filter: Responsible", "Lien Claes"] in [list(map(str, line)) for line in about]


def test_days_are_days_and_figures_are_figures(node: RunningNode) -> None:
    rows, _about = opened(signed_in(filled(node)).get("/export/due.xlsx").content).values()
    line = dict(zip(rows[0], rows[1], strict=True))
    assert isinstance(line["Due on"], date)
    assert isinstance(line["Days late"], float)


def test_a_coach_takes_away_their_own_only(node: RunningNode) -> None:
    member = {"actor": MINE, "role": "host_operator", "from": "2025-03-01"}
    team = next(document for document in file(3) if ":team:" in document["id"])
    change(filled(node).node.store, replace(team, members=[*team["members"], member]))
    browser = coach(node)
    assert "Keïta" in browser.get("/people").text, "whose team they are in they see"
    for name in ("people", "due"):
        assert "Keïta" not in browser.get(f"/export/{name}.csv?whose=team").text


def test_a_csv_opens_right_here_and_runs_nothing(node: RunningNode) -> None:
    keep(filled(node).node.store, [participant(1, family_name="=cmd|'/c calc'!A1", revision=2)])
    body = signed_in(node).get("/export/people.csv").content
    assert body.startswith(b"\xef\xbb\xbf")
    names = [row[0] for row in table(body)[1:]]
    assert any(name.startswith("'=cmd") for name in names)


def test_what_leaves_is_noted_with_the_hash_of_the_very_bytes(node: RunningNode) -> None:
    body = signed_in(filled(node)).get("/export/people.csv").content
    with node.node.store.reading() as session:
        (row,) = egress(session)
    assert (row.what, row.sha256, row.size) == ("list:people.csv", hashlib.sha256(body).hexdigest(), len(body))


@pytest.mark.parametrize(("role", "status"), [("reader", 403), ("auditor", 403), ("coach", 200), ("admin", 200)])
def test_whoever_may_take_away_nothing_gets_nothing(node: RunningNode, role: str, status: int) -> None:
    browser = signed_in(filled(node), role)
    assert browser.get("/export/organisations.csv").status_code == status
    assert ("/export/organisations" in browser.get("/organisations").text) == (status == 200)


@pytest.mark.parametrize("address", ["/export/staff.csv", "/export/people.pdf", "/export/people", "/export/.csv"])
def test_there_is_no_other_list(node: RunningNode, address: str) -> None:
    assert signed_in(filled(node)).get(address).status_code == 404


def test_a_search_is_not_taken_away_by_its_words(node: RunningNode) -> None:
    body = signed_in(filled(node)).get("/export/people.csv?q=kei").content
    assert len(table(body)) == 4, "an address that carries a name is not listened to"
    assert id_of("participant") not in body.decode()


@pytest.mark.parametrize("address", FILES)
def test_nobody_takes_a_list_away_at_a_desk_left_open_and_whoever_shows_it_is_them_gets_it(
    node: RunningNode, address: str
) -> None:
    while_ago = datetime.now(UTC) - timedelta(minutes=11)
    browser = browser_of(filled(node), account(node, "admin"), while_ago)
    asked = f"{address}?phase=hired&whose=team"
    answer = browser.get(asked)
    assert answer.status_code == 303
    with node.node.store.reading() as session:
        assert egress(session) == []
    confirm = urlsplit(answer.headers["location"])
    assert (confirm.path, parse_qs(confirm.query)["next"]) == ("/account/confirm", [asked])
    page = browser.get(answer.headers["location"]).text
    shown = browser.post("/account/confirm", data=dict(form_of(page, "/account/confirm").typed()))
    assert shown.headers["location"] == asked
    taken = browser.get(asked)
    assert taken.status_code == 200
    assert taken.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("page", ["/people", "/organisations", "/sheets"])
def test_a_link_to_a_list_lets_the_browser_show_the_question_who_it_is(node: RunningNode, page: str) -> None:
    links = [part for part in signed_in(filled(node), "admin").get(page).text.split("<a ") if ".xlsx" in part]
    assert links
    assert not [link for link in links if " download" in link.partition(">")[0]], "it would be kept as the file"
