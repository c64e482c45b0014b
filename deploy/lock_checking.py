"""Are the lock files those of ``pyproject.toml``? Answered from what is installed, so that no index is asked.

pip has already refused anything that is not exactly as pinned. What remains to see is that every requirement, followed
to its end, meets a pin which satisfies it, that no pin is left over, and that the demo's lock is a part of the tests'.
Runs inside the environment (it needs ``packaging``).
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib import metadata
from itertools import chain

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.environment import ROOT, Kind, lock_file
from deploy.locking import pins


def faults() -> Iterator[str]:
    """One sentence for each thing that does not agree."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    base, extras = project["project"]["dependencies"], project["project"]["optional-dependencies"]
    groups = project["dependency-groups"]
    yield from _unlike("demo", [*base, *extras["server"], *extras["parquet"], *groups["build"]])
    yield from _unlike("test", chain(base, *extras.values(), *groups.values()))
    for pin in sorted(set(pins("demo")) - set(pins("test"))):
        yield f"{pin.name}: demo has {pin.version}, the tests do not"


def _unlike(kind: Kind, requirements: Iterable[str]) -> Iterator[str]:
    if "://" in lock_file(kind).read_text(encoding="utf-8"):
        yield f"{kind}: holds an address"
    pinned = {pin.name: pin.version for pin in pins(kind) if not pin.marker or Marker(pin.marker).evaluate()}
    met: set[tuple[str, str]] = set()
    waiting = [(Requirement(text), "") for text in requirements]
    while waiting:
        wanted, extra = waiting.pop()
        if wanted.marker and not wanted.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(wanted.name)
        version = pinned.get(name)
        if version is None or not wanted.specifier.contains(version, prereleases=True):
            yield f"{kind}: {wanted} is not met by {version or 'any pin'}"
            continue
        for part in {"", *wanted.extras} - {seen for known, seen in met if known == name}:
            met.add((name, part))
            waiting += [(Requirement(text), part) for text in metadata.requires(name) or ()]
    for left in sorted(set(pinned) - {name for name, _ in met}):
        yield f"{kind}: {left} is pinned and nothing asks for it"


if __name__ == "__main__":
    found = list(faults())
    print("\n".join([*found, *(["run: python3 deploy lock"] if found else [])]))
    sys.exit(bool(found))
