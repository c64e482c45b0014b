"""The client with a real node: everything a program can ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from time import time
from typing import Any

import pytest

import coupole_client as client
from coupole.wire.documents import sign
from coupole.wire.keys import KeyRing
from coupole.wire.tabulations import tabulation_id
from tests import factories
from tests.federation_network import Network
from tests.node.sealed import Trustee, tabulation
from tests.real_nodes import RealNode

RING = KeyRing.create({"client": "es256", "dpop": "es256"})
ALL = "records:read records:write changes:read releases:read"


@asynccontextmanager
async def opened(folder: Path, scope: str = ALL, *, ring: KeyRing = RING) -> AsyncIterator[client.NodeClient]:
    node = RealNode(folder, "north")
    async with Network({"north.test": node.app}) as network:
        node.register("planning", RING, ALL)
        who = client.ClientCredentials("planning", ring.active("client"), ring.active("dpop"), node.issuer, scope)
        async with client.NodeClient(node.issuer, who, network) as made:
            yield made


async def each(documents: Iterable[Mapping[str, Any]]) -> AsyncIterator[Mapping[str, Any]]:
    for document in documents:
        yield document


async def test_a_document_is_written_read_changed_and_deleted(tmp_path: Path) -> None:
    async with opened(tmp_path) as node:
        made = await node.create("organisations", factories.content(factories.organisation()))
        assert made["revision"] == 1
        made["name"] = "Atelier Nouveau"
        changed = await node.replace("organisations", made)
        assert (await node.read("organisations", made["id"]))["name"] == "Atelier Nouveau"
        assert (await node.read("organisations", made["id"], as_of="1"))["name"] == "Atelier 1"
        with pytest.raises(client.NodeConflict) as caught:
            await node.replace("organisations", made | {"name": "Somebody else's"})
        assert caught.value.problem is not None
        assert [version async for version in node.history("organisations", made["id"])]
        await node.delete("organisations", changed)
        with pytest.raises(client.NodeNotFound):
            await node.read("organisations", made["id"])


async def test_a_long_list_is_read_to_its_end(tmp_path: Path) -> None:
    async with opened(tmp_path) as node:
        for number in range(1, 8):
            await node.create("organisations", factories.content(factories.organisation(number)))
        names = [found["name"] async for found in node.list("organisations", limit="3")]
        assert sorted(names) == [f"Atelier {number}" for number in range(1, 8)]
        assert [found async for found in node.list("participants")] == []
        changed = [change async for change in node.changes()]
        assert len(changed) == 7
        assert [change async for change in node.changes(after=changed[4]["seq"])] == changed[5:]


async def test_a_refused_document_says_what_and_where(tmp_path: Path) -> None:
    async with opened(tmp_path) as node:
        with pytest.raises(client.NodeInputRefused) as caught:
            await node.create("organisations", {"name": ""})
    assert caught.value.findings
    assert all(finding.code for finding in caught.value.findings)


async def test_what_one_node_exports_comes_back_verdict_by_verdict(tmp_path: Path) -> None:
    async with opened(tmp_path) as node:
        documents = RealNode(tmp_path / "other", "north").documents(2)
        planned = [one async for one in node.import_documents(each(documents), dry_run=True)]
        assert [found async for found in node.export()] == []
        verdicts = [one async for one in node.import_documents(each(documents))]
        assert len(planned) == len(verdicts) == len(documents)
        assert len([found async for found in node.export()]) == len(documents)


async def test_the_node_introduces_itself_to_anybody(tmp_path: Path) -> None:
    node = RealNode(tmp_path, "north")
    async with Network({"north.test": node.app}) as network:
        stranger = client.NodeClient(node.issuer, transport=network)
        assert b'"node":"north"' in (await stranger.descriptor()).raw
        with pytest.raises(client.NodeAccessRefused):
            await stranger.read("organisations", factories.id_of("organisation"))


async def test_another_key_does_not_let_in(tmp_path: Path) -> None:
    thief = KeyRing.create({"client": "es256", "dpop": "es256"})
    async with opened(tmp_path, ring=thief) as node:
        with pytest.raises(client.NodeAccessRefused):
            await node.read("organisations", factories.id_of("organisation"))


async def test_a_scope_lets_in_to_no_more(tmp_path: Path) -> None:
    async with opened(tmp_path, "changes:read") as node:
        assert [change async for change in node.changes()] == []
        with pytest.raises(client.NodeAccessRefused):
            await node.create("organisations", factories.content(factories.organisation()))


@pytest.mark.parametrize("minutes", [-5, 5])
async def test_a_clock_five_minutes_off_is_said_to_be_a_clock(tmp_path: Path, minutes: int) -> None:
    node = RealNode(tmp_path, "north")
    async with Network({"north.test": node.app}) as network:
        node.register("planning", RING, ALL)
        keys = RING.active("client"), RING.active("dpop")
        who = client.ClientCredentials("planning", *keys, node.issuer, ALL, clock=lambda: time() + 60 * minutes)
        async with client.NodeClient(node.issuer, who, network) as late:
            with pytest.raises(client.NodeClockDiffers):
                await late.read("organisations", factories.id_of("organisation"))


async def test_what_is_counted_is_proposed_and_reports_are_for_members_who_agreed(tmp_path: Path) -> None:
    hub = KeyRing.create({"sign": "ed25519"})
    trustee = Trustee("Trustee")
    raw = tabulation(hub, [trustee])
    name = tabulation_id(raw)
    signatures = [sign("tabulation", raw, ring.active("sign")) for ring in (hub, trustee.ring)]
    async with opened(tmp_path) as node:
        told = await node.propose_tabulation(name, raw, signatures[0], signatures[1:])
        assert (told["id"], told["state"]) == (name, "proposed")
        assert await node.tabulations() == [told]
        asked = {"tabulation": name, "slot": "2025-01", "kind": "change", "certificates": [], "key_lists": []}
        with pytest.raises(client.NodeConflict) as caught:
            await node.sealed_report(asked)
        assert caught.value.problem is not None
        assert caught.value.problem.code == "tabulation_not_accepted"
        with pytest.raises(client.NodeError):
            await node.bring_publication(name, "2025-01", {"document": "{}", "signature": "x", "certificates": []})
