"""We beside the others: exact figures of ours, a band of theirs; crossed tables for whoever may see them exact."""

from __future__ import annotations

import html
from typing import Any

import pytest

from coupole.standard import rates
from coupole.wire.documents import sign, written
from tests.calling import RunningNode
from tests.desk import signed_in
from tests.factories import SHARED
from tests.node.sealed import SCOPE, TABLES, Federation, arrive, house_of, joined
from tests.node.ui.printing.papers import words_of
from tests.stores import keep

PAGE = "/leaving/benchmark"
SEX = {"by": ["sex"], "levels": [["F", "other"]]}
MORE: list[dict[str, Any]] = [
    {"id": "Q10-num", "indicator": "Q10", "part": "num", "kind": "flow", "by": [], "levels": []},
    {"id": "Q10-den", "indicator": "Q10", "part": "den", "kind": "flow", "by": [], "levels": []},
    {"id": "D01-1", "indicator": "D01", "part": "band_1", "kind": "flow", "by": [], "levels": []},
    {"id": "S01-crossed", "indicator": "S01", "part": "count", "kind": "stock"}
    | {"by": ["sex", "pathway"], "levels": [["F", "other"], ["transition", "other"]]},
]


def words(answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    return words_of(html.unescape(answer.text))


@pytest.fixture
def published(node: RunningNode) -> Federation:
    """Three of ours among forty, and what was published of January."""
    house_of(node)
    made = joined(node, tables=[{"noise": "cell_key", **one} for one in (*TABLES, *MORE)])
    made.certify("2025-01/opening", made.pull("2025-01/opening", "opening"))
    arrive(node, 5, opened="2025-01-10")
    made.certify("2025-01", made.pull("2025-01"))
    bring(made)
    return made


def bring(made: Federation, **spoil: Any) -> None:
    values = {
        "S01-sex": ("day", [60, 40, 1300]),
        "F02": ("slot", [9]),
        "Q10-num": ("slot", [40]),
        "Q10-den": ("slot", [100]),
        "D01-1": ("slot", [30]),
        "S01-crossed": ("day", [20, 40, 60, 10, 30, 40, 30, 70, 100]),
    }
    tables = [
        {"id": one["id"], "levels": one["levels"], "span": span, "values": numbers, "bound": 5}
        for one in (*TABLES, *MORE)
        for span, numbers in [values.get(one["id"], ("", []))]
        if numbers
    ]
    raw = written({"type": "sealed_publication", "tabulation": made.name, "slot": "2025-01", "tables": tables} | spoil)
    body = {
        "document": raw.decode(),
        "signature": sign("sealed_publication", raw, made.hub.active("sign")),
        "certificates": made.trustees[0].chain,
    }
    path = f"/api/v1/tabulations/{made.name}/published/2025-01"
    assert made.node.call("PUT", path, scope=SCOPE, document=body).status_code == 204


def test_where_nothing_was_published_the_page_says_so(node: RunningNode) -> None:
    reader = signed_in(node, "reader")
    assert "has published nothing of sealed totals so far" in words(reader.get(PAGE))
    assert reader.get(f"{PAGE}?figure=X99").status_code == 404


def test_our_totals_stand_beside_a_band_of_all_others(published: Federation) -> None:
    said = words(signed_in(published.node, "reader").get(PAGE))
    assert "January 2025 Ours All others together" in said
    assert "Open accompaniments, on the last day 4 1,291 – 1,301" in said
    assert "during the period 1 3 – 13" in said
    assert "0 of 0 33% – 47%" in said


def test_one_figure_is_split_by_everything_it_was_published_by(published: Federation) -> None:
    reader = signed_in(published.node, "reader")
    said = words(reader.get(f"{PAGE}?slot=2025-01&figure=S01"))
    assert "Sex, on the last day" in said
    assert "Woman 3 52 – 62" in said
    assert "others 1 34 – 44" in said
    assert "all 4 1,291 – 1,301" in said
    assert "Woman · " not in said
    crossed = words(signed_in(published.node, "admin").get(f"{PAGE}?slot=2025-01&figure=S01"))
    assert "Woman · " in crossed
    assert "In all · " in words(reader.get(f"{PAGE}?figure=D01"))
    assert "In all · " not in words(reader.get(f"{PAGE}?figure=F02"))


def test_the_others_are_not_told_apart_where_they_are_few(published: Federation) -> None:
    with published.node.node.store.writing() as session:
        session.connection().exec_driver_sql("DELETE FROM federation_tables")
    few = [
        {"id": f"Q10-{part}", "levels": [], "span": "slot", "values": [10], "bound": 5} for part in ("num", "den")
    ] + [{"id": "F02", "levels": [], "span": "slot", "values": [0], "hidden": [0], "bound": 5}]
    bring(published, tables=few)
    said = words(signed_in(published.node, "reader").get(PAGE))
    assert "0 of 0 too few to tell" in said
    assert "Entries" not in said


def test_figures_read_in_every_language(published: Federation) -> None:
    for language, number in (("nl", "1.291 – 1.301"), ("fr", "1 291 – 1 301"), ("it", "1.291 – 1.301")):
        said = words(signed_in(published.node, "reader", language=language).get(PAGE))
        assert number in said.replace("\u202f", " ").replace("\xa0", " ")


MEMBERS: dict[str, Any] = {
    "id": "F06.members.rate",
    "indicator": "F06",
    "part": "members",
    "kind": "members",
    "by": ["rate"],
    "levels": [[*rates.LEVELS]],
}
SPREAD: dict[str, Any] = {
    "id": "F06.members.rate",
    "span": "day",
    "levels": [["none", "0_10|10_20|20_30", "30_40|40_50|50_60", "60_70|70_80", "80_90|90_100"]],
    "values": [4, 3, 6, 5, 8, 26],
    "variance": 6,
    "bound": 15,
}


def test_where_we_stand_among_the_members_is_known_here_and_was_said_before_it_was_sealed(node: RunningNode) -> None:
    """Ten people were decided on in January, and all were taken."""
    keep(node.node.store, SHARED)
    arrive(node, *range(1, 11))
    made = joined(node, tables=[{"noise": "cell_key", **one} for one in (TABLES[0], MEMBERS)])
    admin = signed_in(node, "admin")
    told = words(admin.get("/leaving/sealed/counted"))
    assert "our workshop itself is counted: a 1 in the band of ten percent" in told
    assert "our own band" in told.partition("Acceptance rate")[2]
    made.certify("2025-01/opening", made.pull("2025-01/opening", "opening"))
    made.certify("2025-01", made.pull("2025-01"))
    report = words(admin.get("/leaving/sealed/report?slot=2025-01"))
    assert "Acceptance rate, Members, by Rate Rate Difference in no band −1 90–100% +1" in report
    bring(made, spreads=[SPREAD])
    reader = signed_in(node, "reader")
    overview = words(reader.get(PAGE))
    assert "Acceptance rate 90–100% 30–60% 60–80% 80–100%" in overview
    figure = words(reader.get(f"{PAGE}?figure=F06"))
    assert "We: 90–100%. Others: a quarter up to 30–60%, half up to 60–80%, three quarters up to 80–100%." in figure
    assert "at most 5 nineteen times in twenty, and never more than 15" in figure
    assert "30–60% 6 – 60–80% 5 – 80–100% 7 ● here" in figure
    assert "Where we stand" not in words(reader.get(f"{PAGE}?figure=S01"))
    for language, said in (("nl", "Drie kwart"), ("fr", "80–100 %"), ("it", "Dove stiamo")):
        assert said in words(signed_in(node, "reader", language=language).get(PAGE))
