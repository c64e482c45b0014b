from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from coupole.cli.node import app
from coupole.errors import CoupoleError
from coupole.node.opening import open_node
from coupole.node.records.mapping import ColumnMissing
from coupole.node.settings import NodeSettings
from coupole.node.store.logs import LogBroken
from coupole.node.store.queries import counts
from coupole.node.store.setup import use_setup_code
from coupole.standard.reading import canonical
from coupole.wire.descriptor import read_descriptor
from coupole.wire.keys import KeyRing
from tests.factories import SHARED, dossier, participant
from tests.node.records.test_importing import MAPPING, TABLE
from tests.node.sheets.workbooks import workbook
from tests.stores import PARTICIPANT

PARTLY = 3


def run(*words: str | Path, code: int = 0, stdin: str | None = None) -> Any:
    """Run a command of a node in this process."""
    result = CliRunner().invoke(app, [str(word) for word in words], input=stdin)
    if isinstance(result.exception, CoupoleError):
        raise result.exception
    assert result.exit_code == code, (result.output, result.exception)
    return result


def lines(tmp_path: Path, *documents: dict[str, Any]) -> Path:
    path = tmp_path / "documents.ndjson"
    path.write_bytes(b"".join(canonical(document) + b"\n" for document in documents))
    return path


def test_init_asks_three_questions_and_shows_a_code_once(tmp_path: Path) -> None:
    place = tmp_path / "house"
    result = run("init", place, stdin="Atelier d'Été\n\nhttps://ete.example\n")
    settings = NodeSettings.load(place)
    assert (settings.name, settings.node_id, settings.issuer) == (
        "Atelier d'Été",
        "atelier-d-ete",
        "https://ete.example",
    )
    code = result.stdout.strip().splitlines()[-1]
    assert re.fullmatch(r"[A-Z2-9]{4}(-[A-Z2-9]{4}){3}", code)
    with open_node(settings) as node, node.store.writing() as session:
        assert use_setup_code(session, code)


def test_keys_lie_apart_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    run("init", tmp_path / "house", "--name", "A", "--id", "one", "--issuer", "http://127.0.0.1:1", "--yes")
    keys = tmp_path / "house-keys"
    assert {path.name for path in keys.iterdir()} >= {"ring.json", "people.sqlite"}
    assert keys.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in keys.iterdir() if path.suffix in (".json", ".sqlite"))
    assert not any(path.name == "ring.json" for path in (tmp_path / "house").iterdir())


def test_init_touches_no_node_that_is_there(settings: NodeSettings) -> None:
    before = (settings.key_directory / "ring.json").read_bytes()
    with pytest.raises(CoupoleError) as refused:
        run("init", settings.directory, "--name", "A", "--id", "one", "--issuer", "http://127.0.0.1:1", "--yes")
    assert refused.value.code == "node_exists"
    assert (settings.key_directory / "ring.json").read_bytes() == before


@pytest.mark.parametrize(
    "words",
    [
        ("--id", "One"),
        ("--issuer", "http://node.example"),
        ("--issuer", "https://node.example/path"),
        ("--keys", "INSIDE"),
    ],
)
def test_init_refuses_settings_that_would_not_hold(tmp_path: Path, words: tuple[str, str]) -> None:
    place = tmp_path / "house"
    given = {"--name": "A", "--id": "one", "--issuer": "http://127.0.0.1:1"} | {words[0]: words[1]}
    if words[1] == "INSIDE":
        given["--keys"] = str(place / "keys")
    with pytest.raises(CoupoleError) as refused:
        run("init", place, *(part for pair in given.items() for part in pair), "--yes")
    assert refused.value.code == "settings_invalid"
    assert not place.exists()


def test_import_shows_what_would_happen_and_asks_first(settings: NodeSettings, tmp_path: Path) -> None:
    file = lines(tmp_path, participant(1), participant(2, sex="?"))
    dry = run("import", settings.directory, file, "--dry-run", code=PARTLY)
    assert "Nothing was written" in dry.output
    assert "Row 2, /sex" in dry.output
    run("import", settings.directory, file, stdin="n\n", code=1)
    with open_node(settings) as node, node.store.reading() as session:
        assert counts(session) == {}
    done = run("import", settings.directory, file, stdin="y\n", code=PARTLY)
    assert "Documents made: 1" in done.output


