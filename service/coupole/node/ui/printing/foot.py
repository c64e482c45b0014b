"""The style of papers, with what stands at the foot of each page: only a style sheet reaches the margins of a page.

The address of the sheet says all that is in it (a kind of record, two numbers, the beginning of a hash), so it reads no
record and holds nothing about anybody.
"""

from __future__ import annotations

import re
from pathlib import Path

from coupole.node.ui.printing.paper import SHORT, Mark, in_fours
from coupole.node.ui.printing.pen import BETWEEN, Pen
from coupole.standard.entities import ENTITIES
from coupole.web.errors import PathUnknown

NAME = re.compile(
    rf"(?P<kind>[a-z_]{{1,40}})-(?P<version>\d{{1,10}})-(?P<edition>\d{{1,10}})-(?P<hash>[0-9a-f]{{{SHORT}}})"
)
STYLE = Path(__file__).with_name("paper.css").read_text(encoding="utf-8")
NONE = "none"
"""The name of the sheet of a paper without a mark: page numbers only."""


def name(mark: Mark | None) -> str:
    """The name of the sheet with that mark."""
    return f"{mark.kind}-{mark.version}-{mark.revision}-{mark.sha256[:SHORT]}" if mark else NONE


def foot(pen: Pen, mark: Mark | None) -> str:
    """The mark in words; empty when there is none."""
    return _words(pen, mark.kind, mark.version, mark.revision, mark.sha256[:SHORT]) if mark else ""


def sheet(pen: Pen, wanted: str, printed: str) -> str:
    """The style sheet of that name. ``printed``: when it was, in words. Raises ``PathUnknown``."""
    if wanted == NONE:
        return _css(printed)
    found = NAME.fullmatch(wanted)
    if found is None or found["kind"] not in ENTITIES:
        raise PathUnknown()
    said = _words(pen, found["kind"], int(found["version"]), int(found["edition"]), found["hash"])
    return _css(BETWEEN.join((said, printed)))


def _words(pen: Pen, kind: str, version: int, edition: int, digest: str) -> str:
    what = f"{pen.entity(kind)} {version}" if version else pen.entity(kind)
    return BETWEEN.join((what, pen.gettext("edition %(number)s", number=edition), in_fours(digest)))


def _css(text: str) -> str:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return STYLE + (
        "@page{size:A4;margin:18mm 20mm 20mm;"
        f'@bottom-left{{content:"{quoted}";font:8pt sans-serif}}'
        '@bottom-right{content:counter(page) " / " counter(pages);font:8pt sans-serif}}\n'
    )
