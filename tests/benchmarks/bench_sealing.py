"""Sealed totals: a member's report, what a trustee does with a batch, what a hub adds, and a whole private sum.

The floor of sealing is the least that two servers can do for the same sum: a 16-byte seed expanded by AES, the rest of
the counts for the other server, HPKE with X25519; no header, no signature, no key sums, no check of any kind. The floor
of adding is one pass over the shares in memory. Both give the same totals and are timed in turn with ours (CPU time,
medians).
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from numpy.typing import NDArray

from coupole.wire import batches, field, reports
from coupole.wire.batches import Entry
from coupole.wire.documents import digest
from coupole.wire.field import Counts, KeyVector, Vector
from coupole.wire.reports import Report
from coupole.wire.tabulations import Shape, shape
from tests.benchmarks.bench_statistics import line
from tests.wire.federation import HUB, NORTH, OCTOBER, RAW, key_set, report, table, tabulation

CELLS = (48, 50)
"""With their margins and the headcount 2,500 cells, what a federation of our plan sends."""
MANY, DISTINCT = 20_000, 500
SITES, WIDE = 32, (107, 111)
"""The private sum of the peers: 32 sites, 12,116 cells; here 12,097."""
PLAIN = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
MEMBERS = key_set(NORTH)
Words = NDArray[np.uint64]


def run() -> list[dict[str, Any]]:
    """One line for each job: name, ours and floor in seconds of CPU, ratio."""
    form = federal(CELLS)
    counts = consistent(form, CELLS)
    made = [report(form=form, counts=counts) for _ in range(DISTINCT)]
    body = len(made[0].header) + len(made[0].sealed[0]) + len(made[0].hub_share)
    private = X25519PrivateKey.generate()
    pairs = [cut(counts, private) for _ in range(DISTINCT)]
    return [
        line(
            f"sealed report of {form.cells} cells, {body} bytes",
            lambda: report(form=form, counts=counts),
            lambda: cut(counts, private),
            200,
        ),
        trustee(form, made, pairs, private),
        hub(form, made),
        whole_sum(private),
    ]


def federal(sizes: tuple[int, int]) -> Shape:
    levels = [[str(number) for number in range(size)] for size in sizes]
    return shape(tabulation(tables=[table("headcount"), table("large", "age", "target", levels=levels)]))


def consistent(form: Shape, sizes: tuple[int, int]) -> Counts:
    inner = np.random.default_rng(1).integers(-3, 4, sizes)
    rows = np.concatenate([inner, inner.sum(axis=1, keepdims=True)], axis=1)
    found = np.concatenate([rows, rows.sum(axis=0, keepdims=True)])
    return np.concatenate([found[-1:, -1], found.reshape(-1)]).astype(np.int64)


def trustee(
    form: Shape, made: list[Report], pairs: list[tuple[bytes, Words]], private: X25519PrivateKey
) -> dict[str, Any]:
    """20,000 reports: read, their signatures and hashes checked, opened, their tables checked, added."""
    headers = [one.header for one in made]
    challenge = batches.challenge(headers * (MANY // DISTINCT))
    checks = [reports.zero_check(form, reports.hub_half(one)[0], challenge) for one in made]
    sent = [batches.entry(one, check, "all") for one, check in zip(made, checks, strict=True)] * (MANY // DISTINCT)
    body = batches.write_batch(digest(RAW), "2026-10", {"all": np.zeros(form.cells, np.uint8)}, sent)
    signature = batches.sign_batch(body, HUB)

    def ours() -> tuple[Vector, KeyVector]:
        batches.check_batch(body, signature, key_set(HUB))
        found = batches.challenge(one.header for one in batches.entries(body))
        total, keys = np.zeros(form.cells, np.uint64), np.zeros(form.cells, np.uint8)
        for one in batches.entries(body):
            share, some = checked(form, one, found)
            total, keys = field.add(total, share), keys + some
        return total, keys

    def floor() -> Words:
        total = np.zeros(form.cells, np.uint64)
        for _ in range(MANY // DISTINCT):
            for sealed, _rest in pairs:
                total += expand(PLAIN.decrypt(sealed, private), form.cells)
        return total

    totals: list[Vector] = []
    least: list[Words] = []
    found = line(
        f"batch of {MANY} reports of {form.cells} cells, at the trustee",
        lambda: totals.append(ours()[0]),
        lambda: least.append(floor()),
        1,
    )
    times, expected = MANY // DISTINCT, MANY * consistent(form, CELLS)
    halves = np.stack([reports.hub_half(one)[0] for one in made]).astype(object).sum(axis=0) * times % field.P
    assert (field.to_counts(field.add(totals[0], halves.astype(np.uint64))) == expected).all()
    rests = np.stack([rest for _, rest in pairs]).sum(axis=0) * np.uint64(times)
    assert ((least[0] + rests).astype(np.int64) == expected).all()
    return found


def checked(form: Shape, one: Entry, challenge: bytes) -> tuple[Vector, KeyVector]:
    """One report of a batch, as a trustee looks at it."""
    header = reports.check_header(one.header, one.signature, one.sealed, MEMBERS)
    share, keys = reports.open_sealed(one.header, one.sealed[0], OCTOBER.private)
    assert (one.check + reports.first_zero_check(header, form, share, challenge)) % field.P == 0
    return share, keys


def hub(form: Shape, made: list[Report]) -> dict[str, Any]:
    """The hub's shares, added modulo p, each looked at for numbers that are none."""
    shares = [one.hub_share for one in made]
    numbers = np.stack([np.frombuffer(share[: 8 * form.cells], np.uint64) for share in shares])

    def ours() -> Vector:
        total = np.zeros(form.cells, np.uint64)
        for share in shares:
            total = field.add(total, field.from_bytes(share[: 8 * form.cells], form.cells))
        return total

    assert (ours() == numbers.astype(object).sum(axis=0) % field.P).all()
    return line(f"{len(shares)} shares of {form.cells} cells added, at the hub", ours, lambda: numbers.sum(axis=0), 40)


