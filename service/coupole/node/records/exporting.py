"""Everything a node holds, as lines that another node imports unchanged.

Meant for the workshop itself: it holds names. What goes to another member goes by a hand-over, with consent.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlmodel import Session

from coupole.node.store import Store
from coupole.node.store.queries import export


def document_lines(session: Session, store: Store) -> Iterator[bytes]:
    """One line for each living document, owners before what names them."""
    for stored in export(session, store.vault):
        yield stored.text + b"\n"
