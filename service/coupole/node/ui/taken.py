"""What the ledger says of a list that somebody took away, in words."""

from __future__ import annotations

from collections.abc import Callable

from coupole.web.translations import marked

LISTS = {
    "due": marked("To do"),
    "people": marked("People"),
    "organisations": marked("Organisations"),
    "actors": marked("Professionals"),
    "agreements": marked("Agreements"),
    "coordination": marked("Meetings of officers"),
    "everybody": marked("Everybody"),
    "faults": marked("Rows with errors"),
}
"""Every list there is to take away, by its name in the ledger."""
WRITTEN = marked("List “%(list)s”")


def list_taken(what: str, say: Callable[..., str]) -> str | None:
    """``list:people.xlsx`` in words; none for what is no list. ``say``: gettext of whoever reads it."""
    kind, _, rest = what.partition(":")
    name = LISTS.get(rest.partition(".")[0])
    return say(WRITTEN, list=say(name)) if kind == "list" and name else None
