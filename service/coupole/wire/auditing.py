"""What an auditor checks of sealed totals (release protocol 3.8), with the files a member and the hub hand over.

    draw      whose reports are looked at: everybody who has the certificates of a year draws the same
    report    a member shows what it sealed: its counts, key sums and salt give the hash in the header it signed
    sums      the hub shows its share of each report of a slot. The shares have the hashes that the members signed,
              they add up to the key sums it asked the trustee with, and the trustee certified that very request

A hub's shares look like chance. With the trustee's they do not, so they leave the hub once the month's key is gone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import orjson

from coupole.errors import CoupoleError, Finding
from coupole.standard.reading import canonical, parse
from coupole.standard.validation import check_against
from coupole.wire import batches, reports
from coupole.wire.base64url import from_text, to_text
from coupole.wire.certificates import KEPT, Certificate, check_certificate, counted
from coupole.wire.documents import digest
from coupole.wire.field import Counts, KeyVector
from coupole.wire.tabulations import Tabulation, read_tabulation, shape, tabulation_id

REPORT, SUMS = "opened_report", "opened_sums"
MAX_BYTES = 512_000_000
"""The longest file of sums: two thousand members with ten thousand cells."""
ONE_IN = 50
"""Of so many members one is drawn a year, of fewer one all the same."""


class AuditFailed(CoupoleError):
    """What was shown is not what was signed."""


class AuditTooEarly(CoupoleError):
    """This is audited once the keys of the period are gone."""


class Drawn(NamedTuple):
    """A member whose report is looked at; ``report``: SHA-256 of its header."""

    node: str
    slot: str
    report: str


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A report that is what its member signed."""

    tabulation: Tabulation
    certificate: Certificate
    node: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Added:
    """Key sums that are those of the reports. ``groups``: how many reports of each group."""

    tabulation: Tabulation
    certificate: Certificate
    groups: dict[str, int]


