"""What a reader of the repository is told must be true."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICE = ROOT / "service/coupole"


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def rooms() -> list[str]:
    """The packages under the service, those inside a party included, and the files beside them."""
    found = [path.parent.relative_to(SERVICE).as_posix() for path in SERVICE.glob("*/__init__.py")]
    found += [path.parent.relative_to(SERVICE).as_posix() for path in SERVICE.glob("*/*/__init__.py")]
    return sorted(found + [path.name for path in SERVICE.glob("*.py") if not path.name.startswith("__")])


def test_there_are_rooms_to_name() -> None:
    assert {"standard", "node", "node/store", "hub/collection", "errors.py"} <= set(rooms())


@pytest.mark.parametrize("room", rooms())
def test_every_room_is_named_in_the_architecture(room: str) -> None:
    assert (f"`{room}`" if room.endswith(".py") else f"`{room}/") in text("ARCHITECTURE.md")


def test_the_readme_begins_with_the_two_commands() -> None:
    first = text("README.md").split("```")[1]
    assert "python3 deploy demo" in first
    assert "python3 deploy test" in first


@pytest.mark.parametrize("page", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "DECISIONS.md"])
def test_links_and_named_places_exist(page: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", text(page))
    places = re.findall(r"`((?:schema|openapi|clients|deploy|tests|service)/[\w./*-]*)`", text(page))
    assert links or places
    missing = [name for name in links + places if not list(ROOT.glob(name.rstrip("/")))]
    assert missing == []


def test_the_licence_is_the_whole_eupl() -> None:
    licence = text("LICENSE")
    assert licence.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert re.findall(r"^(\d+)\.", licence, re.MULTILINE) == [str(article) for article in range(1, 16)]
    assert licence.rstrip().endswith("require the production of a new EUPL version.")
    assert 'license = "EUPL-1.2"' in text("pyproject.toml")


def test_no_file_ties_the_project_to_a_machine_or_an_index() -> None:
    # Written in two halves, so that this file holds none of them.
    halves = [("/wo", "rk/"), ("/ro", "ot/"), ("/ho", "me/"), ("pypi", ".org"), ("python", "hosted"), ("npm", "js.")]
    forbidden = re.compile("|".join(re.escape("".join(pair)) for pair in halves).encode())
    files = tracked()
    assert len(files) > 100
    assert [str(path.relative_to(ROOT)) for path in files if forbidden.search(path.read_bytes())] == []
