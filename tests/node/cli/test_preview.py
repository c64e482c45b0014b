"""A preview as a person reads it: in their language, with what stays and why, and what asking would send to whom."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from coupole.cli import preview_words
from coupole.cli.node import app
from coupole.node.settings import NodeSettings
from coupole.standard import LANGUAGES
from coupole.standard.reading import canonical
from coupole.wire.keys import KeyRing
from tests import factories
from tests.factories import SHARED, dossier, id_of

ALONE = [{"programme": "esfplus_operation", "operation": "ESF-1"}]


def run(*words: str | Path) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exception is None, result.output
    return result.stdout


def brought(settings: NodeSettings, tmp_path: Path, people: int) -> None:
    """Some people of 2025, a third of them women; one is in an operation of their own."""
    documents: list[dict[str, Any]] = [*SHARED]
    for number in range(1, people + 1):
        one = dossier(number)
        one[0] = factories.participant(number, sex="F" if number % 3 == 0 else "M")
        if number == 1:
            one[2] = factories.accompaniment(number, programmes=ALONE)
        one[5] = factories.objective(number, status="achieved", status_on="2025-06-30")
        documents += one
    meeting = factories.coordination_meeting(1, agency=id_of("organisation"), held_on="2025-01-15")
    source = tmp_path / "documents.ndjson"
    source.write_bytes(b"".join(canonical(document) + b"\n" for document in [*documents, meeting]))
    run("import", settings.directory, source, "--yes")


@pytest.fixture
def workshop(settings: NodeSettings, tmp_path: Path) -> Path:
    brought(settings, tmp_path, 30)
    return settings.directory


def preview(directory: Path, period: str = "2025", *more: str) -> str:
    return run("release", directory, period, "--preview", *more)


def part(text: str, title: str) -> list[str]:
    """The lines under a title, until the next empty one."""
    lines = text.splitlines()
    start = next(place for place, line in enumerate(lines) if title in line)
    return lines[start : lines.index("", start)]


def test_figures_stand_under_the_words_of_the_reader(workshop: Path) -> None:
    lines = part(preview(workshop, "2025", "--language", "nl"), "(S01)")
    assert lines[0] == "Lopende begeleidingen (S01)"
    assert lines[1].split() == ["Aantal"]
    assert lines[2].startswith("Totaal")
    assert "30 → " in lines[2]
    women = lines[lines.index(next(line for line in lines if line.startswith("Geslacht"))) + 1]
    assert women.startswith("  Vrouw")
    assert "10 → " in women
    assert not [line for line in lines if line.startswith("  Onbekend") and line.split()[1:] == ["0"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_name_of_a_field_or_code_is_left_on_the_page(workshop: Path, language: str) -> None:
    text = preview(workshop, "2025", "--language", language)
    assert "_" not in text
    assert not [line for line in text.splitlines() if line.split()[:1] in (["total"], ["count"], ["F"], ["M"])]
    assert "30 → " in text


def test_the_language_is_that_of_the_node_unless_said(settings: NodeSettings, workshop: Path) -> None:
    assert settings.language == "en"
    assert preview(workshop) == preview(workshop, "2025", "--language", "en")


def test_what_holds_only_zeros_takes_one_line(workshop: Path) -> None:
    lines = part(preview(workshop), "Only zeros")
    assert "  Below 18 years of age (EECO06)" in lines
    assert all(line.startswith("  ") and line.endswith(")") for line in lines[1:])


def test_what_stays_says_why_and_what_it_is(workshop: Path) -> None:
    text = run("release", workshop, "2025", "--preview", "--withhold", "F05")
    lines = part(text, "Stays here. The workshop keeps this indicator to itself.")
    assert lines[1:] == [next(line for line in lines if "(F05): Number " in line)]
    small = preview(workshop, "2031")
    assert "settled yet; it is from 15 January 2032." in small
    assert "Evaluations on time (Q02): Numerator 0, Denominator 0" in small


def test_too_few_people_show_nothing_and_say_so_once(settings: NodeSettings, tmp_path: Path) -> None:
    brought(settings, tmp_path, 3)
    text = preview(settings.directory)
    assert text.count("accompanied too few people") == 1
    assert "Open accompaniments (S01): Number 3" in text
    assert "People accompanied in 2025: 3." in text


def test_what_is_hidden_or_not_named_is_explained(workshop: Path) -> None:
    text = preview(workshop)
    told = [line for line in text.splitlines() if line.startswith("Primary target group: never leaves")]
    assert told, "rates of what became of people"
    for word in ("hidden", "not named"):
        assert (f"→ {word}" in text) == (f"\n{word}: " in text)


def test_an_organisation_is_called_by_its_name(workshop: Path) -> None:
    lines = part(preview(workshop), "(Q09)")
    assert not [line for line in lines if ":organisation:" in line]
    assert any(str(factories.organisation()["name"]) in line for line in lines)


def ask(directory: Path, tmp_path: Path, scope: str) -> None:
    keys = tmp_path / "jwks.json"
    keys.write_text(json.dumps(KeyRing.create({"client": "es256"}).public_set("client")))
    words: Sequence[str | Path] = ("--id", "hub", "--name", "The umbrella", "--jwks", keys, "--scope", scope)
    run("client", "add", directory, *words)


def last(directory: Path, period: str = "2025") -> str:
    return preview(directory, period).splitlines()[-1]


def test_the_last_line_says_what_asking_sends_and_to_whom(workshop: Path, tmp_path: Path) -> None:
    assert last(workshop).endswith("Who may ask: nobody, no program is registered for it.")
    ask(workshop, tmp_path, "records:read")
    assert "nobody" in last(workshop)
    ask(workshop, tmp_path, "releases:read")
    assert last(workshop).startswith("Whoever asks for 2025 is sent these figures, signed (")
    assert last(workshop).endswith("Who may ask: The umbrella (hub).")
    run("client", "disable", workshop, "--id", "hub")
    assert "nobody" in last(workshop)


def test_the_last_line_says_which_revision_is_sent(workshop: Path) -> None:
    run("release", workshop, "2025")
    assert "as signed on" in last(workshop)
    assert "(revision 1, " in last(workshop)
    run("release", workshop, "2025", "--preview", "--withhold", "S01")
    assert "these figures differ from it" in last(workshop)


def test_of_a_period_that_is_not_over_nothing_can_be_asked(workshop: Path) -> None:
    assert last(workshop, "2031").startswith("2031 is not over: nothing can be asked for before 1 January 2032.")


def test_a_node_that_releases_only_by_command_says_so(settings: NodeSettings, workshop: Path) -> None:
    settings.model_copy(update={"release_on_pull": False}).save()
    assert last(workshop).startswith("Nothing is sent for 2025 before `coupole node release` makes it")


def test_every_sentence_is_there_in_every_language() -> None:
    assert len(preview_words.words()) > 15
    for name, texts in preview_words.words().items():
        assert set(texts) == set(LANGUAGES), name
        places = [
            {piece for piece in ("{period}", "{size}", "{day}", "{made}", "{who}") if piece in text}
            for text in texts.values()
        ]
        assert all(one == places[0] for one in places), name
