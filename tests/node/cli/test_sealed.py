"""Sealed totals by command: what a list counts, the decision about it, what left and whether it was counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import time_machine
from typer.testing import CliRunner

from coupole.cli.audit import app as audit
from coupole.cli.node import app
from coupole.errors import CoupoleError
from coupole.node.statistics.accepting import TabulationNotProposed, TrusteeFingerprintWrong
from coupole.wire.auditing import AuditFailed
from tests.calling import RunningNode
from tests.node.sealed import federation, house_of, joined


def run(*words: str | Path) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(result.exception, CoupoleError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_list_is_looked_at_and_agreed_to_with_the_letters_of_the_paper(node: RunningNode) -> None:
    place = node.settings.directory
    assert run("sealed", place) == ""
    made = federation(node)
    made.propose()
    assert f"{made.name}  proposed  Federation, from 2025-01" in run("sealed", place)
    assert "S01  Open accompaniments: Sex" in run("sealed", place, "--show", made.name)
    assert "S01  Lopende begeleidingen: " in run("sealed", place, "--show", made.name, "--language", "nl")
    with pytest.raises(TrusteeFingerprintWrong):
        run("sealed", place, "--agree", made.name)
    assert "accepted" in run("sealed", place, "--agree", made.name, "--letters", made.trustees[0].paper)
    assert "leaving" in run("sealed", place, "--leave", made.name)


def test_a_list_can_be_declined(node: RunningNode) -> None:
    made = federation(node)
    made.propose()
    assert "declined" in run("sealed", node.settings.directory, "--decline", made.name)
    for option in ("--show", "--agree", "--decline", "--leave"):
        with pytest.raises(TabulationNotProposed):
            run("sealed", node.settings.directory, option, "0" * 64)


def test_what_left_and_whether_it_was_counted_is_listed(node: RunningNode) -> None:
    made = joined(house_of(node))
    made.certify("2025-01/opening", made.pull("2025-01/opening", "opening"))
    made.pull("2025-01")
    said = run("sealed", node.settings.directory)
    assert "2025-01/opening  counted, certificate 1" in said
    assert "2025-01  not known yet" in said
    (told,) = json.loads(run("sealed", node.settings.directory, "--json"))
    assert [(one["slot"], one["outcome"]) for one in told["reports"]] == [
        ("2025-01", None),
        ("2025-01/opening", "counted"),
    ]


def test_a_report_is_opened_for_an_auditor_who_checks_it_on_another_machine(node: RunningNode, tmp_path: Path) -> None:
    made = joined(house_of(node))
    made.certify("2025-01/opening", made.pull("2025-01/opening", "opening"))
    made.pull("2025-01")
    place, file = node.settings.directory, tmp_path / "opened.json"
    assert '"type":"opened_report"' in run("sealed", place, "--open", "2025-01/opening")
    run("sealed", place, "--open", "2025-01/opening", "--output", file)
    said = CliRunner().invoke(audit, [str(file)])
    assert f"this is what {node.node.node_id} sealed, and it was counted" in said.stdout
    assert "S01-sex  F  +2" in said.stdout
    assert made.trustees[0].paper in said.stderr
    file.write_text(file.read_text().replace("[3,2,1,3,0]", "[3,1,2,3,0]"))
    assert isinstance(CliRunner().invoke(audit, [str(file)]).exception, AuditFailed)
    with time_machine.travel("2026-03-02"):
        assert f"{node.node.node_id}  2025-01/opening" in run("sealed", place, "--drawn", "2025")
