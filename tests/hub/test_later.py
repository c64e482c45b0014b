"""What came in after a slot was published: from whom, since when, and the figures beside those that were published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from coupole.disclosure.telescoping import BOUND
from coupole.hub.app import create_app
from coupole.hub.publication.crossings import choices_of
from coupole.hub.publication.later import Came, later
from coupole.hub.publication.opening import close_datasets
from coupole.hub.publication.sealed import SlotNotReleased
from coupole.hub.publication.views import view
from coupole.hub.settings import HubSettings
from coupole.hub.store import Store, open_store, sealed
from coupole.hub.store.sealed_tables import Certificate, SealedReport
from coupole.hub.store.tables import Member
from coupole.hub.ui.later import beside
from coupole.standard.validation import check_against
from coupole.wire import reports
from coupole.wire.sealing import SealingKey, new_private, public_of
from coupole.wire.tabulations import shape
from tests.sealed_hub import CATALOGUE, SEX, counted, planned, publish, summed
from tests.small_hub import RING

MOMENT = datetime(2026, 6, 1, tzinfo=UTC)
STOCK, FLOW = planned("S01", "count", ("sex", SEX)), planned("F03", "count", ("sex", SEX))
ENTRIES = planned("EECO01", "count", ("operation", ("ESF-1", "other")))
JANUARY, FEBRUARY, MARCH, OPENED = "2026-01", "2026-02", "2026-03", "2026-03/opening"
STAY = ["bakers", "potters", "weavers"]


def certify(store: Store, name: str, number: int, slot: str, members: list[str]) -> None:
    body = json.dumps({"groups": [{"id": "all", "members": [{"node": node} for node in members]}]}).encode()
    with store.writing() as session:
        session.add(
            Certificate(
                tabulation=name, trustee=0, number=number, slot=slot, outcome="released", body=body, signature="",
                answer=b"", received_at=MOMENT,
            )
        )  # fmt: skip


def closing(store: Store, name: str, slot: str, node: str) -> None:
    """A member's report that takes its stock out."""
    with store.writing() as session:
        kept = sealed.tabulation(session, name)
        assert kept
        form = shape(sealed.document(kept))
        made = reports.make(
            kept.body, form, slot=slot, kind="closing", node=node, seq=1, prev="0" * 64, salt=b"s" * 32, own=b"own",
            trustee_keys=[SealingKey("k", public_of("x25519", new_private("x25519")), "x25519")],
            counts=np.zeros(form.cells, np.int64), keys=np.zeros(form.cells, np.uint8), key=RING.active("sign"),
        )  # fmt: skip
        report = SealedReport(
            tabulation=name, slot=slot, member=node, reason="", said="", at=MOMENT, body=reports.pack(made)
        )
        session.add(report)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> HubSettings:
    made = HubSettings(directory=tmp_path_factory.mktemp("hub"), name="The federation", issuer="https://hub.test")
    made.save()
    RING.save(made.ring)
    return made


@pytest.fixture(scope="module")
def store(settings: HubSettings) -> Iterator[Store]:
    """January to March: two silent in February, who are back in March; balances opened with March; one leaves."""
    made = open_store(settings.database)
    with made.writing() as session:
        for node in (*STAY, "joiners", "smiths", "tailors"):
            session.add(
                Member(
                    id=node, name=node, issuer=f"https://{node}.test", country="BE", active=node != "smiths", keys="",
                    descriptor=b"", signature="", added_at=MOMENT,
                )
            )  # fmt: skip
    begun = {"S01.count.sex": [100, 50, 0, 0], "EECO01.count.operation": [6, 0]}
    name = counted(made, STOCK, FLOW, ENTRIES, values=begun, first=JANUARY)
    certify(made, name, 1, JANUARY, [*STAY, "smiths", "tailors"])
    summed(made, name, FEBRUARY, {"S01.count.sex": [1, 0, 0, 0], "EECO01.count.operation": [4, 0]})
    certify(made, name, 2, FEBRUARY, [*STAY, "smiths"][2:])
    summed(made, name, OPENED, {"S01.count.sex": [30, 20, 0, 0]}, members=2)
    certify(made, name, 3, OPENED, ["joiners", "tailors"])
    summed(made, name, MARCH, {"S01.count.sex": [-5, 7, 0, 0], "EECO01.count.operation": [7, 2]})
    certify(made, name, 4, MARCH, [*STAY, "joiners", "smiths"])
    closing(made, name, MARCH, "smiths")
    for slot in (JANUARY, FEBRUARY, MARCH):
        publish(made, slot)
    with made.writing() as session:
        close_datasets(session, CATALOGUE, ["EECO01"], actor="test")
    yield made
    made.close()


def test_late_members_opened_balances_and_one_that_left_are_told_with_the_slot_they_are_in(store: Store) -> None:
    with store.reading() as session:
        found = later(session, FEBRUARY)
    assert found.came == [
        Came("balances_opened", OPENED, 2),
        Came("members_closed", MARCH, 1),
        Came("members_late", MARCH, 2),
    ]
    assert found.newest == MARCH


def test_who_was_counted_in_a_slot_and_in_the_next_is_not_late(store: Store) -> None:
    with store.reading() as session:
        assert [one.code for one in later(session, JANUARY).came] == ["balances_opened", "members_closed"]
        newest = later(session, MARCH)
    assert (newest.came, [one.newest == one.published for one in newest.tables]) == ([], [True, True])
    with store.reading() as session, pytest.raises(SlotNotReleased):
        later(session, "2026-04")


