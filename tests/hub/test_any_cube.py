"""Whatever figures a dataset has and whatever its codes are, each form gives back the same."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pyarrow.parquet
import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from coupole.hub.publication.cubes import Axis, Cube, Figure, by_language
from coupole.hub.publication.datasets import TOTAL, Earlier
from coupole.hub.publication.formats import csv_tables, jsonlines, jsonstat, parquet, sdmx, sdmx_csv, sdmx_data, xlsx
from coupole.hub.publication.formats.rows import columns, places
from coupole.hub.publication.formats.words import KINDS
from coupole.standard import catalogue
from tests.published_hub import PUBLISHER

CATALOGUE = catalogue.load("core", "1.0.0")
SPACES = {"gen": "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/generic"}
GENERIC = f"{{{SPACES['gen']}}}"
WITHOUT = ("hidden", "withheld", "not_reported", "not_settled", "not_divided", "not_applicable", "not_apart")

# Codes of open lists are written by strangers: signs of formulas, of SDMX, of other alphabets.
codes = st.text(st.sampled_from("abzAZ019_-|:;,.$@=+*/'\" é€ß漢%"), min_size=1, max_size=8).filter(
    lambda code: code == code.strip() and code != TOTAL
)


@st.composite
def figures(draw: st.DrawFn) -> Figure:
    value = draw(
        st.none() | st.integers(-5, 10**12) | st.floats(0, 1e6, allow_nan=False).map(lambda one: round(one, 4))
    )
    kind = draw(st.sampled_from(WITHOUT)) if value is None else draw(st.sampled_from(["perturbed", "exact", "derived"]))
    first = draw(st.none() | st.just(Earlier(None, "2026-12-01T10:00:00Z", {"members_late": 2})))
    noise = draw(st.none() | st.integers(0, 500))
    return Figure(value, draw(st.sampled_from("APQOM")), kind, 2, 3, draw(st.integers(0, 3)), noise, noise, None, first)


@st.composite
def cubes(draw: st.DrawFn) -> Cube:
    names = draw(st.lists(st.sampled_from(["sex", "age_band", "agency"]), min_size=1, max_size=3, unique=True))
    axes = tuple(
        Axis(name, said(name), {code: said(f"<{code}>") for code in [TOTAL, *draw(unique(codes))]}) for name in names
    )
    one_way = draw(st.booleans())
    if one_way:
        whole = tuple(TOTAL for _axis in axes)
        rows = [whole]
        for place, axis in enumerate(axes):
            rows += [(*whole[:place], code, *whole[place + 1 :]) for code in axis.labels if code != TOTAL]
    else:
        rows = list(product(*(axis.labels for axis in axes)))
    measures = Axis("measure", said("Measure"), {name: said(name) for name in ("num", "den")})
    periods = ("2026-10", "2026-Q3", "2026")[: draw(st.integers(1, 2))]
    cells = {place: draw(figures()) for place in product(periods, rows, measures.labels)}
    indicator = CATALOGUE.indicator("O01")
    return Cube(
        "O01",
        indicator,
        indicator.title,
        "core",
        "1.0.0",
        axes,
        one_way,
        tuple(rows),
        measures,
        periods,
        cells,
        dict.fromkeys(periods, ("north",)),
        {"north": "Workshop north"},
        (indicator.definition,),
        datetime(2026, 12, 5, 8, tzinfo=UTC),
        PUBLISHER,
    )


def said(text: str) -> Any:
    return by_language(lambda language: f"{text} {language}")


def unique(one: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(one, min_size=1, max_size=3, unique=True)


def expected(cube: Cube) -> list[float | None]:
    return [one.value for *_place, one in cube.placed()]


def unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].lstrip("'").startswith(csv_tables.RUN) else cell


@given(cubes(), st.sampled_from(["en", "it"]))
@settings(max_examples=25)
def test_any_table_is_read_back_from_each_form_as_it_was(cube: Cube, language: str) -> None:
    values = expected(cube)
    lines = [json.loads(line) for line in jsonlines.write(cube, language).splitlines()]
    assert [one["value"] for one in lines] == values
    assert [list(one) for one in lines] == [columns(cube)] * len(values)
    keys = [tuple(line[name] for name in ("period", *places(cube), "measure")) for line in lines]
    assert len(set(keys)) == len(values)

    document = json.loads(jsonstat.write(cube, language))
    assert document["value"] == values
    assert document["extension"]["kind"] == [one["kind"] for one in lines]

    table = pyarrow.parquet.read_table(io.BytesIO(parquet.write(cube, language)))
    assert table.column("value").to_pylist() == values
    assert [tuple(row[name] for name in ("period", *places(cube), "measure")) for row in table.to_pylist()] == keys

    text = csv_tables.write(cube, language).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=csv_tables.delimiter(language)))
    assert [number(row["value"], csv_tables.decimal(language)) for row in rows] == values
    assert [tuple(unguarded(row[name]) for name in ("period", *places(cube), "measure")) for row in rows] == keys

    sheets(cube, language, lines)
    series(cube, values)


def number(cell: str, point: str) -> float | None:
    return None if cell == csv_tables.NO_FIGURE else float(cell.replace(point, "."))


def sheets(cube: Cube, language: str, lines: list[dict[str, Any]]) -> None:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(xlsx.write(cube, language)))
    shown = xlsx.kept(cube)
    found = [row for sheet in book.sheet_names[:-1] for row in book.get_sheet_by_name(sheet).to_python()[1:]]
    value, kind = shown.index("value"), shown.index("kind")
    told = [(row[value], row[kind]) for row in found]
    known = [(":" if one["value"] is None else one["value"], KINDS[one["kind"]][language]) for one in lines]
    assert sorted(told, key=str) == sorted(((a if a == ":" else float(a), b) for a, b in known), key=str)


def series(cube: Cube, values: list[float | None]) -> None:
    rows = list(csv.DictReader(io.StringIO(sdmx_csv.write(cube, "en").decode())))
    assert [None if row["OBS_VALUE"] == "NaN" else float(row["OBS_VALUE"]) for row in rows] == values
    names = [axis.name for axis in sdmx.dimensions(cube)]
    read = {(row["TIME_PERIOD"], *(sdmx.code_of(row[name]) for name in names)) for row in rows}
    assert read == {(period, *row, measure) for period, row, measure, _one in cube.placed()}

    root = etree.fromstring(sdmx_data.write(cube, "en"))
    found = {}
    for one in root.iter(f"{GENERIC}Series"):
        key = [sdmx.code_of(code) for code in one.xpath("gen:SeriesKey/gen:Value/@value", namespaces=SPACES)]
        for seen in one.iter(f"{GENERIC}Obs"):
            period, value = seen.xpath("gen:ObsDimension/@value | gen:ObsValue/@value", namespaces=SPACES)
            found[(period, *key)] = None if value == "NaN" else float(value)
    assert found == {(period, *row, measure): one.value for period, row, measure, one in cube.placed()}


@given(st.text(max_size=20))
@settings(max_examples=50)
def test_any_code_becomes_an_identifier_of_sdmx_and_comes_back(code: str) -> None:
    written = sdmx.code_id(code)
    assert set(written) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-@$")
    assert sdmx.code_of(written) == code
    assert (written == sdmx.ALL) == (code == TOTAL)


@pytest.mark.parametrize("address", ["https://hub.test", "http://127.0.0.1:8200", "https://cijfers.koepel.be/hub"])
def test_a_hub_is_an_agency_of_sdmx_by_its_address(address: str) -> None:
    from coupole.hub.publication.cubes import Publisher

    name = sdmx.agency(type("Any", (), {"publisher": Publisher("", address)})())
    assert name.isidentifier()
    assert name.isascii()


def test_no_dimension_has_the_name_of_a_column() -> None:
    fixed = {*columns_of_none(), "TIME_PERIOD", "MEASURE"}
    for indicator in CATALOGUE.indicators:
        for dimension in indicator.dimensions:
            assert not {dimension.name, f"{dimension.name}_label", dimension.name.upper()} & fixed


def columns_of_none() -> list[str]:
    empty = type("Empty", (), {"one_way": False, "axes": ()})()
    return columns(empty)
