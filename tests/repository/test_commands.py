"""The command as a whole: what it loads, what it says, how it ends."""

import os
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import coupole
import coupole_client
from coupole.cli import EXIT_CODES, OTHER_PARTY
from coupole.errors import CoupoleError
from coupole_client import NodeError


def run(*arguments: str, language: str = "en_GB.UTF-8") -> subprocess.CompletedProcess[str]:
    variables = {name: value for name, value in os.environ.items() if not name.startswith("LC_")}
    return subprocess.run(
        [sys.executable, "-m", "coupole", *arguments],
        env=variables | {"LANG": language},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def kinds(base: type[CoupoleError]) -> Iterator[type[CoupoleError]]:
    for kind in base.__subclasses__():
        yield kind
        yield from kinds(kind)


@pytest.fixture(scope="module")
def codes() -> list[str]:
    """Of every kind of error there is, the rooms of every service imported."""
    for package in (coupole, coupole_client):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "__main__" not in module.name and ".migrations." not in module.name:
                import_module(module.name)
    return [kind.code for kind in set(kinds(CoupoleError))]


def test_no_two_kinds_of_error_share_a_code(codes: list[str]) -> None:
    assert len(codes) > 50
    assert sorted(codes) == sorted(set(codes))


def test_exit_codes_are_of_errors_that_exist(codes: list[str]) -> None:
    assert set(EXIT_CODES) - set(codes) == set()


def test_every_failure_of_another_party_has_its_exit_code() -> None:
    assert {EXIT_CODES.get(kind.code) for kind in (NodeError, *kinds(NodeError))} == {OTHER_PARTY}


def test_a_list_of_commands_loads_no_service() -> None:
    program = (
        "import sys\n"
        "from coupole.__main__ import main\n"
        "sys.argv = ['coupole', '--help']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "heavy = {'fastapi', 'numpy', 'sqlalchemy', 'uvicorn', 'coupole.node'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    for part in ("node", "hub", "trustee", "demo"):
        assert part in done.stdout


@pytest.mark.parametrize("part", ["node", "hub", "trustee"])
def test_every_part_has_commands(part: str) -> None:
    told = run(part, "--help")
    assert told.returncode == 0
    assert "init" in told.stdout
    assert "serve" in told.stdout


def test_a_command_that_does_not_exist_is_a_mistake_of_the_caller() -> None:
    assert run("nodes").returncode == 2


def test_a_node_that_is_not_there_is_said_in_the_language_of_the_person(tmp_path: Path) -> None:
    said = {language: run("node", "verify", str(tmp_path / "none"), language=language) for language in ("fr_BE", "it")}
    assert {told.returncode for told in said.values()} == {4}
    assert said["fr_BE"].stderr != said["it"].stderr
    for told in said.values():
        assert told.stdout == ""
        assert "Traceback" not in told.stderr
        assert len(told.stderr.splitlines()) == 2


def test_it_says_its_version_and_that_of_the_standard() -> None:
    assert run("--version").stdout.split() == ["coupole", "0.1.0,", "standard", "1.0.0"]
