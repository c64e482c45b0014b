"""What a page says once, after something was done: from a closed list, so that no address carries a text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request

from coupole.node.store.changes import Written
from coupole.web.translations import marked

NOTICES: Mapping[str, str] = {
    "saved": marked("Saved."),
    "deleted": marked("Deleted. It can be brought back for 30 days."),
    "undone": marked("Undone: everything is as it was before."),
    "restored": marked("Brought back."),
    "sent": marked("Sent."),
    "nothing": marked("Nothing was changed."),
}
"""What any page may say, by its code; a group of pages gives the desk its own when it registers."""

MOST_UNDONE = 20
_UNDONE = re.compile(r"[a-z0-9-]{3,40}:[a-z_]{3,30}:[0-9A-Z]{26}~[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice. ``undo``: the writes a button takes back, each as ``id~revision``."""

    code: str
    text: str
    undo: tuple[str, ...]


def address(path: str, notice: str | None, undo: Sequence[Written] = (), known: Mapping[str, str] = NOTICES) -> str:
    """The address whose page shows that notice. Raises ``KeyError`` for a notice that is not in the list."""
    if notice is None:
        return path
    if notice not in known:
        raise KeyError(notice)
    asked = [("notice", notice), *(("undo", f"{one.id}~{one.revision}") for one in undo[:MOST_UNDONE])]
    return path + ("&" if "?" in path else "?") + urlencode(asked, safe=":~")


def notice_of(request: Request, known: Mapping[str, str] = NOTICES) -> Notice | None:
    """The notice the address asks for; none when it asks for none of ours."""
    code = request.query_params.get("notice", "")
    if code not in known:
        return None
    undo = [one for one in request.query_params.getlist("undo")[:MOST_UNDONE] if _UNDONE.fullmatch(one)]
    return Notice(code, known[code], tuple(undo))