def test_a_stock_stands_beside_itself_with_balances_opened_later_and_beside_the_newest(store: Store) -> None:
    with store.reading() as session:
        stock, _entries = later(session, FEBRUARY).tables
    assert stock.published["values"] == [101, 50, 0, 0, 151]
    assert stock.restated
    assert stock.restated["values"] == [131, 70, 0, 0, 201]
    assert stock.newest
    assert stock.newest["values"] == [126, 77, 0, 0, 203]
    assert stock.most is None


def test_what_was_published_stays_as_it_was(store: Store) -> None:
    with store.reading() as session:
        made = sealed.newest_publication(session, FEBRUARY)
        assert made
        document = json.loads(sealed.text(made))
    assert "restated" not in document
    assert document["tables"][0]["values"] == [101, 50, 0, 0, 151]


def test_what_was_counted_over_several_slots_can_come_to_so_much_with_what_the_silent_brought(store: Store) -> None:
    with store.reading() as session:
        _stock, entries = later(session, FEBRUARY).tables
    assert (entries.published["values"], entries.published["bound"]) == ([10, 0, 10], BOUND)
    assert entries.newest
    assert (entries.newest["values"], entries.newest["bound"]) == ([17, 2, 19], BOUND)
    assert entries.most
    assert (entries.most["values"], entries.most["bound"]) == ([17, 2, 19], 3 * BOUND)
    assert entries.restated is None


def test_each_part_of_a_figure_stands_beside_itself(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'hub.sqlite'}")
    bands = [planned("S07", f"band_{place}") for place in (1, 2)]
    stocks = [one._replace(kind="stock") for one in bands]
    name = counted(store, *stocks, values={"S07.band_1": [8], "S07.band_2": [30]}, first=JANUARY)
    publish(store, JANUARY)
    summed(store, name, FEBRUARY, {"S07.band_1": [4], "S07.band_2": [1]})
    publish(store, FEBRUARY)
    with store.reading() as session:
        found = later(session, JANUARY)
    shown = beside(found, choices_of(CATALOGUE, [one.published for one in found.tables])[0], "en")
    assert (shown.heads, shown.columns) == (("Measure",), ("published", "newest"))
    assert [(line.heads, line.cells) for line in shown.lines] == [(("1–4",), (8, 12)), (("5–9",), (30, 31))]
    store.close()


def test_that_something_else_is_counted_from_a_slot_on_is_told(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'hub.sqlite'}")
    counted(store, STOCK, FLOW, values={"S01.count.sex": [100, 50, 0, 0]}, first=JANUARY)
    publish(store, JANUARY)
    counted(store, STOCK, values={"S01.count.sex": [90, 50, 0, 0]}, first=FEBRUARY)
    publish(store, FEBRUARY)
    with store.reading() as session:
        found = later(session, JANUARY)
    assert found.came == [Came("definition_changed", FEBRUARY, 0)]
    stock = found.tables[0]
    assert stock.newest
    assert (stock.published["values"][0], stock.newest["values"][0], stock.former) == (100, 90, None)
    store.close()


def test_a_slot_that_was_published_under_two_agreements_shows_both(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'hub.sqlite'}")
    for women, day in ((100, 9), (90, 10)):
        counted(store, STOCK, FLOW, values={"S01.count.sex": [women, 50, 0, 0]}, first=JANUARY)
        publish(store, JANUARY, datetime(2026, 3, day, tzinfo=UTC))
    with store.reading() as session:
        found = later(session, JANUARY)
    assert [(one.published["values"][0], one.former["values"][0]) for one in found.tables if one.former] == [
        (90, 100),
        (0, 0),
    ]
    one = choices_of(CATALOGUE, [table.published for table in found.tables])[0]
    assert beside(found, one, "en").columns == ("former", "published")
    assert beside(found, one, "en").lines[0].cells == (100, 90)
    store.close()


@pytest.fixture(scope="module")
def reader(settings: HubSettings, store: Store) -> Iterator[TestClient]:
    with TestClient(create_app(settings), base_url="https://hub.test") as client:
        yield client


def test_programs_read_both_figures_the_cause_and_since_when(reader: TestClient) -> None:
    found = reader.get(f"/api/v1/sealed/{FEBRUARY}/later").json()
    assert found["came"][2] == {"code": "members_late", "since": MARCH, "members": 2}
    (stock,) = found["tables"]
    assert [stock[name]["values"][0] for name in ("published", "restated", "newest")] == [101, 131, 126]
    assert stock["most"] is None
    assert reader.get("/api/v1/sealed/2026-09/later").status_code == 404


def test_people_read_what_came_in_later_in_their_language(reader: TestClient) -> None:
    page = reader.get(f"/fine?slot={FEBRUARY}&language=en").text
    for said in ("What came in later", "2 members that had been silent", "2 more members", "1 member left", ">131<"):
        assert said in page
    assert "This is the newest period" in reader.get("/fine?language=en").text
    for language in ("nl", "fr", "it"):
        translated = reader.get(f"/fine?slot={FEBRUARY}&language={language}").text
        assert "What came in later" not in translated
        assert ">131<" in translated


def test_whoever_attacks_what_is_public_has_what_was_told_anew(store: Store) -> None:
    with store.reading() as session:
        seen = view(session, CATALOGUE, "public")
    tables = [one.table for one in seen.held]
    check_against("adversary_view", seen.document | {"tables": tables})
    anew = next(one for one in tables if one["id"].endswith("told anew"))
    assert (anew["period"], anew["cells"][0]) == (2026 * 12 + 2, [["F"], 131])
