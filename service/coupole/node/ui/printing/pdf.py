"""The PDF of a paper, by Typst (the extra ``coupole[pdf]``); tagged for screen readers (PDF/UA-1)."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from coupole.errors import CoupoleError
from coupole.node.ui.printing.paper import Paper

TEMPLATE = Path(__file__).with_name("paper.typ")


class PdfNotInstalled(CoupoleError):
    """PDF files are not made here: the extra was not installed."""


def available() -> bool:
    """Whether PDF files can be made here."""
    return find_spec("typst") is not None


def pdf(paper: Paper, foot: str) -> bytes:
    """The paper as a PDF. ``foot``: what stands at the foot of each page. Raises ``PdfNotInstalled``."""
    if not available():
        raise PdfNotInstalled()
    import typst

    given = {"paper": json.dumps(_plain(paper, foot), ensure_ascii=False)}
    try:
        return bytes(typst.compile(TEMPLATE, sys_inputs=given, format="pdf", pdf_standards="ua-1"))
    except typst.TypstError:
        # A name in a script this machine has no letters for cannot be in a PDF/UA; better a PDF without that promise.
        return bytes(typst.compile(TEMPLATE, sys_inputs=given, format="pdf"))


def _plain(paper: Paper, foot: str) -> dict[str, Any]:
    plain = {**asdict(paper), "foot": foot}
    for section, drawn in zip(paper.sections, plain["sections"], strict=True):
        for table, given in zip(section.tables, drawn["tables"], strict=True):
            given["narrow"] = table.narrow
    return plain