def test_import_by_a_mapping_answers_in_json(settings: NodeSettings, tmp_path: Path) -> None:
    table, mapping = tmp_path / "people.csv", tmp_path / "mapping.json"
    table.write_text(TABLE, encoding="utf-8")
    mapping.write_text(json.dumps(MAPPING), encoding="utf-8")
    words = ("import", settings.directory, table, "--mapping", mapping, "--set", "number=0400000000", "--json")
    said = json.loads(run(*words, code=PARTLY).stdout)
    assert (said["rows"], said["created"], said["refused"]) == (6, 4, 3)
    assert [verdict["outcome"] for verdict in said["verdicts"]].count("refused") == 3
    again = json.loads(run(*words, code=PARTLY).stdout)
    assert (again["created"], again["unchanged"]) == (0, 4)


def test_a_spreadsheet_of_excel_is_imported_by_the_same_mapping(settings: NodeSettings, tmp_path: Path) -> None:
    table, mapping = tmp_path / "people.xlsx", tmp_path / "mapping.json"
    rows = [line.split(";") for line in TABLE.splitlines()]
    table.write_bytes(workbook(Notes=[["nothing"]], People=[["List of 2025"], [], *rows]))
    mapping.write_text(json.dumps(MAPPING), encoding="utf-8")
    words = ("import", settings.directory, table, "--mapping", mapping, "--set", "number=0400000000", "--json")
    said = json.loads(run(*words, code=PARTLY).stdout)
    assert (said["rows"], said["created"], said["refused"]) == (6, 4, 3)
    assert [verdict["row"] for verdict in said["verdicts"]] == [0, 4, 5, 6, 7, 8]
    again = json.loads(run(*words, code=PARTLY).stdout)
    assert (again["created"], again["unchanged"]) == (0, 4)
    table.write_bytes(workbook(People=[["nr", "naam"], ["1", "Maes"]]))
    with pytest.raises(ColumnMissing):
        run(*words)


def test_an_export_goes_into_another_node(settings: NodeSettings, tmp_path: Path) -> None:
    run("import", settings.directory, lines(tmp_path, *SHARED, *dossier(1)), "--yes")
    exported = tmp_path / "export.ndjson"
    run("export", settings.directory, "--output", exported)
    assert exported.stat().st_mode & 0o077 == 0
    other = tmp_path / "other"
    run("init", other, "--name", "B", "--id", "south", "--issuer", "http://127.0.0.1:2", "--yes")
    run("import", other, exported, "--yes")
    with open_node(NodeSettings.load(other)) as node, node.store.reading() as session:
        assert sum(counts(session).values()) == len(SHARED) + len(dossier(1))


def test_a_release_is_looked_at_and_then_made(settings: NodeSettings, tmp_path: Path) -> None:
    run("import", settings.directory, lines(tmp_path, *SHARED, *dossier(1)), "--yes")
    shown = run("release", settings.directory, "2025", "--preview")
    assert "S01" in shown.stdout
    preview = json.loads(run("release", settings.directory, "2025", "--preview", "--json").stdout)
    assert preview["headcount"] == 1
    made = json.loads(run("release", settings.directory, "2025", "--json").stdout)
    assert (made["period"], made["revision"], made["cause"]) == ("2025", 1, "first")
    kept = json.loads(run("release", settings.directory, "2025", "--withhold", "S01", "--json").stdout)
    assert kept["revision"] in (1, 2)
    with pytest.raises(CoupoleError):
        run("release", settings.directory, "2025", "--withhold", "nothing")


def test_a_client_is_registered_listed_and_let_in_no_more(settings: NodeSettings, tmp_path: Path) -> None:
    keys = tmp_path / "jwks.json"
    keys.write_text(json.dumps(KeyRing.create({"client": "es256"}).public_set("client")))
    words = ("client", "add", settings.directory, "--id", "hub", "--name", "The hub", "--jwks", keys)
    with pytest.raises(CoupoleError) as refused:
        run(*words, "--scope", "everything")
    assert refused.value.code == "client_invalid"
    run(*words, "--scope", "releases:read")
    listed = json.loads(run("client", "list", settings.directory, "--json").stdout)
    assert listed == [{"id": "hub", "name": "The hub", "scope": "releases:read", "enabled": True}]
    run("client", "disable", settings.directory, "--id", "hub")
    assert "(disabled)" in run("client", "list", settings.directory).stdout
    with pytest.raises(CoupoleError):
        run("client", "disable", settings.directory, "--id", "nobody")


