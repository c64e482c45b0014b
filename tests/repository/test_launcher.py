"""The launcher: what it says when it cannot, and that the lock files are what they should be."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy import browser, environment, lock_checking, locking
from deploy.environment import ROOT, SetupError


def deploy(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "deploy"), *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=60)


def test_it_tells_its_commands_from_any_folder(tmp_path: Path) -> None:
    told = deploy(cwd=tmp_path)
    assert told.returncode == 0
    assert "demo" in told.stdout
    assert "test" in told.stdout


def test_a_command_it_does_not_know_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    told = deploy("demonstrate", cwd=tmp_path)
    assert told.returncode == 2
    assert "usage" in told.stdout


def test_it_needs_nothing_but_the_standard_library() -> None:
    """An interpreter that sees no installed package reads every module the launcher begins with."""
    program = "import sys; sys.path.insert(0, sys.argv[1]); import deploy.checking, deploy.locking, deploy.testing"
    alone = [sys.executable, "-I", "-S", "-c", program, str(ROOT)]
    done = subprocess.run(alone, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def test_an_environment_half_made_is_not_taken_for_a_whole_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    monkeypatch.setattr(environment, "STAMP", tmp_path / "stamp")
    monkeypatch.setattr(environment, "_make", lambda: steps.append("make"))

    def interrupted(kind: str) -> None:
        steps.append(f"fill {kind}")
        if len(steps) == 2:
            raise SetupError("the network was away")

    monkeypatch.setattr(environment, "_fill", interrupted)
    with pytest.raises(SetupError):
        environment.ready("demo")
    environment.ready("demo")
    environment.ready("demo")
    environment.ready("test")
    environment.ready("demo")
    assert steps == ["make", "fill demo", "make", "fill demo", "make", "fill test"]


def test_an_environment_that_runs_is_completed_and_not_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is in it stays: a command may be running there, and the network may be away."""
    monkeypatch.setattr(environment, "VENV", tmp_path / "environment")
    environment._make()
    mark = tmp_path / "environment" / "mark"
    mark.write_text("somebody works here")
    environment._make()
    assert mark.is_file()
    shutil.rmtree(next((tmp_path / "environment").rglob("pip/__init__.py")).parent)
    environment._make()
    assert not mark.exists(), "an environment without pip can install nothing and must be made anew"


def test_a_stamp_that_cannot_be_read_counts_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp = tmp_path / "stamp"
    stamp.write_text("[half a", encoding="utf-8")
    filled: list[str] = []
    monkeypatch.setattr(environment, "STAMP", stamp)
    monkeypatch.setattr(environment, "_make", lambda: None)
    monkeypatch.setattr(environment, "_fill", filled.append)
    environment.ready("demo")
    assert filled == ["demo"]


def test_a_python_without_venv_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(SetupError, match="apt install python3-venv"):
        environment._make()


def test_variables_that_would_mislead_pip_are_not_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_TARGET", "/elsewhere")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("PIP_CERT", "/certificates")
    passed = environment.variables()
    assert not {"PIP_TARGET", "PYTHONPATH"} & set(passed)
    assert passed["PIP_CERT"] == "/certificates"


def test_the_locks_satisfy_the_metadata_and_hold_no_address() -> None:
    assert list(lock_checking.faults()) == []
    assert "://" not in locking.lock_file("test").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("fasteners==", "fastener==", "fasteners"),
        ("authlib==1.9", "authlib==1.0", "authlib"),
        ("alembic==", "left-over==1.0\nalembic==", "left-over is pinned and nothing asks for it"),
        ("alembic==", "# https://index.example\nalembic==", "holds an address"),
    ],
)
def test_a_lock_that_fell_behind_is_noticed(
    before: str, after: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = {kind: tmp_path / f"{kind}.txt" for kind in ("demo", "test")}
    for kind, path in changed.items():
        path.write_text(locking.lock_file(kind).read_text(encoding="utf-8"), encoding="utf-8")
    changed["test"].write_text(changed["test"].read_text(encoding="utf-8").replace(before, after, 1), encoding="utf-8")
    monkeypatch.setattr(lock_checking, "lock_file", changed.__getitem__)
    monkeypatch.setattr(locking, "lock_file", changed.__getitem__)
    assert any(said in fault for fault in lock_checking.faults())


def test_every_pin_carries_a_hash() -> None:
    for kind in ("demo", "test"):
        text = locking.lock_file(kind).read_text(encoding="utf-8")
        entries = text.replace("\\\n", " ").splitlines()
        assert len(entries) > 50
        assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_a_browser_that_is_named_must_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUPOLE_BROWSER", str(tmp_path / "none"))
    with pytest.raises(SetupError, match="COUPOLE_BROWSER"):
        browser.find()


def test_a_browser_on_the_path_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COUPOLE_BROWSER", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    pretended = tmp_path / "chromium"
    pretended.write_text("#!/bin/sh\necho Chromium 1\n", encoding="utf-8")
    pretended.chmod(0o755)
    assert browser.find() == pretended


def test_no_browser_anywhere_is_an_error_with_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COUPOLE_BROWSER", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "FETCHED", tmp_path / "fetched")
    monkeypatch.setattr(browser, "ELSEWHERE", ())
    with pytest.raises(SetupError, match="COUPOLE_BROWSER"):
        browser.find()
