"""The commands of a trustee, as its people type them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from typer.testing import CliRunner, Result

from coupole.cli.introductions import DescriptorFileInvalid, TabulationFileInvalid
from coupole.cli.trustee import app
from coupole.standard.validation import DocumentInvalid
from coupole.trustee import batches, roster
from coupole.trustee.roster import RosterMemberPresent, RosterMemberUnknown
from coupole.wire.auditing import AuditTooEarly
from coupole.wire.descriptor import fingerprint
from coupole.wire.documents import sign, verify
from tests.fake_nodes import FakeNode
from tests.trustee.sealed_federation import NOW, Federation


def run(*words: object, said: str | None = None) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words], input=said)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    made = tmp_path / "trustee"
    assert run("init", made, "--name", "The university", "--yes").exit_code == 0
    return made


def shown(directory: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("roster", directory, "--json").stdout)
    return found


def test_a_trustee_is_made_by_answering_two_questions(tmp_path: Path) -> None:
    assert run("init", tmp_path / "other", "--yes").exit_code == 2
    made = run("init", tmp_path / "trustee", said="The university\n\n")
    assert "Fingerprint" in made.stderr
    assert (tmp_path / "trustee-keys" / "ring.json").stat().st_mode & 0o777 == 0o600


def test_a_member_is_admitted_from_a_file_and_retired(directory: Path, tmp_path: Path) -> None:
    node, file = FakeNode("north"), tmp_path / "north.json"
    raw, signature = node.descriptor()
    file.write_text(json.dumps({"descriptor": raw.decode(), "signature": signature}))
    read_aloud = fingerprint(node.ring.active("sign").public())
    facts = ("--group", "west", "--cap", "30", "--legal-id", "BE 0123.456.789")
    assert "Roster 2" in run("admit", directory, file, *facts, said=f"{read_aloud}\n").stdout
    assert "Roster 3" in run("admit", directory, file, "--yes").stdout
    assert read_aloud in run("roster", directory).stdout
    found = shown(directory)[0]
    assert (found["group"], found["cap"], found["legal_id"]) == ("west", 30, "BE 0123.456.789")
    with pytest.raises(RosterMemberPresent):
        run("rest", directory, "north")
    assert "Roster 4" in run("retire", directory, "north").stdout
    assert "retired" in run("roster", directory).stdout
    with pytest.raises(RosterMemberUnknown):
        run("retire", directory, "south")
    with pytest.raises(DescriptorFileInvalid):
        run("admit", directory, tmp_path / "nothing.json")


def test_a_node_that_asked_is_admitted_by_its_name_with_the_fingerprint_on_paper(directory: Path) -> None:
    from coupole.cli.trustee import opened

    invited = run("invite", directory)
    assert "14 days" in invited.stderr
    node = FakeNode("north")
    with opened(directory) as (trustee, session):
        read_aloud = roster.ask(session, trustee, *node.descriptor(), invited.stdout.strip(), datetime.now(UTC))
    assert "north asks to be admitted" in run("roster", directory).stderr
    assert run("admit", directory, "north", "--fingerprint", read_aloud).stdout.strip() == "Roster 2"
    assert "asks" not in run("roster", directory).stderr


def test_a_group_or_cap_that_no_roster_may_hold_is_refused(directory: Path, tmp_path: Path) -> None:
    raw, signature = FakeNode("north").descriptor()
    file = tmp_path / "north.json"
    file.write_text(json.dumps({"descriptor": raw.decode(), "signature": signature}))
    assert run("admit", directory, file, "--yes", "--cap", "0").exit_code == 2
    with pytest.raises(DocumentInvalid):
        run("admit", directory, file, "--yes", "--group", "The West")
    assert shown(directory) == []


def test_a_tabulation_is_read_in_words_and_countersigned_after_a_yes(tmp_path: Path) -> None:
    federation = Federation(tmp_path, 0)
    raw = federation.raw
    federation.close()
    file = tmp_path / "tabulation.json"
    file.write_text(json.dumps({"tabulation": raw.decode(), "signature": sign("tabulation", raw, federation.hub)}))
    directory = tmp_path / "t0"
    refused = run("tabulate", directory, file, said="n\n")
    assert refused.exit_code == 1
    assert "signature" not in refused.stdout
    said = run("tabulate", directory, file, said="y\n")
    assert "by sex and age band" in said.stderr
    assert fingerprint(federation.hub.public()) in said.stderr
    answer = json.loads(said.stdout[said.stdout.index("{") :])
    assert answer["tabulation"] == federation.id
    verify("tabulation", raw, answer["signature"], federation.trustee.ring.public_set("sign"))
    assert json.loads(run("tabulate", directory, file, "--yes").stdout) == answer
    file.write_text("{}")
    with pytest.raises(TabulationFileInvalid):
        run("tabulate", directory, file)


def test_the_log_is_shown_after_it_was_checked(tmp_path: Path) -> None:
    federation = Federation(tmp_path, 6)
    federation.counted(federation.settle(federation.all_reports())[1])
    batches.settle(federation.trustee, *federation.batch([], "2026-11"), NOW.replace(month=12))
    federation.close()
    shown = run("log", tmp_path / "t0")
    assert shown.stdout.splitlines() == [
        f"2026-10  released  6 counted  0 refused  {federation.id[:16]}",
        f"2026-11  void  quorum_missing  0 refused  {federation.id[:16]}",
    ]
    assert "7 rosters and 2 certificates" in shown.stderr
    assert [one["number"] for one in json.loads(run("log", tmp_path / "t0", "--json").stdout)] == [1, 2]


def test_whose_reports_are_audited_is_drawn_once_the_year_is_over(tmp_path: Path) -> None:
    federation = Federation(tmp_path, 6)
    certificate = federation.settle(federation.all_reports())[1]
    federation.close()
    with time_machine.travel("2027-03-01"), pytest.raises(AuditTooEarly):
        run("audit", tmp_path / "t0", "2026")
    with time_machine.travel("2027-03-02"):
        (line,) = run("audit", tmp_path / "t0", "2026").stdout.splitlines()
    listed = [f"{one['node']}  2026-10  {one['report']}" for one in certificate["groups"][0]["members"]]
    assert line in listed


def test_a_member_that_was_not_heard_of_for_long_and_one_that_was_refused_are_named(tmp_path: Path) -> None:
    federation = Federation(tmp_path, 6)
    stranger = ("all", federation.report(federation.members[0], node="stranger"))
    federation.settle([*federation.all_reports()[:5], stranger])
    federation.close()
    assert "stranger: The trustee has not admitted this member." in run("log", tmp_path / "t0").stdout
    with time_machine.travel("2027-02-06"):
        said = run("roster", tmp_path / "t0").stderr
    assert "node-05 was heard of last on 2026-11-05. Ask it yourself" in said
