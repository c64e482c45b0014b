"""What changed since: every version of every document in the order it was accepted, deletions and erasures included.

A program that keeps a copy asks again with the last number it saw. Of a person who was erased nothing but that is told:
who copied their documents deletes all that name them.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from coupole.errors import Finding
from coupole.node.api.node import Reading, ThisNode, json_bytes
from coupole.node.api.records import version_bytes
from coupole.node.store import queries
from coupole.standard.entities import ENTITIES
from coupole.web.errors import RequestInvalid

PAGE = 200
LONGEST_PAGE = 1_000

After = Annotated[int, Query(ge=0, le=2**53, description="Number of the last change seen; 0 for all.")]
Limit = Annotated[int, Query(ge=1, le=LONGEST_PAGE)]
Wanted = Annotated[list[str], Query(description="Only these entities; may be repeated.", max_length=len(ENTITIES))]


def list_changes(
    session: Reading,
    node: ThisNode,
    after: After = 0,
    limit: Limit = PAGE,
    entity: Wanted = [],  # noqa: B006
) -> Response:
    """Changes after ``after``, oldest first; ``next`` is where to go on, also when nothing changed yet."""
    if not set(entity) <= ENTITIES.keys():
        raise RequestInvalid(findings=[Finding("code_unknown", "/entity")])
    found = queries.changes(session, node.store.vault, after, limit, entity)
    told = [version for version in found if version.kind != "put" or version.text is not None]
    items = b",".join(version_bytes(version, with_reason=False) for version in told)
    last = found[-1].seq if found else after
    return json_bytes(b'{"items":[' + items + b'],"next":' + str(last).encode() + b"}")
