"""Our own figures beside the rest of the federation's: what was published, less what we added to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from coupole.node.statistics import comparing
from coupole.node.statistics.comparing import Band, Rate, Standing, rate
from coupole.node.store import releases, sealed
from coupole.standard import rates
from coupole.wire.documents import sign, written
from tests.calling import RunningNode, problem
from tests.factories import SHARED
from tests.node.sealed import SCOPE, TABLES, Federation, arrive, federation, house_of, joined
from tests.stores import keep


def publication(made: Federation, slot: str, **values: Any) -> dict[str, Any]:
    """What a hub publishes of these tables: values by the table's id."""
    tables = [
        {"id": one["id"], "levels": one["levels"], "span": "day" if one["kind"] == "stock" else "slot", "bound": 5}
        | values[one["id"].replace("-", "_")]
        for one in TABLES
        if one["id"].replace("-", "_") in values
    ]
    return {"type": "sealed_publication", "form": 1, "tabulation": made.name, "slot": slot, "tables": tables}


def bring(made: Federation, document: dict[str, Any], slot: str = "2025-01", **fields: Any) -> Any:
    raw = written(document)
    body = {
        "document": raw.decode(),
        "signature": sign("sealed_publication", raw, made.hub.active("sign")),
        "certificates": [one for trustee in made.trustees for one in trustee.chain],
    }
    path = f"/api/v1/tabulations/{made.name}/published/{slot}"
    return made.node.call("PUT", path, scope=SCOPE, document={**body, **fields})


def compared(made: Federation, slot: str = "2025-01") -> dict[tuple[str, str], list[Band | None]]:
    node = made.node.node
    with node.store.reading() as session:
        row = sealed.tabulation(session, made.name)
        assert row is not None
        found = comparing.compare(session, node.ring, node.node_id, row, slot)
    return {(one.placed.table["id"], one.span): list(one.bands) for one in found}


@pytest.fixture
def counted(node: RunningNode) -> Federation:
    """Three people opened, one more came in January; both reports were counted."""
    house_of(node)
    made = joined(node)
    made.certify("2025-01/opening", made.pull("2025-01/opening", "opening"))
    arrive(node, 5, opened="2025-01-10")
    made.certify("2025-01", made.pull("2025-01"))
    return made


def test_our_part_is_taken_out_and_the_rest_is_a_band(counted: Federation) -> None:
    document = publication(counted, "2025-01", S01_sex={"values": [40, 30, 69]}, F02={"values": [3]})
    assert bring(counted, document).status_code == 204
    assert compared(counted) == {
        ("S01-sex", "day"): [Band(3, 32, 42), Band(1, 24, 34), Band(4, 60, 70)],
        ("F02", "slot"): [Band(1, 0, 7)],
    }


def test_what_was_left_out_or_put_together_is_not_compared(counted: Federation) -> None:
    hidden = publication(counted, "2025-01", S01_sex={"values": [40, 0, 69], "hidden": [1]})
    assert bring(counted, hidden).status_code == 204
    assert compared(counted)[("S01-sex", "day")][1] is None
    put_together = publication(counted, "2025-02", S01_sex={"values": [9, 9], "levels": [["F+other"]]})
    counted.certify("2025-02", counted.pull("2025-02"))
    assert bring(counted, put_together, "2025-02").status_code == 204
    assert compared(counted, "2025-02") == {}


def test_a_span_counts_the_slots_it_covers(counted: Federation) -> None:
    for month in range(2, 14):
        slot = f"{2025 + (month - 1) // 12}-{(month - 1) % 12 + 1:02d}"
        if slot == "2026-01":
            break
        arrive(counted.node, 10 + month, opened=f"{slot}-05")
        counted.certify(slot, counted.pull(slot))
    for span, ours in (("slot", 1), ("year", 12), ("start", 12)):
        made = publication(counted, "2025-12", F02={"values": [100], "span": span})
        with counted.node.node.store.writing() as session:
            session.connection().exec_driver_sql("DELETE FROM federation_tables")
        assert bring(counted, made, "2025-12").status_code == 204
        assert compared(counted, "2025-12") == {("F02", span): [Band(ours, 95 - ours, 105 - ours)]}


