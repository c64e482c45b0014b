"""What a program can ask of a node."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx2

from coupole.standard.reading import canonical
from coupole_client.connection import Connection, Limits, SignedAnswer
from coupole_client.errors import NodeAnswerInvalid

__all__ = ["Limits", "NodeClient", "SignedAnswer"]

NDJSON = "application/x-ndjson"
REPORT = "application/vnd.coupole.report"

Document = dict[str, Any]


class NodeClient:
    """A node, seen from a program. Every method raises a kind of ``NodeError`` and nothing of the HTTP library.

    ``auth``: who we are (``ClientCredentials``); without it only what is open to everybody. ``transport``: another way
    to the node than the network, or one shared by many clients; it is not closed here.
    """

    def __init__(
        self,
        issuer: str,
        auth: httpx2.Auth | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Raises ``NodeAddressInvalid``."""
        self._connection = Connection(issuer, auth, transport, limits or Limits())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._connection.close()

    async def descriptor(self) -> SignedAnswer:
        """Who the node says it is, with its public keys. Open to everybody."""
        return await self._connection.signed("/.well-known/coupole")

    async def release(self, catalogue: str, version: str, period: str) -> SignedAnswer:
        """The figures of one period, as the node signed them. Scope ``releases:read``."""
        found = await self.release_since(catalogue, version, period, etag="")
        if found is None:
            raise NodeAnswerInvalid(self._connection.issuer)
        return found

    async def release_since(self, catalogue: str, version: str, period: str, etag: str) -> SignedAnswer | None:
        """The same, or none when the node still has the version with this tag."""
        path = f"/api/v1/releases/{quote(catalogue, safe='')}/{quote(version, safe='')}/{quote(period, safe='')}"
        return await self._connection.signed_since(path, {"If-None-Match": etag} if etag else {})

    async def tabulations(self) -> Sequence[Document]:
        """What this program proposed to count, whether the member agreed, and up to where it knows the certificates."""
        return self._items(await self._connection.json("GET", "/api/v1/tabulations"))

    async def propose_tabulation(
        self, tabulation: str, raw: bytes, signature: str, countersignatures: Sequence[str]
    ) -> Document:
        """Propose what is to be counted and sealed. ``tabulation``: its id; ``countersignatures``: of its trustees, in
        their order. The answer is what ``tabulations`` lists of it. Scope ``releases:read``.
        """
        document = {
            "document": raw.decode(),
            "signature": signature,
            "countersignatures": [*countersignatures],
        }
        return await self._connection.json("PUT", f"/api/v1/tabulations/{_name(tabulation)}", document=document)

    async def sealed_report(self, asked: Mapping[str, Any]) -> bytes:
        """The sealed report of a slot, packed; ``coupole.wire.reports`` unpacks and checks it. Scope ``releases:read``.

        ``asked``: ``tabulation``, ``slot``, ``kind``, ``certificates`` and ``key_lists`` (each ``document`` and
        ``signature``), and ``last``: the member's last report that was counted (``header``, ``signature``, ``own``).
        """
        headers = {"Accept": REPORT, "Content-Type": "application/json"}
        async with self._connection.answer(
            "POST", "/api/v1/reports", headers=headers, content=canonical(asked)
        ) as answer:
            return await answer.aread()

    async def bring_publication(self, tabulation: str, slot: str, brought: Mapping[str, Any]) -> None:
        """Bring what was published of a slot, for the member to compare itself with. Scope ``releases:read``.

        ``brought``: ``document`` and ``signature`` of the publication, and ``certificates`` as in ``sealed_report``.
        """
        path = f"/api/v1/tabulations/{_name(tabulation)}/published/{_name(slot)}"
        await self._connection.json("PUT", path, document=brought)

    async def list(self, collection: str, **filters: str) -> AsyncIterator[Document]:
        """The living documents of a collection (``evaluations``), page by page, narrowed down by the node's filters."""
        params = dict(filters)
        seen: set[str] = set()
        while True:
            page = await self._connection.json("GET", f"/api/v1/{_name(collection)}", params=params)
            for document in self._items(page):
                yield document
            following = page.get("next")
            if not following:
                return
            if not isinstance(following, str) or following in seen:
                raise NodeAnswerInvalid(self._connection.issuer)
            seen.add(following)
            params["cursor"] = following

    async def read(self, collection: str, record: str, as_of: str | None = None) -> Document:
        """One document as it stands, or as it stood on a day, at a moment or in a revision."""
        params = {"as_of": as_of} if as_of else None
        return await self._connection.json("GET", _path(collection, record), params=params)

    async def history(self, collection: str, record: str) -> AsyncIterator[Document]:
        """Every version of a document: when, by whom, why, and the document itself."""
        page = await self._connection.json("GET", _path(collection, record) + "/history")
        for version in self._items(page):
            yield version

    async def create(self, collection: str, document: Mapping[str, Any]) -> Document:
        """Write a new document; the answer is the document as the node keeps it."""
        return await self._connection.json("POST", f"/api/v1/{_name(collection)}", document=document)

    async def replace(self, collection: str, document: Mapping[str, Any]) -> Document:
        """Write a changed document over the revision it was read in. Raises ``NodeConflict`` when that is no longer
        the newest: read again, look, decide.
        """
        tag = {"If-Match": f'"{document["revision"]}"'}
        return await self._connection.json("PUT", _path(collection, document["id"]), document=document, headers=tag)

    async def delete(self, collection: str, document: Mapping[str, Any]) -> None:
        """Delete a document in the revision it was read in. Raises ``NodeConflict``."""
        tag = {"If-Match": f'"{document["revision"]}"'}
        await self._connection.json("DELETE", _path(collection, document["id"]), headers=tag)

    async def changes(self, after: int = 0) -> AsyncIterator[Document]:
        """What changed since that number, oldest first, deletions included. Scope ``changes:read``."""
        while True:
            page = await self._connection.json("GET", "/api/v1/changes", params={"after": str(after)})
            items = self._items(page)
            for change in items:
                yield change
            if not items:
                return
            after = self._number(page.get("next"), above=after)

    async def import_documents(
        self, documents: AsyncIterable[Mapping[str, Any]], *, dry_run: bool = False
    ) -> AsyncIterator[Document]:
        """Write many documents; one verdict for each, as they come. ``dry_run``: the verdicts, and nothing written."""

        async def lines() -> AsyncIterator[bytes]:
            async for document in documents:
                yield canonical(document) + b"\n"

        headers = {"Content-Type": NDJSON, "Accept": NDJSON}
        params = {"dry_run": "true"} if dry_run else None
        async with self._connection.answer(
            "POST", "/api/v1/import", params=params, headers=headers, content=lines(), stream=True
        ) as answer:
            async for verdict in self._connection.lines(answer):
                yield verdict

    async def export(self) -> AsyncIterator[Document]:
        """Every living document, in the order another node can import them."""
        async with self._connection.answer("GET", "/api/v1/export", headers={"Accept": NDJSON}, stream=True) as answer:
            async for document in self._connection.lines(answer):
                yield document

    def _items(self, page: Document) -> Sequence[Document]:
        items = page.get("items")
        if not isinstance(items, Sequence) or not all(isinstance(item, dict) for item in items):
            raise NodeAnswerInvalid(self._connection.issuer)
        return items

    def _number(self, value: object, above: int) -> int:
        if not isinstance(value, int) or value <= above:  # a node that points back would be read for ever
            raise NodeAnswerInvalid(self._connection.issuer)
        return value


def _name(part: str) -> str:
    return quote(part, safe="")


def _path(collection: str, record: str) -> str:
    return f"/api/v1/{_name(collection)}/{quote(record, safe=':')}"
