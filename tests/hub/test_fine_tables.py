"""Fine tables as they are published, answered and shown: audited first, signed once, exact only where that is safe."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx2
import numpy as np
import pytest

from coupole.disclosure import linked
from coupole.disclosure.telescoping import BOUND, VARIANCE
from coupole.hub.app import create_app
from coupole.hub.publication import releasing
from coupole.hub.publication.formats.words import NOTES
from coupole.hub.publication.opening import close_datasets
from coupole.hub.publication.releasing import PublicationUnsafe
from coupole.hub.publication.sealed import SlotNotReleased
from coupole.hub.settings import HubSettings
from coupole.hub.store import Store
from coupole.hub.store.sealed_tables import SealedReport
from coupole.hub.store.tables import Member
from coupole.standard.sentences import sentence
from coupole.wire.documents import verify
from tests.federation_network import Network
from tests.sealed_hub import (
    BANDS,
    BY_RATE,
    CATALOGUE,
    EXACT,
    FINE,
    MEMBERS,
    PEOPLE,
    SEX,
    SLOT,
    counted,
    opened,
    planned,
    publish,
    summed,
)
from tests.small_hub import RING


def table(document: dict[str, object], name: str) -> dict[str, object]:
    tables: list[dict[str, object]] = document["tables"]  # type: ignore[assignment]
    return next(one for one in tables if one["id"] == name)


def test_a_slot_is_published_as_it_was_summed_and_says_its_noise(store: Store) -> None:
    counted(store, *FINE, values=PEOPLE)
    found = table(publish(store), "F03.count.sex")
    assert (found["values"], found["bound"], found["variance"], found["span"]) == (
        [12, 8, 0, 0, 20],
        BOUND,
        VARIANCE,
        "slot",
    )


def test_exact_tables_pool_small_neighbours_and_leave_out_what_is_still_small(store: Store) -> None:
    values = {"F05.count.age_band.exact": [3, 40, 57], "F05.count.sex.exact": [90, 7, 3, 0]}
    counted(store, *EXACT, values=values)
    document = publish(store)
    ages, sexes = table(document, "F05.count.age_band.exact"), table(document, "F05.count.sex.exact")
    assert (ages["levels"], ages["values"], ages["hidden"]) == ([["lt18|18_24", "25_29"]], [43, 57, 100], [])
    assert (ages["bound"], ages["variance"]) == (0, 0)
    hidden = set(sexes["hidden"])  # type: ignore[call-overload]
    assert {1, 2} <= hidden
    assert all(sexes["values"][place] == 0 for place in hidden)  # type: ignore[index]


def test_exact_tables_of_fewer_than_twenty_members_are_not_published(store: Store) -> None:
    counted(store, *EXACT, members=19, values={"F05.count.sex.exact": [90, 70, 30, 0]})
    assert publish(store)["tables"] == []


def test_an_exact_table_in_which_a_correction_outweighs_what_happened_is_not_published(store: Store) -> None:
    values = {"F05.count.age_band.exact": [-1, 40, 57], "F05.count.sex.exact": [90, 70, 30, 0]}
    counted(store, *EXACT, values=values)
    tables = publish(store)["tables"]
    assert [one["id"] for one in tables] == ["F05.count.sex.exact"]  # type: ignore[index, attr-defined]


def test_tables_that_contradict_each_other_are_not_published(store: Store) -> None:
    more = planned("S01", "count", ("age_band", BANDS))
    counted(store, *FINE, more, values=PEOPLE | {"S01.count.age_band": [500, 0, 0]})
    with pytest.raises(PublicationUnsafe):
        publish(store)


def test_a_figure_that_could_be_told_stops_the_publication_and_is_named() -> None:
    exact = np.array([2, 50, 52], np.int64)
    clear = linked.Table("F03.count.sex", "F03.count", 1, ("sex",), (("F", "M"),), exact, exact)
    with pytest.raises(PublicationUnsafe) as refusal:
        releasing._check([clear], [])
    assert [(one.code, one.pointer) for one in refusal.value.findings] == [("figure_told", "/F03.count.sex/F")]


def test_a_change_that_only_last_months_exact_table_tells_stops_the_publication(store: Store) -> None:
    """In December 40 women and 50 men, exactly; in January the noise is such that it can only be 42 and 50."""
    stock = ("sex", ("F", "M"))
    fine, exact = planned("S01", "count", stock), planned("S01", "count", stock, exact=True)
    december = {"S01.count.sex": [40, 50], "S01.count.sex.exact": [40, 50]}
    shown = {"S01.count.sex": [42 + BOUND, 50 + BOUND, 92 - BOUND]}
    january = {"S01.count.sex": [2 + BOUND, BOUND, 2 - BOUND]}
    name = counted(store, fine, exact, values=december, first="2025-12")
    assert [one["id"] for one in publish(store, "2025-12")["tables"]] == ["S01.count.sex", "S01.count.sex.exact"]  # type: ignore[index, attr-defined]
    summed(store, name, "2026-01", january)
    with pytest.raises(PublicationUnsafe) as refusal:
        publish(store, "2026-01")
    assert [one.pointer for one in refusal.value.findings] == ["/S01.count.sex/F", "/S01.count.sex/*"]
    alone = counted(store, fine, values=december, first="2025-12")
    publish(store, "2025-12")
    summed(store, alone, "2026-01", january)
    assert table(publish(store, "2026-01"), "S01.count.sex")["values"] == shown["S01.count.sex"]


def test_what_was_not_released_is_not_published(store: Store) -> None:
    with pytest.raises(SlotNotReleased):
        publish(store)
    counted(store, *FINE, values=PEOPLE)
    with pytest.raises(SlotNotReleased):
        releasing.publish(store, RING.active("sign"), "The federation", "2026-03")


@asynccontextmanager
async def served(settings: HubSettings) -> AsyncIterator[httpx2.AsyncClient]:
    async with Network({"hub.test": create_app(settings)}) as network:
        yield httpx2.AsyncClient(transport=network, base_url="https://hub.test")


async def test_programs_read_what_was_signed(settings: HubSettings, store: Store) -> None:
    name = counted(store, *FINE, values=PEOPLE)
    publish(store)
    async with served(settings) as client:
        slots = (await client.get("/api/v1/sealed")).json()["items"]
        assert [(one["slot"], one["tabulation"]) for one in slots] == [(SLOT, name)]
        answer = await client.get(f"/api/v1/sealed/{SLOT}")
        verify("sealed_publication", answer.content, answer.headers["Coupole-Signature"], RING.public_set("sign"))
        listed = (await client.get("/api/v1/tabulations")).json()["items"][0]
        assert (listed["id"], listed["in_force"], listed["tables"]) == (name, True, 5)
        signed = await client.get(f"/api/v1/tabulations/{name}")
        verify("tabulation", signed.content, signed.headers["Coupole-Signature"], RING.public_set("sign"))
        assert (await client.get(f"/api/v1/tabulations/{name}/certificates")).json() == {"items": []}
        for path in ("/api/v1/sealed/2026-07", f"/api/v1/tabulations/{'0' * 64}"):
            assert (await client.get(path)).status_code == 404


async def test_people_read_a_table_with_its_noise_and_rates_of_enough_people_alone(
    settings: HubSettings, store: Store
) -> None:
    counted(store, *FINE, values=PEOPLE)
    publish(store)
    async with served(settings) as client:
        crossed = (await client.get("/fine?language=en")).text
        assert "Open accompaniments" in crossed
        assert f"at most {BOUND} away" in crossed
        rates = (await client.get("/fine?table=O01.sex.slot&language=en")).text
        assert "50 %" in rates
        assert "75 %" not in rates
        assert "left out, or too few to divide by" in rates
        for language in ("nl", "fr", "it"):
            assert (await client.get(f"/fine?language={language}")).status_code == 200
        assert (await client.get("/fine?slot=2026-09")).status_code == 404


async def test_page_and_files_say_the_same_of_members_that_were_silent_or_came_later(
    settings: HubSettings, store: Store
) -> None:
    counted(store, *FINE, values=PEOPLE)
    publish(store)
    async with served(settings) as client:
        for language in ("en", "nl", "fr", "it"):
            page = html.unescape((await client.get(f"/fine?language={language}")).text)
            file = (await client.get(f"/api/v1/datasets/S01.sex.age_band.day.json?language={language}")).json()
            for what in ("silent", "joined"):
                assert NOTES[what][language] in " ".join(page.split())
                assert NOTES[what][language] in str(file["note"])


async def test_below_a_rate_stands_how_members_differ(settings: HubSettings, store: Store) -> None:
    name = counted(store, *FINE, BY_RATE, values=PEOPLE | {MEMBERS: [8, 1, 0, 2, 5, 6, 0, 4, 1, 3, 1]})
    opened(store, name, 31)
    publish(store)
    async with served(settings) as client:
        page = " ".join((await client.get("/fine?table=O01.sex.slot&language=en")).text.split())
        other = (await client.get("/fine?table=S01.sex.age_band.day&language=en")).text
        there = (await client.get("/fine?table=O01.sex.slot&language=fr")).text
    assert "31 members are counted" in page
    assert "8 of them are in no band" in page
    assert re.findall(r'row">(\d+–\d+%)</th><td class="figure">(\d+)</td><td>([a-z ,]*)<', page) == [
        ("0–30%", "3", ""),
        ("30–40%", "5", "a quarter up to here"),
        ("40–50%", "6", "half up to here"),
        ("50–70%", "4", "three quarters up to here"),
        ("70–100%", "5", ""),
    ]
    assert f"at most 5 nineteen times in twenty, and never more than {3 * BOUND};" in page
    assert "How members differ" not in other
    assert "Comment les membres diffèrent" in there


async def test_beside_a_rate_stands_of_how_many_the_answer_is_known(settings: HubSettings, store: Store) -> None:
    by = ("sex", SEX)
    pairs = [planned(name, part, by) for name in ("O03", "O03b") for part in ("num", "den")]
    rates = {"O03.num.sex": [30, 0, 0, 0], "O03b.num.sex": [45, 0, 0, 0]}
    counted(store, *pairs, values=rates | {f"{name}.den.sex": [60, 0, 0, 0] for name in ("O03", "O03b")})
    publish(store)
    async with served(settings) as client:
        page = (await client.get("/fine?table=O03.sex.slot&language=en")).text
    assert "Answer known of" in page
    assert "50 %" in page
    assert "75 %" in page


async def test_the_report_of_an_operation_has_women_men_and_others_of_every_common_indicator(
    settings: HubSettings, store: Store
) -> None:
    by = (("operation", ("ESF-1", "other")), ("sex", SEX))
    tables = [planned(one.id, "count", *by) for one in CATALOGUE.indicators if one.id.startswith("EEC")]
    people = {"EECO01.count.operation.sex": [33, 44, 5, 2, 9, 8, 0, 0], "EECR04.count.operation.sex": [7, 6, 0, 0] * 2}
    counted(store, *tables, values=people)
    publish(store)
    async with served(settings) as client:
        page = (await client.get("/esf?operation=ESF-1&language=en")).text
        other = (await client.get("/esf?operation=other&language=en")).text
        elsewhere = (await client.get("/esf?operation=ESF-7&language=en")).text
        assert (await client.get("/esf?slot=2026-09")).status_code == 404
    row = re.search(r"EECO01 .*?</tr>", page, re.DOTALL)
    assert row
    assert re.findall(r'"figure">(\d+)<', row.group()) == ["33", "44", "5", "2", "84"]
    assert len(re.findall(r"EEC[OR]\d\d ", page)) == 23
    assert f"at most {BOUND} away" in page
    assert ">17<" in other
    assert "since 2026-02, when counting began" in page
    assert "Twelve months are shown once there are twelve months of figures" in page
    assert "Nobody that was asked is missing" in page
    assert "counted with other operations only" in elsewhere


async def test_the_report_says_who_is_missing_why_a_number_is_and_of_how_many_everything_is_known(
    settings: HubSettings, store: Store
) -> None:
    by, sex = (("operation", ("ESF-1", "other")), ("sex", SEX)), ("sex", SEX)
    tables = [planned(name, "count", *by) for name in ("EECO01", "EECO02")]
    tables += [planned("Q10", part, sex) for part in ("num", "den")]
    values = {"Q10.num.sex": [20, 14, 0, 0], "Q10.den.sex": [25, 15, 0, 0], "EECO01.count.operation.sex": [9] * 8}
    name = counted(store, *tables, values=values)
    with store.writing() as session:
        for member, reason in (("north", ""), ("south", "node_unreachable"), ("west", "node_unreachable")):
            given = {"issuer": f"https://{member}.test", "country": "BE", "active": True, "keys": "", "signature": ""}
            moment = datetime(2026, 3, 1, tzinfo=UTC)
            session.add(Member(id=member, name=member, descriptor=b"", added_at=moment, **given))
            session.flush()
            session.add(
                SealedReport(tabulation=name, slot=SLOT, member=member, reason=reason, said="", at=moment, body=b"")
            )
    publish(store)
    with store.writing() as session:
        close_datasets(session, CATALOGUE, ["EECO02"], actor="test")
    async with served(settings) as client:
        page = (await client.get("/esf?operation=ESF-1&language=en")).text
        for language in ("nl", "fr", "it"):
            assert (await client.get(f"/esf?language={language}&span=year")).status_code == 200
        with store.writing() as session:
            close_datasets(session, CATALOGUE, ["EECO01"], actor="test")
        assert "none is open to everybody yet" in (await client.get("/esf?language=en")).text
    assert f"{sentence('node_unreachable').title.removesuffix('.')} (2); " in page
    assert f"{sentence('quorum_missing').title.removesuffix('.')} (1)." in page
    assert "Of about 40 who started in this period" in page
    assert "about 34 have" in page
    assert "not opened to everybody" in re.search(r"EECO02 .*?</tr>", page, re.DOTALL).group()  # type: ignore[union-attr]
    assert "not in the tables" in re.search(r"EECO03 .*?</tr>", page, re.DOTALL).group()  # type: ignore[union-attr]


async def test_without_sealed_totals_the_page_says_what_they_need(settings: HubSettings, store: Store) -> None:
    async with served(settings) as client:
        assert "second organisation" in (await client.get("/fine?language=en")).text
        assert "No figures of an ESF+ operation" in (await client.get("/esf?language=en")).text
