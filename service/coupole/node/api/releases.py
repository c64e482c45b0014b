"""Releases as they were signed, and the ledger of what left. Figures leave this node here and nowhere else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Path, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from coupole.node.api.node import Node, Reading, ThisNode, etag, json_bytes
from coupole.node.statistics import releasing
from coupole.node.store import egress, releases
from coupole.standard import catalogue as catalogues
from coupole.standard.calendar import Period, parse_period
from coupole.web.oauth import Caller
from coupole.web.tags import not_modified

PAGE = 200

After = Annotated[int, Query(ge=0, le=2**53, description="Number of the last entry seen.")]
Limit = Annotated[int, Query(ge=1, le=1000)]
CatalogueId = Annotated[str, Path(max_length=40)]
Version = Annotated[str, Path(max_length=12)]
PeriodName = Annotated[str, Path(max_length=8, description="`2026`, `2026-Q3` or `2026-10`.")]


class ReleaseName(BaseModel):
    """A release that was made: what it is of, and which revision counts now."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    catalogue: str
    version: str
    period: str
    revision: int
    cause: str
    """Why this revision was made."""
    frozen_at: str


class ReleaseList(BaseModel):
    """Releases that were made, newest period first."""

    items: list[ReleaseName]


class EgressEntry(BaseModel):
    """One thing that left this node."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    seq: int
    at: str
    client: str
    what: str
    period: str | None = None
    revision: int | None = None
    sha256: str
    """Hash of the very bytes."""
    size: int


class EgressList(BaseModel):
    """What left, oldest first, and where to go on."""

    items: list[EgressEntry]
    next: int


def release_route(reads: Any) -> Callable[..., Response]:
    """The route that gives out a release; ``reads`` is the guard that says who calls."""

    def read_release(
        request: Request,
        node: ThisNode,
        catalogue: CatalogueId,
        version: Version,
        period: PeriodName,
        caller: Caller = reads,
    ) -> Response:
        """The figures of one period as this node signed them, in their newest revision."""
        wanted = parse_period(period)
        found = _frozen(node, catalogues.load(catalogue, version), wanted)
        tag = etag(found.revision)
        if not_modified(request, tag):
            return Response(status_code=304, headers={"etag": tag})
        with node.store.writing() as session:  # noted before it leaves: what left unnoted would be worse
            egress.record_egress(
                session,
                client=caller.client,
                what=f"release:{catalogue}:{version}",
                period=wanted.name,
                revision=found.revision,
                sha256=hashlib.sha256(found.raw).hexdigest(),
                size=len(found.raw),
            )
        return json_bytes(found.raw, etag=tag, coupole_signature=found.signature)

    return read_release


def _frozen(node: Node, catalogue: catalogues.Catalogue, period: Period) -> releasing.FrozenRelease:
    with node.store.reading() as session:
        found = releasing.latest(session, catalogue.id, catalogue.version, period.name)
    if found is not None and not (node.release_on_pull and releasing.outgrown(found, catalogue)):
        return found
    if not node.release_on_pull:
        raise releasing.ReleaseNotFound()
    return releasing.freeze(node.store, node.ring, node, catalogue, period, node.node_id)


def list_releases(session: Reading) -> dict[str, Any]:
    """Releases that were made, in the revision that counts."""
    return {"items": [_named(row) for row in releases.all_newest(session)]}


def _named(row: Any) -> dict[str, Any]:
    names = ("catalogue", "version", "period", "revision", "cause")
    return {**{name: getattr(row, name) for name in names}, "frozen_at": row.frozen_at.isoformat()}


def list_egress(session: Reading, after: After = 0, limit: Limit = PAGE) -> dict[str, Any]:
    """What left this node, to whom and when, with the hash of what left."""
    rows = egress.egress(session, after, limit)
    items = [{**row.model_dump(exclude_none=True), "at": row.at.isoformat()} for row in rows]
    return {"items": items, "next": items[-1]["seq"] if items else after}