def test_a_span_with_a_report_we_lost_is_not_compared(counted: Federation) -> None:
    made = publication(counted, "2025-01", S01_sex={"values": [40, 30, 69]}, F02={"values": [3]})
    assert bring(counted, made).status_code == 204
    with counted.node.node.store.writing() as session:
        session.connection().exec_driver_sql("DELETE FROM sealed_report WHERE slot = '2025-01/opening'")
    assert list(compared(counted)) == [("F02", "slot")]


def test_nothing_is_compared_before_the_certificate_is_known_or_without_a_publication(counted: Federation) -> None:
    made = publication(counted, "2025-02", F02={"values": [3]})
    assert bring(counted, made, "2025-02").status_code == 204
    assert compared(counted, "2025-02") == {}
    with pytest.raises(comparing.PublicationUnreadable):
        compared(counted, "2025-03")


def test_what_is_brought_carries_the_certificates_and_moves_the_ledger(counted: Federation) -> None:
    report = counted.pull("2025-02")
    counted.certify("2025-02", report)
    assert bring(counted, publication(counted, "2025-02"), "2025-02").status_code == 204
    with counted.node.node.store.reading() as session:
        assert {one.slot: one.outcome for one in sealed.reports(session, counted.name)} == {
            "2025-01/opening": "counted", "2025-01": "counted", "2025-02": "counted"
        }  # fmt: skip


def test_only_what_the_hub_signed_of_that_slot_is_taken(counted: Federation) -> None:
    document = publication(counted, "2025-01", F02={"values": [3]})
    stranger = federation(counted.node)
    forged = sign("sealed_publication", written(document), stranger.hub.active("sign"))
    assert problem(bring(counted, document, signature=forged)) == (403, "signer_unknown")
    assert problem(bring(counted, document, "2025-02")) == (422, "publication_unreadable")
    assert problem(bring(counted, {**document, "type": "release"})) == (422, "publication_unreadable")
    assert problem(bring(counted, {**document, "tabulation": "0" * 64})) == (422, "publication_unreadable")
    assert problem(bring(stranger, publication(stranger, "2025-01"))) == (404, "tabulation_not_proposed")
    body = {"document": "{}", "signature": "x.y", "certificates": []}
    path = f"/api/v1/tabulations/{counted.name}/published/2025-01"
    other = counted.node.call("PUT", path, scope="releases:read egress:read", document=body)
    assert problem(other) == (403, "hub_not_pinned")


@pytest.mark.parametrize(
    "table",
    [
        [], {}, {"id": 1}, {"levels": 1}, {"levels": [1]}, {"values": 3}, {"values": ["3"]}, {"values": [True]},
        {"values": [3, 3]}, {"bound": "5"}, {"hidden": 1}, {"span": None},
    ],
)  # fmt: skip
def test_tables_of_another_form_are_not_taken(counted: Federation, table: Any) -> None:
    document = publication(counted, "2025-01", F02={"values": [3]})
    spoilt = document["tables"][0] | table if isinstance(table, dict) and table else table
    if isinstance(spoilt, dict):
        spoilt = {name: value for name, value in spoilt.items() if value is not None}
    assert problem(bring(counted, {**document, "tables": [spoilt]})) == (422, "publication_unreadable")


def test_a_share_is_told_as_a_band_and_not_of_a_few() -> None:
    assert rate(Band(3, 40, 50), Band(10, 80, 90)) == Rate(30.0, 100 * 40 / 90, 100 * 50 / 80)
    assert rate(Band(3, 95, 105), Band(10, 90, 100)) == Rate(30.0, 95.0, 100.0)
    assert rate(Band(0, 1, 5), Band(0, 19, 29)) == Rate(None, None, None)
    assert rate(None, Band(0, 19, 29)) is None
    assert rate(Band(0, 19, 29), None) is None


