"""A dataset as JSON Lines: one figure a line, ``null`` where there is none, with the reason in ``kind``."""

from __future__ import annotations

import orjson

from coupole.hub.publication.cubes import Cube
from coupole.hub.publication.formats.rows import columns, lines


def write(cube: Cube, language: str) -> bytes:
    """One line for each figure."""
    names = columns(cube)
    return b"".join(orjson.dumps(dict(zip(names, line, strict=True))) + b"\n" for line in lines(cube, language))
