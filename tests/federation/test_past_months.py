"""Past months stay closed: whoever later has both disks and all that was ever sent opens nothing that was sealed."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np
import orjson
import pytest

from coupole.errors import CoupoleError
from coupole.node.statistics import ledger, reporting, sealing
from coupole.node.store import sealed as kept
from coupole.wire import field as numbers
from coupole.wire.documents import written
from coupole.wire.reports import MAGIC, PARTS, Report, hub_half, open_sealed, read_header, unpack
from coupole.wire.sealing import HYBRID, PrivateKey, load_private, unseal
from tests.federation.test_sealed import FIRST, NAMES, OPENING, SECOND, Federation, Heard, federated

pytestmark = pytest.mark.processes

Disks = Mapping[Path, bytes]
Counts = np.ndarray[tuple[int], np.dtype[np.int64]]


class Spied:
    """A federation of which everything that is sent is written down, and both disks can be copied."""

    def __init__(self, federation: Federation, folder: Path) -> None:
        self.federation, self.folder = federation, folder
        self.said: list[bytes] = []
        for host, app in federation.network.hosts.items():
            federation.network.hosts[host] = Heard(app, self.said)

    @property
    def traffic(self) -> list[bytes]:
        return [*self.said, *(request.content for request in self.federation.network.requests)]

    def disks(self) -> Disks:
        """Every file of hub and trustee as it is now, keys among them."""
        places = [*self.folder.glob("trustee*"), *self.folder.glob("hub*")]
        files = [file for place in places for file in (place.rglob("*") if place.is_dir() else [place])]
        return {file: file.read_bytes() for file in files if file.is_file()}

    def reports(self) -> Iterator[Report]:
        yield from (unpack(body) for body in self.said if body.startswith(MAGIC))

    def exact(self, name: str, slot: str) -> tuple[Counts, bytes]:
        """What a member reported, and the salt that it kept."""
        node = self.federation.nodes[name]
        with node.app.state.node.store.reading() as session:
            row = kept.tabulation(session, self.federation.tabulation)
            made = kept.report(session, self.federation.tabulation, slot)
        assert row is not None
        assert made is not None
        agreed = reporting.opened(row, name)
        own = ledger.open_ledger(node.ring, agreed.place, made.own, sealing.stock_cells(agreed.form))
        return ledger.open_change(node.ring, f"{agreed.place}|{slot}", made.change), own.salt


def private_keys(disks: Disks) -> list[PrivateKey]:
    """Every private key for sealed shares that lies anywhere."""
    found = []
    for raw in disks.values():
        try:
            found.append(load_private(HYBRID, raw))
        except CoupoleError:
            continue
    return found


def recovered(spied: Spied, disks: Disks) -> dict[tuple[str, str], Counts]:
    """What hub and trustee together read: every key they have, tried on every report that was ever sent."""
    found = {}
    keys = private_keys(disks)
    for report in spied.reports():
        header = read_header(report.header)
        for key in keys:
            try:
                half, _sums = open_sealed(report.header, report.sealed[0], key)
            except CoupoleError:
                continue
            found[header["node"], header["slot"]] = numbers.to_counts(numbers.add(hub_half(report)[0], half))
    return found


def seed_of(report: Report, keys: list[PrivateKey]) -> bytes:
    """What a trustee's share is made of, while its month can be opened."""
    head = {name: value for name, value in orjson.loads(report.header).items() if name not in PARTS}
    for key in keys:
        try:
            return unseal(key, report.sealed[0], hashlib.sha256(written(head)).digest())
        except CoupoleError:
            continue
    raise AssertionError("the month is closed")


@pytest.fixture
async def spied(tmp_path: Path) -> AsyncIterator[Spied]:
    async with AsyncExitStack() as stack:
        yield Spied(await federated(tmp_path, stack, "The university"), tmp_path)


async def test_once_a_month_is_over_both_disks_and_all_traffic_open_nothing_of_it(spied: Spied) -> None:
    federation = spied.federation
    await federation.slot(OPENING)
    await federation.ask(FIRST)
    open_ones = spied.disks()
    before = recovered(spied, open_ones)
    assert before.keys() == {(name, slot) for name in NAMES for slot in (OPENING, FIRST)}
    for (name, slot), counts in before.items():
        assert (counts == spied.exact(name, slot)[0]).all(), "hub and trustee together read this month"
    assert any(counts.any() for counts in before.values())
    secrets = [*secrets_of(spied, open_ones)]

    await federation.total(FIRST)
    await federation.ask(SECOND)
    disks = spied.disks()
    assert {slot for _name, slot in recovered(spied, disks)} == {SECOND}, "of the month whose key is still there"
    await federation.total(SECOND)
    disks = spied.disks()
    assert private_keys(disks), "keys of months to come"
    assert recovered(spied, disks) == {}

    everything = [*disks.values(), *spied.traffic]
    assert not [secret for secret in secrets for text in everything if secret in text]


def secrets_of(spied: Spied, disks: Disks) -> Iterator[bytes]:
    """The key of the month, its halves, seeds, beginnings of shares, salts: as they are and as documents write them."""
    [used] = [raw for path, raw in disks.items() if path.name == f"{FIRST}.key"]
    found = [used, used[:64], used[64:]]
    for report in spied.reports():
        header = read_header(report.header)
        half, _sums = open_sealed(report.header, report.sealed[0], load_private(HYBRID, used))
        counts, salt = spied.exact(header["node"], header["slot"])
        found += [seed_of(report, [load_private(HYBRID, used)]), numbers.to_bytes(half)[:64], salt]
        if counts.any():
            found.append(numbers.to_bytes(numbers.of_counts(counts)))
    for secret in found:
        yield secret
        yield urlsafe_b64encode(secret).rstrip(b"=")
        yield secret.hex().encode()
