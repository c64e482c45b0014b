"""What a tabulation counts, read in words by whoever proposes it and whoever agrees."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from coupole.wire.documents import canonical_only
from coupole.wire.wording import words
from tests.trustee.sealed_federation import EXACT, Federation, table


@pytest.fixture(scope="module")
def federation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    made = Federation(tmp_path_factory.mktemp("federation"), 0)
    yield made
    made.close()


def test_a_person_reads_in_words_what_is_counted(federation: Federation) -> None:
    by_rate = table("O01.members", "O01", "members") | {"part": "members", "by": ["rate"]}
    document = federation.proposed(tables=[*EXACT, table("odd", "X99", "stock"), by_rate | {"levels": [["none"]]}])
    said = "\n".join(words(document))
    assert "The federation: accompaniments, every month from 2026-10 on." in said
    assert "by sex and age band" in said
    assert "by sex; exact, of 20 members or more" in said
    assert "X99" in said  # of a catalogue that is newer than this program
    assert "Exits to a lasting job (members), by rate; each counted by its own rate of twelve months" in said
    assert "no total of fewer than 5 members" in said
    assert "headcount" not in said


def test_the_words_of_the_federations_own_plan_name_every_indicator_by_its_title(federation: Federation) -> None:
    plan = json.loads(Path("schema/v1/plans/core-1.0.0.json").read_bytes())
    tables = [table(f"t{number}", one["indicator"], "stock") for number, one in enumerate(plan["tables"])]
    lines = list(words(federation.proposed(tables=[*EXACT[:1], *tables])))
    listed = [line for line in lines if line.startswith("  ")]
    assert len(listed) == len(tables)
    assert [line for line in listed if line.split()[0] in {one["indicator"] for one in plan["tables"]}] == []
    assert canonical_only(federation.raw)["epoch"] == 1
