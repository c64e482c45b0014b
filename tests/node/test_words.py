from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import coupole.node
from coupole.errors import CoupoleError
from coupole.standard.sentences import known_codes

FINDING = re.compile(r'Finding\(\s*"([a-z_]+)"|CellRefused\("([a-z_]+)"')


def kinds(kind: type[CoupoleError]) -> Iterator[type[CoupoleError]]:
    for narrower in kind.__subclasses__():
        yield narrower
        yield from kinds(narrower)


def test_every_error_of_a_node_has_its_words() -> None:
    for module in pkgutil.walk_packages(coupole.node.__path__, "coupole.node."):
        if "migrations" not in module.name:
            importlib.import_module(module.name)
    ours = {kind.code for kind in kinds(CoupoleError) if kind.__module__.startswith("coupole.node")}
    assert len(ours) > 20
    assert ours - known_codes().keys() == set()


def test_every_finding_of_a_node_has_its_words() -> None:
    texts = [path.read_text(encoding="utf-8") for path in Path(coupole.node.__path__[0]).rglob("*.py")]
    said = {code for text in texts for found in FINDING.findall(text) for code in found if code}
    assert len(said) > 10
    assert said - known_codes().keys() == set()