def whole_sum(private: X25519PrivateKey) -> dict[str, Any]:
    """A whole sum of 32 sites: made, checked, opened, added, joined; all parties together."""
    form = federal(WIDE)
    counts = consistent(form, WIDE)

    def ours() -> Counts:
        sent = [report(form=form, counts=counts) for _ in range(SITES)]
        challenge = batches.challenge(one.header for one in sent)
        total = np.zeros(form.cells, np.uint64)
        for one in sent:
            reports.check_report(one, MEMBERS)
            half = reports.hub_half(one)[0]
            told = batches.entry(one, reports.zero_check(form, half, challenge), "all")
            total = field.add(total, field.add(half, checked(form, told, challenge)[0]))
        return field.to_counts(total)

    def floor() -> Words:
        total = np.zeros(form.cells, np.uint64)
        for sealed, rest in [cut(counts, private) for _ in range(SITES)]:
            total += rest
            total += expand(PLAIN.decrypt(sealed, private), form.cells)
        return total

    assert (ours() == SITES * counts).all()
    assert (floor().astype(np.int64) == SITES * counts).all()
    return line(f"private sum of {SITES} members, {form.cells} cells, all parties", ours, floor, 20)


def cut(counts: Counts, private: X25519PrivateKey) -> tuple[bytes, Words]:
    """The least report: a sealed seed, and the rest of the counts."""
    seed = os.urandom(16)
    return PLAIN.encrypt(seed, private.public_key()), counts.astype(np.uint64) - expand(seed, len(counts))


def expand(seed: bytes, length: int) -> Words:
    cipher = Cipher(algorithms.AES(seed), modes.CTR(bytes(16))).encryptor()
    return np.frombuffer(cipher.update(bytes(8 * length)), np.uint64)
