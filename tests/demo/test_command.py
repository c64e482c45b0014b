"""`coupole demo` as somebody types it: one run to its end, one that serves until Ctrl-C, and what may go wrong."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from coupole.standard.validation import check_against
from tests.disclosure.adversary import untrue

pytestmark = pytest.mark.processes

DEMO = (sys.executable, "-m", "coupole", "demo", "--months", "2")
ENGLISH = os.environ | {"LANG": "en_GB.UTF-8", "LC_ALL": "en_GB.UTF-8", "PYTHONIOENCODING": "utf-8"}
ROW = re.compile(r"20\d\d-\d\d +\d+ .* 5 of 5")


def demo(directory: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*DEMO, "--directory", str(directory), *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
        env=ENGLISH,
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A demonstration that ran once, and the table it printed."""
    directory = tmp_path_factory.mktemp("demonstration") / "demo"
    done = demo(directory, "--once")
    assert done.returncode == 0, done.stderr
    return directory, done.stdout


def test_once_prints_the_published_table_of_all_five(told: tuple[Path, str]) -> None:
    assert len(ROW.findall(told[1])) == 2


def test_a_second_run_publishes_the_same_figures(told: tuple[Path, str]) -> None:
    directory, table = told
    again = demo(directory, "--once")
    assert again.returncode == 0, again.stderr
    assert again.stdout == table
    assert "--fresh" in again.stderr


def test_the_last_month_is_summed_under_seal(told: tuple[Path, str]) -> None:
    assert "summed under seal" in told[1]
    assert re.search(r"^ +all +\d+ +\d+ +\d+ +\d+ +\d+$", told[1], re.MULTILINE)


def held(directory: Path, party: str, *words: str) -> dict[str, Any]:
    """What a party of that demonstration holds."""
    command = [sys.executable, "-m", "coupole", "export", str(directory / "hub"), "--adversary-view", party, *words]
    for node in sorted(directory.glob("*/node.sqlite")):
        command += ["--node", str(node.parent)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, env=ENGLISH)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def views(told: tuple[Path, str]) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """What each party holds of that demonstration, and the exact figures behind it."""
    parties = ("hub", "public", f"member:{min(members(told[0]))}")
    found = {party.partition(":")[0]: (held(told[0], party), held(told[0], party, "--truth")) for party in parties}
    return found | {"trustee": (held(told[0], "trustee"), found["public"][1])}


def members(directory: Path) -> set[str]:
    return {path.parent.name for path in directory.glob("*/node.sqlite")}


Views = dict[str, tuple[dict[str, Any], dict[str, Any]]]


def test_what_a_party_holds_is_of_the_form_that_anybody_can_read(views: Views) -> None:
    for shown, exact in views.values():
        for document in (shown, exact):
            check_against("adversary_view", document)
        names = [table["id"] for table in shown["tables"]]
        assert len(set(names)) == len(names)
        assert names == [table["id"] for table in exact["tables"]]
        assert {table["noise"]["kind"] for table in exact["tables"]} == {"exact"}


def test_a_trustee_holds_what_is_public_and_who_was_summed(views: Views) -> None:
    trustee, public = views["trustee"][0], views["public"][0]
    assert trustee["tables"] == public["tables"]
    assert [(one["kind"], len(one["members"])) for one in trustee["batches"]] == [("opening", 5), ("change", 5)]
    assert public["batches"] == views["member"][0]["batches"] == []


@pytest.mark.parametrize("party", ["hub", "public", "member"])
def test_every_bound_and_every_sum_that_is_declared_holds(views: Views, party: str) -> None:
    shown, exact = views[party]
    assert untrue(shown, exact) == []
    values = [value for table in exact["tables"] for _levels, value in table["cells"]]
    assert len(values) - values.count(None) > 10_000
    linked = {flow["stock"] for flow in shown["flows"]}
    assert linked >= {"S01.count", "F05.count.start"}
    assert {one["owner"] for one in shown["sums"]} >= {"federation"}


def test_only_the_hub_holds_tables_of_a_member_and_only_its_own_people_exact_ones(
    told: tuple[Path, str], views: Views
) -> None:
    everybody = members(told[0])
    owners = {party: {table["owner"] for table in shown["tables"]} for party, (shown, _exact) in views.items()}
    assert owners["hub"] >= everybody
    assert everybody.isdisjoint(owners["public"] | owners["trustee"])
    assert owners["member"] & everybody == {min(everybody)}
    exact = [table["owner"] for table in views["member"][0]["tables"] if table["noise"]["kind"] == "exact"]
    nobody = [table["owner"] for table in views["public"][0]["tables"] if table["noise"]["kind"] == "exact"]
    assert {*exact} == {min(everybody), *nobody}


def test_the_exact_figures_of_a_member_need_its_node(told: tuple[Path, str]) -> None:
    command = [sys.executable, "-m", "coupole", "export", str(told[0] / "hub"), "--adversary-view", "member:nobody"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, env=ENGLISH)
    assert done.returncode == 2
    assert "--node" in done.stderr


@pytest.fixture
def served(told: tuple[Path, str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The demonstration running, and what it printed once everything could be looked at."""
    process = subprocess.Popen(
        [*DEMO, "--directory", str(told[0])],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=ENGLISH | {"PYTHONUNBUFFERED": "1"},
    )
    try:
        yield process, _read_until(process, "Q01")
    finally:
        process.kill()
        process.communicate()


def test_it_serves_its_figures_until_ctrl_c(served: tuple[subprocess.Popen[str], str]) -> None:
    process, said = served
    addresses = list(dict.fromkeys(re.findall(r"http://127\.0\.0\.1:\d+", said)))
    assert len(addresses) == 7
    assert len(re.findall(r"/set-up#[A-Z2-9]{4}(?:-[A-Z2-9]{4}){3}\b", said)) == 20, "four people each"
    for address in addresses:
        assert httpx2.get(f"{address}/readyz").status_code == 200
    example = re.search(r"curl '(.*)'", said)
    assert example
    assert httpx2.get(example[1]).json()["class"] == "dataset"
    assert "Open accompaniments" in httpx2.get(addresses[0]).text
    roster = httpx2.get(f"{addresses[-1]}/api/v1/roster").text
    assert "tweede-adem" in roster

    process.send_signal(signal.SIGINT)
    _out, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in errors
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(addresses[0])


def test_a_port_in_use_is_said_in_one_sentence(told: tuple[Path, str]) -> None:
    port = json.loads((told[0] / "demo.json").read_text(encoding="utf-8"))["ports"][2]
    with socket.create_server(("127.0.0.1", port)):
        refused = demo(told[0], "--once")
    assert refused.returncode == 5
    assert f"port {port}" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_directory_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    refused = demo(tmp_path, "--once")
    assert refused.returncode == 5
    assert "--directory" in refused.stderr


def _read_until(process: subprocess.Popen[str], word: str) -> str:
    assert process.stdout
    lines: list[str] = []
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and (line := process.stdout.readline()):
        lines.append(line)
        if word in line:
            return "".join(lines)
    raise AssertionError(process.stderr.read() if process.stderr else "")
