"""Many documents at once: in as lines, each with its verdict; out as lines that another node takes as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Annotated, Any

import orjson
from fastapi import Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from coupole.node.api.node import Node, node_of
from coupole.node.api.spool import Spool
from coupole.node.records.exporting import document_lines
from coupole.node.records.importing import plan, write_all
from coupole.node.records.reading import document_rows
from coupole.node.store.egress import record_egress
from coupole.web.bodies import check_type
from coupole.web.languages import language_of
from coupole.web.oauth import Caller

NDJSON = "application/x-ndjson"
DryRun = Annotated[bool, Query(description="Say what would become of each line and write nothing.")]


async def receive(request: Request, spool: Spool) -> None:
    """The whole body first: the database is not to wait for a slow sender."""
    check_type(request, NDJSON, "application/ndjson", "application/jsonl")
    async for part in request.stream():
        if part:
            spool.write(part)


def take_in(node: Node, caller: Caller, spool: Spool, *, dry_run: bool, language: str) -> bytes:
    """One verdict a line; everything that can be written is, in one transaction."""
    rows = document_rows(spool.lines(node.max_document_bytes), node.max_document_bytes)
    session_of, made = (node.store.reading, plan) if dry_run else (node.store.writing, write_all)
    with session_of() as session:
        verdicts = made(session, rows, node.store, node.context(caller))
        # Said only once the transaction is through: until then none of it is true.
        return b"".join(orjson.dumps(verdict.explained(language)) + b"\n" for verdict in verdicts)


def import_route(writes: Any) -> Callable[..., Any]:
    """The route that takes in documents; ``writes`` is the guard that says who calls."""

    async def import_documents(request: Request, dry_run: DryRun = False, caller: Caller = writes) -> Response:
        """Take in whole documents, owners before what names them; each keeps its envelope.

        A document that is here already is left alone when it is equal and replaced when its revision is higher.
        """
        node, language = node_of(request), language_of(request)
        with closing(Spool()) as spool:
            await receive(request, spool)
            answer = await run_in_threadpool(take_in, node, caller, spool, dry_run=dry_run, language=language)
        return Response(answer, media_type=NDJSON)

    return import_documents


def export_route(reads: Any) -> Callable[..., Any]:
    """The route that gives out documents; ``reads`` is the guard that says who calls."""

    def export_documents(request: Request, caller: Caller = reads) -> Response:
        """Every living document, owners before what names them; noted in the ledger of what left."""
        node = node_of(request)
        spool = Spool()
        try:
            with node.store.reading() as session:
                for line in document_lines(session, node.store):
                    spool.write(line)
            with node.store.writing() as session:
                record_egress(session, client=caller.client, what="export", sha256=spool.sha256, size=spool.size)
        except BaseException:
            spool.close()
            raise
        headers = {"content-length": str(spool.size)}
        return StreamingResponse(_emptied(spool), headers=headers, media_type=NDJSON)

    return export_documents


def _emptied(spool: Spool) -> Iterator[bytes]:
    with closing(spool):
        yield from spool.pieces()