def draw(chain: Iterable[bytes], year: int, today: date) -> list[Drawn]:
    """Two in a hundred of the members that were counted in a year, and of each one of its slots.

    ``chain``: a trustee's certificates of one tabulation. The last one of the year decides, which nobody knows before.
    Raises ``AuditTooEarly`` as long as another slot of the year may be released.
    """
    check_gone(date(year, 12, 31), today)
    raws = [raw for raw in chain if (one := orjson.loads(raw))["groups"] and one["slot"].startswith(f"{year}-")]
    found: dict[str, list[Drawn]] = {}
    for one in map(orjson.loads, raws):
        for member in (member for group in one["groups"] for member in group["members"]):
            found.setdefault(member["node"], []).append(Drawn(member["node"], one["slot"], member["report"]))
    ranks = {node: _rank(raws[-1], node) for node in found}
    chosen = sorted(found, key=ranks.__getitem__)[: -(-len(found) // ONE_IN)]
    return [found[node][int.from_bytes(ranks[node][-8:]) % len(found[node])] for node in chosen]


def _rank(last: bytes, node: str) -> bytes:
    return hashlib.sha256(b"\0".join((b"coupole/1 audit", digest(last).encode(), node.encode()))).digest()


def check_gone(last: date, today: date) -> None:
    """Raise ``AuditTooEarly`` while there may be a key of the month that ends on that day."""
    if today <= last + KEPT:
        raise AuditTooEarly(day=(last + KEPT + timedelta(days=1)).isoformat())


def write_report(
    tabulation: bytes, certificate: tuple[bytes, str], header: bytes, salt: bytes, counts: Counts, keys: KeyVector
) -> bytes:
    """What a member shows of a report. ``certificate``: the first trustee's of the slot, with its signature."""
    return canonical(
        {
            "type": REPORT,
            "form": 1,
            "tabulation": tabulation.decode(),
            "certificate": _signed(*certificate),
            "header": header.decode(),
            "salt": salt.hex(),
            "counts": counts.tolist(),
            "keys": to_text(keys.tobytes()),
        }
    )


def write_sums(
    tabulation: bytes,
    certificates: Sequence[tuple[bytes, str]],
    batch: tuple[bytes, str],
    shares: Mapping[str, bytes],
    further: Mapping[str, KeyVector],
) -> bytes:
    """What a hub shows of a slot. ``certificates``: of every trustee; ``batch``: the request to the first one.

    ``shares``: the hub's of each member; ``further``: of each group the key sums of a second trustee.
    """
    return canonical(
        {
            "type": SUMS,
            "form": 1,
            "tabulation": tabulation.decode(),
            "certificates": [_signed(*one) for one in certificates],
            "batch": _signed(*batch),
            "shares": {node: to_text(share) for node, share in shares.items()},
            "further": {group: to_text(keys.tobytes()) for group, keys in further.items()},
        }
    )


def _signed(raw: bytes, signature: str) -> dict[str, str]:
    return {"document": raw.decode(), "signature": signature}


def check(body: bytes) -> Opened | Added:
    """Check what a member or a hub shows. Whose keys the tabulation names, the auditor compares with paper.

    Raises ``AuditFailed`` with what is wrong, ``DocumentInvalid`` for what is neither, and what the checks of
    certificates and batches raise.
    """
    shown = parse(body, max_bytes=MAX_BYTES)
    kind = SUMS if isinstance(shown, dict) and shown.get("type") == SUMS else REPORT
    check_against(kind, shown)
    raw = shown["tabulation"].encode()
    document = read_tabulation(raw)
    if kind == REPORT:
        return _report(shown, document, _certificate(shown["certificate"], raw, document, 0))
    certificates = [_certificate(one, raw, document, place) for place, one in enumerate(shown["certificates"])]
    if len(certificates) < len(document["trustees"]) or len({one["slot"] for one in certificates}) > 1:
        raise AuditFailed(findings=[Finding("audit_report_other", "/certificates")])
    return _sums(shown, document, certificates)


def _certificate(shown: Mapping[str, str], raw: bytes, document: Tabulation, place: int) -> Certificate:
    """A certificate of the trustee in that place, of this tabulation."""
    keys = [party["key"] for party in document["trustees"][place : place + 1]]
    found = check_certificate(shown["document"].encode(), shown["signature"], {"keys": keys})
    if found["tabulation"] != tabulation_id(raw):
        raise AuditFailed(findings=[Finding("audit_report_other", "/certificate")])
    return found


def _report(shown: Mapping[str, Any], document: Tabulation, certificate: Certificate) -> Opened:
    raw = shown["header"].encode()
    header = reports.read_header(raw)
    if counted(certificate, header["node"], raw) is None:
        raise AuditFailed(findings=[Finding("audit_report_other", "/header")])
    counts = np.array(shown["counts"], np.int64)
    keys = np.frombuffer(_bytes(shown["keys"]), np.uint8)
    if reports.commitment(bytes.fromhex(shown["salt"]), counts, keys) != header["commit"]:
        raise AuditFailed(findings=[Finding("audit_report_other", "/counts")])
    return Opened(document, certificate, header["node"], counts)


def _sums(shown: Mapping[str, Any], document: Tabulation, certificates: Sequence[Certificate]) -> Added:
    first, batch = certificates[0], shown["batch"]["document"].encode()
    if digest(batch) != first.get("batch"):
        raise AuditFailed(findings=[Finding("audit_batch_other", "/batch")])
    head = batches.check_batch(batch, shown["batch"]["signature"], {"keys": [document["hub"]["key"]]})
    headers = {digest(one.header): one.header for one in batches.entries(batch)}
    cells, findings = shape(document).cells, []
    for group in first["groups"]:
        total = _further(shown, certificates, group["id"], cells)
        for member in group["members"]:
            share, header = _bytes(shown["shares"].get(member["node"], "")), headers.get(member["report"])
            signed = reports.read_header(header)["hub_share"] if header else ""
            if digest(share) != signed or len(share) != 9 * cells:
                findings.append(Finding("audit_share_wrong", f"/shares/{member['node']}"))
            else:
                total = total + np.frombuffer(share[8 * cells :], np.uint8)
        if not findings and (total != batches.key_sum(head, group["id"], cells)).any():
            findings.append(Finding("audit_sums_shifted", f"/groups/{group['id']}"))
    if findings:
        raise AuditFailed(findings=findings)
    return Added(document, first, {group["id"]: len(group["members"]) for group in first["groups"]})


def _further(shown: Mapping[str, Any], certificates: Sequence[Certificate], group: str, cells: int) -> KeyVector:
    """The key sums of a second trustee, which its certificate names by their hash; nothing where there is one alone."""
    said = next((one["state"] for other in certificates[1:] for one in other["groups"] if one["id"] == group), None)
    if said is None:
        return np.zeros(cells, np.uint8)
    raw = _bytes(shown["further"].get(group, ""))
    if digest(raw) != said:
        raise AuditFailed(findings=[Finding("audit_share_wrong", f"/further/{group}")])
    return np.frombuffer(raw, np.uint8)


def _bytes(text: str) -> bytes:
    """The bytes of a text in base64url, which stand for nothing if they are not spelled as agreed."""
    try:
        return from_text(text)
    except ValueError:
        return b""
