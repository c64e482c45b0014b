"""The ledger: what was counted of this node so far. A report holds the difference to it, and nothing else.

    change    now less ledger                          the first one of all: nothing, the ledger begins at the present
    opening   now less what was ever reported          stocks in full, once; what happens counts from now on
    closing   stocks back to what was never reported   so that the sum over all members holds nobody who left

Where members are counted, the ledger begins with nothing: this one comes in with its opening, in full, so that a lone
newcomer's band is in no total, and goes with its closing.

The ledger moves on only when the trustees certify that a report was counted. Silence, a void or being left out cost
nothing therefore: the next difference is to the same ledger and holds both. It travels with each report, sealed under a
key that only this node's ring gives, and comes back with the next question: a node that lost its database goes on from
there, and a node with an old backup cannot count again what was counted since.

    own = nonce, AES-256-GCM of: form, flags, number of the last report, salt, int32 and uint8 of each cell for the
          ledger, then for each stock cell what was never reported; its length depends on the tabulation alone
"""

from __future__ import annotations

import hashlib
import struct
from typing import Literal, NamedTuple

import numpy as np
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray

from coupole.errors import CoupoleError
from coupole.node.statistics.sealing import State
from coupole.node.statistics.summing import Flags, Ints
from coupole.node.store.vault import RecordUnreadable, seal, unseal
from coupole.wire.keys import KeyRing

Kind = Literal["change", "opening", "closing"]
FORM = 1
OPENED, CLOSED = 1, 2
HEAD = struct.Struct("<BBI32s")


class LedgerUnreadable(CoupoleError):
    """What was handed back is not a ledger of this node."""


class Ledger(NamedTuple):
    """What was counted. ``seq``: the number of the last report; ``opened``: the stock it began with was reported.

    ``counted``: the state that was counted last. ``kept``: of each stock cell what was there before and never reported.
    """

    seq: int
    opened: bool
    closed: bool
    salt: bytes
    counted: State
    kept: State


class Step(NamedTuple):
    """A report to be: the changes, int64 and uint8 of shape (cells,), and the ledger once they are counted."""

    counts: Ints
    keys: NDArray[np.uint8]
    after: Ledger


def step(
    before: Ledger | None, now: State, kind: Kind, stock: Flags, members: Flags, withheld: Flags, salt: bytes, seq: int
) -> Step:
    """What a report of this kind says. ``stock``, ``members``, ``withheld``: of each cell; the last do not change."""
    counts, keys = now
    opened = kind == "opening" or (before is not None and before.opened)
    if before is None:
        begin, kept = _masked(now, ~members), _masked(now, stock)
    else:
        begin, kept = before.counted, before.kept
    if kind == "opening":
        begin = State(begin.counts - kept.counts, begin.keys - kept.keys)
        kept = _masked(kept, np.zeros_like(stock))
    if kind == "closing":
        back = stock | members  # of members nothing was ever left unreported
        counts, keys = np.where(back, kept.counts, counts), np.where(back, kept.keys, keys)
    still = withheld if opened else withheld | members
    changed, changed_keys = _masked(State(counts - begin.counts, keys - begin.keys), ~still)
    after = Ledger(
        seq=seq,
        opened=opened,
        closed=kind == "closing",
        salt=salt,
        counted=State(begin.counts + changed, begin.keys + changed_keys),
        kept=kept,
    )
    return Step(changed, changed_keys, after)


def _masked(state: State, where: Flags) -> State:
    return State(np.where(where, state.counts, 0), np.where(where, state.keys, np.uint8(0)))


def seal_ledger(ring: KeyRing, place: str, ledger: Ledger, stock: Flags) -> bytes:
    """The ledger as only this node reads it. ``place``: whose it is, and of which tabulation."""
    head = HEAD.pack(FORM, OPENED * ledger.opened + CLOSED * ledger.closed, ledger.seq, ledger.salt)
    kept = State(ledger.kept.counts[stock], ledger.kept.keys[stock])
    return seal(_key(ring.active("master").secret), head + _packed(ledger.counted) + _packed(kept), place)


def open_ledger(ring: KeyRing, place: str, sealed: bytes, stock: Flags) -> Ledger:
    """The ledger that was sealed, under any key this ring had for it. Raises ``LedgerUnreadable``."""
    raw = _opened(ring, place, sealed)
    if len(raw) != HEAD.size + 5 * (len(stock) + int(stock.sum())):
        raise LedgerUnreadable()
    form, flags, seq, salt = HEAD.unpack_from(raw)
    if form != FORM:
        raise LedgerUnreadable()
    end = HEAD.size + 5 * len(stock)
    some = _unpacked(raw[end:])
    kept = State(np.zeros(len(stock), np.int64), np.zeros(len(stock), np.uint8))
    kept.counts[stock], kept.keys[stock] = some
    return Ledger(seq, bool(flags & OPENED), bool(flags & CLOSED), salt, _unpacked(raw[HEAD.size : end]), kept)


def seal_change(ring: KeyRing, place: str, counts: Ints) -> bytes:
    """The exact changes of a report, for the eyes of this workshop."""
    return seal(_key(ring.active("master").secret), counts.astype("<i4").tobytes(), place)


def open_change(ring: KeyRing, place: str, sealed: bytes) -> Ints:
    """The changes that were sealed. Raises ``LedgerUnreadable``."""
    return np.frombuffer(_opened(ring, place, sealed), "<i4").astype(np.int64)


def _opened(ring: KeyRing, place: str, sealed: bytes) -> bytes:
    for key in ring.of("master"):
        try:
            return unseal(_key(key.secret), sealed, place)
        except (RecordUnreadable, ValueError):  # another key of the ring, or too short to be sealed at all
            continue
    raise LedgerUnreadable()


def _key(master: bytes) -> AESGCM:
    """A key of its own: what wraps the keys of people encrypts nothing else."""
    return AESGCM(hashlib.blake2b(key=master, digest_size=32, person=b"coupole ledger").digest())


def _packed(state: State) -> bytes:
    return state.counts.astype("<i4").tobytes() + state.keys.tobytes()


def _unpacked(raw: bytes) -> State:
    length = len(raw) // 5
    counts = np.frombuffer(raw[: 4 * length], "<i4").astype(np.int64)
    return State(counts, np.frombuffer(raw[4 * length :], np.uint8).copy())
