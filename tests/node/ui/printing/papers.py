"""A file to print, and the texts of what was printed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Any

from tests.calling import RunningNode
from tests.factories import SHARED, dossier, id_of
from tests.stores import keep

PLAN = id_of("plan")
MEETING = id_of("team_meeting")
EVALUATION = id_of("evaluation")
PERSON = id_of("participant")


def written(node: RunningNode, documents: Iterable[dict[str, Any]] | None = None) -> None:
    """The shared documents and one file, or these."""
    keep(node.node.store, [*SHARED, *(dossier(1) if documents is None else documents)])


def words_of(page: str) -> str:
    """The text of a page as it is read: no tags, single spaces."""
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def paper_of(page: str) -> str:
    """The text of the paper alone, without what only the screen shows."""
    found = re.search(r'<article class="paper".*?</article>', page, re.DOTALL)
    assert found, page
    return words_of(found[0])


def flat(text: str) -> str:
    """The text without any space: a PDF breaks lines where a page does not."""
    return "".join(text.split())