BY_RATE = {"part": "members", "kind": "members", "by": ["rate"], "levels": [[*rates.LEVELS]], "noise": "cell_key"}
SPREAD: dict[str, Any] = {
    "id": "F06.members.rate",
    "span": "day",
    "levels": [["none", "0_10|10_20|20_30", "30_40|40_50|50_60", "60_70|70_80", "80_90|90_100"]],
    "values": [4, 3, 6, 5, 8, 26],
    "hidden": [],
    "variance": 6,
    "bound": 15,
}


@pytest.fixture
def differing(node: RunningNode) -> Federation:
    """A workshop that opened and, in January, took all ten people it decided on; both reports were counted."""
    decided_on_ten(node)
    made = joined(node, tables=[TABLES[0] | {"noise": "cell_key"}, {"id": SPREAD["id"], "indicator": "F06", **BY_RATE}])
    made.certify("2025-01/opening", made.pull("2025-01/opening", "opening"))
    made.certify("2025-01", made.pull("2025-01"))
    return made


def decided_on_ten(node: RunningNode) -> None:
    keep(node.node.store, SHARED)
    arrive(node, *range(1, 11))


def standings(made: Federation, slot: str = "2025-01") -> list[Standing]:
    node = made.node.node
    with node.store.reading() as session:
        row = sealed.tabulation(session, made.name)
        assert row is not None
        return comparing.standings(session, node.ring, node.node_id, row, slot)


def test_we_know_our_own_band_and_take_ourselves_out_of_the_others(differing: Federation) -> None:
    assert bring(differing, publication(differing, "2025-01") | {"spreads": [SPREAD]}).status_code == 204
    (found,) = standings(differing)
    assert (found.indicator, found.ours, found.usual, found.bound) == ("F06", "90_100", 5, 15)
    assert found.bands == (("0_10|10_20|20_30", 3), ("30_40|40_50|50_60", 6), ("60_70|70_80", 5), ("80_90|90_100", 7))
    assert found.quartiles == ("30_40|40_50|50_60", "60_70|70_80", "80_90|90_100")


def test_whoever_withholds_an_indicator_leaves_its_band_and_a_member_that_is_not_counted_has_none(
    differing: Federation,
) -> None:
    with differing.node.node.store.writing() as session:
        releases.withhold(session, "F06", "anna", datetime.now(UTC))
    differing.certify("2025-02", differing.pull("2025-02"))
    assert bring(differing, publication(differing, "2025-02") | {"spreads": [SPREAD]}, "2025-02").status_code == 204
    assert [one.ours for one in standings(differing, "2025-02")] == ["none"]
    with differing.node.node.store.writing() as session:
        session.connection().exec_driver_sql("UPDATE sealed_report SET outcome = 'replaced'")
    assert standings(differing, "2025-02") == []


def test_before_it_opens_a_member_is_in_no_band_of_its_own(node: RunningNode) -> None:
    decided_on_ten(node)
    made = joined(node, tables=[TABLES[0] | {"noise": "cell_key"}, {"id": SPREAD["id"], "indicator": "F06", **BY_RATE}])
    report = made.pull("2025-01")
    assert not made.opened(report)[0][1:].any()
    assert not made.opened(report)[1].any()
    made.certify("2025-01", report)
    assert bring(made, publication(made, "2025-01") | {"spreads": [SPREAD]}).status_code == 204
    assert [(one.ours, sum(others for _band, others in one.bands)) for one in standings(made)] == [(None, 22)]


@pytest.mark.parametrize(
    "spoil",
    [
        {"levels": [["none", "0_10", "10_100"]], "values": [4, 3, 6, 13]},
        {"levels": [["0_10"], ["none"]], "values": [1, 2, 3, 4]},
        {"levels": [[1]], "values": [1, 2]},
        {"values": [4, 3]},
        {"variance": "6"},
        {"variance": -1},
        None,
    ],
)
def test_bands_that_are_none_are_not_taken(counted: Federation, spoil: dict[str, Any] | None) -> None:
    spreads: Any = "none" if spoil is None else [SPREAD | spoil]
    document = publication(counted, "2025-01") | {"spreads": spreads}
    assert problem(bring(counted, document)) == (422, "publication_unreadable")
