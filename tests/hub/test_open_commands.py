"""The commands that open figures to everybody, close them, and write them to files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from coupole.cli.hub import app
from coupole.errors import CoupoleError
from coupole.hub.publication.datasets import DatasetEmpty, IndicatorUnknown
from coupole.hub.publication.formats import FORMATS, FormatUnknown
from coupole.hub.publication.opening import LicenceInvalid
from tests.published_hub import PublishedHub, published_hub

LICENCE = "https://creativecommons.org/licenses/by/4.0/"


@pytest.fixture(scope="module")
def hub() -> Iterator[PublishedHub]:
    with published_hub() as made:
        yield made


def run(*words: object, refused: type[CoupoleError] | None = None, code: int = 0) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words])
    if refused:
        assert isinstance(result.exception, refused)
    else:
        assert result.exit_code == code, result.output
    return result


def listed(hub: PublishedHub) -> dict[str, tuple[bool, str]]:
    found = json.loads(run("datasets", hub.directory, "--json").stdout)
    return {one["id"]: (one["open"], one["licence"]) for one in found}


def test_datasets_are_opened_and_closed_by_name_and_all_at_once(hub: PublishedHub) -> None:
    run("close", hub.directory, "--all")
    assert not any(is_open for is_open, _licence in listed(hub).values())
    run("open", hub.directory, "F03", "S01.sex.age_band.day", "--licence", LICENCE)
    found = listed(hub)
    assert {name for name, (is_open, _licence) in found.items() if is_open} == {
        "F03",
        "F03.sex.slot",
        "S01.sex.age_band.day",
    }
    assert found["F03"] == (True, LICENCE)
    run("close", hub.directory, "F03.sex.slot")
    assert hub.client.get("/api/v1/datasets/F03.sex.slot").status_code == 403
    assert hub.client.get("/api/v1/datasets/F03").status_code == 200
    shown = run("datasets", hub.directory).stdout
    assert "closed" in shown
    assert LICENCE in shown


def test_what_nobody_has_is_not_opened(hub: PublishedHub) -> None:
    before = listed(hub)
    run("open", hub.directory, "F03", "X99", refused=IndicatorUnknown)
    run("open", hub.directory, "F03", "--licence", "CC BY", refused=LicenceInvalid)
    run("open", hub.directory, code=2)
    run("close", hub.directory, "F03", "--all", code=2)
    assert listed(hub) == before


def test_closed_figures_are_written_to_files_at_the_hub_in_every_form(hub: PublishedHub, tmp_path: Path) -> None:
    run("close", hub.directory, "--all")
    for form in FORMATS:
        file = tmp_path / f"F05.{form.suffix}"
        run("export", hub.directory, "F05", "--form", form.name, "--output", file, "--language", "nl")
        assert file.read_bytes()
    assert "Uitsplitsing" in (tmp_path / "F05.csv-metadata.json").read_text()
    file = tmp_path / "one.jsonl"
    run("export", hub.directory, "F03.sex.slot", "--form", "jsonl", "--output", file, "--period", "2026-02")
    assert {json.loads(line)["period"] for line in file.read_text().splitlines()} == {"2026-02"}
    run("export", hub.directory, "F05", "--form", "pdf", "--output", file, refused=FormatUnknown)
    run("export", hub.directory, "F05", "--language", "de", "--output", file, code=2)
    run("export", hub.directory, "F03.sex.year", "--output", file, refused=DatasetEmpty)
