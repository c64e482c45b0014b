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


def test_what_the_hub_holds_contradicts_no_bound_it_declares(told: tuple[Path, str]) -> None:
    shown, exact = held(told[0], "hub"), held(told[0], "hub", "--truth")
    figures = 0
    for table, true in zip(shown["tables"], exact["tables"], strict=True):
        assert (table["id"], table["owner"]) == (true["id"], true["owner"])
        assert true["noise"] == {"kind": "exact"}
        bound = table["noise"].get("max", 0)
        for (levels, value), (same, truth) in zip(table["cells"], true["cells"], strict=True):
            assert levels == same
            if value is not None:
                figures += 1
                assert abs(value - truth) <= bound, (table["id"], levels)
    assert figures > 10_000
    assert [one["kind"] for one in shown["batches"]] == ["opening", "change"]


def test_only_the_hub_holds_tables_of_a_member_and_only_its_own_people_exact_ones(told: tuple[Path, str]) -> None:
    directory = told[0]
    members = {path.parent.name for path in directory.glob("*/node.sqlite")}
    assert {table["owner"] for table in held(directory, "hub")["tables"]} >= members
    for party in ("public", "trustee"):
        assert members.isdisjoint(table["owner"] for table in held(directory, party)["tables"])
    mine = min(members)
    own = [table for table in held(directory, f"member:{mine}")["tables"] if table["owner"] in members]
    assert {(table["owner"], table["noise"]["kind"]) for table in own} == {(mine, "exact")}


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
