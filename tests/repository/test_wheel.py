"""What is installed works without the checkout beside it."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
import coupole, coupole_client
from coupole.standard import catalogue, resource
from coupole.standard.entities import ENTITIES
from coupole.standard.sentences import sentence
assert coupole.__file__.startswith(sys.argv[1]), coupole.__file__
assert str(resource("v1")).startswith(sys.argv[1]), resource("v1")
assert len(ENTITIES) == 18
assert catalogue.load("core", "1.0.0").indicators
assert sentence("document_invalid", "fr") != sentence("document_invalid", "en")
print("works")
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-I", "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "-w", str(folder), str(ROOT)], check=True, capture_output=True, timeout=120)
    [wheel] = folder.glob("coupole-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


def test_the_wheel_validates_and_explains_by_itself(unpacked: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-c", PROGRAM, str(unpacked)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert (done.stdout.strip(), done.returncode) == ("works", 0), done.stderr


def test_the_wheel_brings_standard_descriptions_migrations_pages_and_types(unpacked: Path) -> None:
    package = unpacked / "coupole"
    for part in (
        "_schema/v1/plan.schema.json",
        "_schema/v1/codelists",
        "_openapi/node.v1.json",
        "node/store/migrations/env.py",
        "web/templates",
        "web/static",
        "py.typed",
    ):
        assert (package / part).exists(), part
    assert (unpacked / "coupole_client/py.typed").is_file()


def test_the_wheel_brings_nothing_else(unpacked: Path) -> None:
    assert {path.name.split("-")[0] for path in unpacked.iterdir()} == {"coupole", "coupole_client"}