def test_a_descriptor_can_be_handed_over_in_a_file(settings: NodeSettings, tmp_path: Path) -> None:
    result = run("descriptor", settings.directory, "--output", tmp_path / "d.json")
    handed = json.loads((tmp_path / "d.json").read_text(encoding="utf-8"))
    assert read_descriptor(handed["descriptor"].encode(), handed["signature"])["node"] == "north"
    assert re.search(r"Fingerprint: [A-Z2-7]{4}(-[A-Z2-7]{4}){7}", result.output)
    assert json.loads(run("descriptor", settings.directory).stdout)["descriptor"] == handed["descriptor"]


def test_verify_follows_the_chain_to_an_end_noted_earlier(settings: NodeSettings, tmp_path: Path) -> None:
    run("import", settings.directory, lines(tmp_path, participant()), "--yes")
    said = json.loads(run("verify", settings.directory, "--json").stdout)
    assert (said["holds"], said["rows"]) == (True, 1)
    assert "The journal holds" in run("verify", settings.directory, "--known", said["end"]).stdout
    broken = run("verify", settings.directory, "--known", "1:" + "00" * 32, code=PARTLY)
    assert "broken at row 1" in broken.stdout
    for known in ("x", "1:xx", "another:1:00", "a:staff_event:1:00"):
        run("verify", settings.directory, "--known", known, code=2)


def test_verify_follows_both_logs_as_well_and_names_the_line(settings: NodeSettings) -> None:
    run("user", "add", settings.directory, "anna", "--name", "Anna Peeters")
    said = json.loads(run("verify", settings.directory, "--json").stdout)
    events = said["logs"]["staff_event"]
    assert (events["holds"], events["rows"], said["logs"]["opening"]["rows"]) == (True, 2, 0)
    noted = run("verify", settings.directory).stdout
    assert f"The log of sign-ins holds: 2 rows. Its end, to note elsewhere: staff_event:{events['end']}" in noted
    ends = ("--known", f"staff_event:{events['end']}", "--known", said["end"])
    assert "The log of opened files holds: 0 rows" in run("verify", settings.directory, *ends).stdout
    with closing(sqlite3.connect(settings.directory / "node.sqlite")) as file:
        file.execute("DROP TRIGGER staff_event_refuses_update")
        file.execute("UPDATE staff_event SET staff = 'staff-2' WHERE seq = 2")
        file.commit()
    broken = run("verify", settings.directory, *ends, code=PARTLY)
    assert "The journal holds" in broken.stdout
    assert "The log of sign-ins is broken at row 2." in broken.stdout


def test_a_backup_with_a_log_that_was_changed_is_not_put_back(settings: NodeSettings, tmp_path: Path) -> None:
    run("user", "add", settings.directory, "anna", "--name", "Anna Peeters")
    run("backup", settings.directory, tmp_path / "backup.sqlite")
    with closing(sqlite3.connect(tmp_path / "backup.sqlite")) as file:
        file.execute("DROP TRIGGER staff_event_refuses_delete")
        file.execute("DELETE FROM staff_event WHERE seq = 1")
        file.commit()
    for path in settings.directory.glob("node.sqlite*"):
        path.unlink()
    with pytest.raises(LogBroken):
        run("restore", settings.directory, tmp_path / "backup.sqlite")


def test_a_backup_is_restored_and_who_was_erased_since_stays_forgotten(settings: NodeSettings, tmp_path: Path) -> None:
    run("import", settings.directory, lines(tmp_path, *SHARED, *dossier(1), *dossier(2)), "--yes")
    run("backup", settings.directory, tmp_path / "backup.sqlite")
    run("erase", settings.directory, PARTICIPANT, stdin="n\n", code=1)
    run("erase", settings.directory, PARTICIPANT, "--yes")
    with pytest.raises(CoupoleError) as there:
        run("restore", settings.directory, tmp_path / "backup.sqlite")
    assert there.value.code == "backup_exists"
    for path in settings.directory.glob("node.sqlite*"):
        path.unlink()
    run("restore", settings.directory, tmp_path / "backup.sqlite")
    with open_node(settings) as node, node.store.reading() as session:
        assert counts(session)["participant"] == 1


@pytest.mark.parametrize("purpose", ["master", "token", "sign", "cell"])
def test_a_rotated_key_leaves_everything_readable(settings: NodeSettings, tmp_path: Path, purpose: str) -> None:
    run("import", settings.directory, lines(tmp_path, *SHARED, *dossier(1)), "--yes")
    run("rotate", settings.directory, purpose)
    run("facts", settings.directory, "--all")
    assert len(run("export", settings.directory).stdout.splitlines()) >= len(SHARED) + len(dossier(1))


def test_a_directory_without_a_node_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(CoupoleError) as missing:
        run("verify", tmp_path)
    assert missing.value.code == "settings_missing"
