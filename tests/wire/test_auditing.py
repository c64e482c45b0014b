"""An audit of sealed totals: who is drawn, what a member opens, what a hub re-adds; and every lie found."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coupole.standard.validation import DocumentInvalid
from coupole.wire.auditing import (
    Added,
    AuditFailed,
    AuditTooEarly,
    Opened,
    check,
    draw,
)
from coupole.wire.base64url import from_text
from coupole.wire.certificates import CERTIFICATE
from coupole.wire.documents import digest, sign, written
from tests.audited import Audited

Shown = dict[str, Any]


def altered(body: bytes, change: Callable[[Shown], object]) -> bytes:
    shown = json.loads(body)
    change(shown)
    return json.dumps(shown).encode()


def wrong(body: bytes) -> list[tuple[str, str]]:
    """What an auditor finds wrong."""
    with pytest.raises(AuditFailed) as failed:
        check(body)
    return [(one.code, one.pointer) for one in failed.value.findings]


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    made = Audited(tmp_path_factory.mktemp("honest"), 6).sum()
    made.close()
    return made


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    made = Audited(tmp_path_factory.mktemp("two"), 6, trustees=2).sum()
    made.close()
    return made


def test_key_sums_that_are_those_of_the_reports_are_found_right(honest: Audited, two: Audited) -> None:
    for federation in (honest, two):
        found = check(federation.shown())
        assert isinstance(found, Added)
        assert found.groups == {"all": 6}
        assert found.certificate["slot"] == "2026-10"


def test_a_hub_that_shifted_the_key_sums_is_found(tmp_path: Path) -> None:
    """It would have had fresh noise each month for the same people; nobody noticed when it was summed."""
    federation = Audited(tmp_path, 6).sum(shift=1)
    federation.close()
    assert wrong(federation.shown()) == [("audit_sums_shifted", "/groups/all")]


def test_a_hub_that_shows_another_request_than_it_made_is_found(tmp_path: Path) -> None:
    federation = Audited(tmp_path, 6).sum(shift=1)
    federation.close()
    honest = federation.batch(federation.found)
    assert wrong(federation.shown(batch=honest)) == [("audit_batch_other", "/batch")]


def test_a_hub_that_leaves_a_share_out_or_shows_another_is_found(honest: Audited, two: Audited) -> None:
    shares = {member.name: report.hub_share for member, (_g, report) in zip(honest.members, honest.found, strict=True)}
    name = honest.members[2].name
    for share in (shares[honest.members[1].name], shares[name][:-1]):
        assert wrong(honest.shown(shares=shares | {name: share})) == [("audit_share_wrong", f"/shares/{name}")]
    fewer = {member: share for member, share in shares.items() if member != name}
    assert wrong(honest.shown(shares=fewer)) == [("audit_share_wrong", f"/shares/{name}")]
    misspelt = altered(honest.shown(), lambda shown: shown["shares"].update({name: "A"}))
    assert wrong(misspelt) == [("audit_share_wrong", f"/shares/{name}")]
    moved = two.answers[1].key_sums["all"] + np.uint8(1)
    for further in ({"all": moved}, {}):
        assert wrong(two.shown(further=further)) == [("audit_share_wrong", "/further/all")]


def test_a_request_without_a_report_that_was_counted_is_found(honest: Audited) -> None:
    """Trustee and hub together could certify such a thing, and nobody else."""
    asked = honest.batch(honest.found[1:])
    certificate = json.loads(honest.answers[0].certificate) | {"batch": digest(asked[0])}
    raw = written(certificate)
    signed = (raw, sign(CERTIFICATE, raw, honest.trustee.ring.active("sign")))
    assert ("audit_share_wrong", "/shares/node-00") in wrong(honest.shown(batch=asked, certificates=[signed]))


def test_certificates_of_other_totals_or_slots_prove_nothing(honest: Audited, two: Audited) -> None:
    def signed(place: int, **changed: Any) -> tuple[bytes, str]:
        raw = written(json.loads(two.answers[place].certificate) | changed)
        return raw, sign(CERTIFICATE, raw, two.trustees[place].ring.active("sign"))

    assert wrong(two.shown(certificates=[signed(0)])) == [("audit_report_other", "/certificates")]
    other_slot = [signed(0), signed(1, slot="2026-11")]
    assert wrong(two.shown(certificates=other_slot)) == [("audit_report_other", "/certificates")]
    elsewhere = [signed(0, tabulation="0" * 64), signed(1)]
    assert wrong(two.shown(certificates=elsewhere)) == [("audit_report_other", "/certificate")]


def test_a_member_opens_what_it_sealed(honest: Audited) -> None:
    found = check(honest.opened())
    assert isinstance(found, Opened)
    assert (found.node, int(found.counts[honest.shape.headcount])) == ("node-00", 2)


def test_a_member_that_opens_something_else_is_found(honest: Audited) -> None:
    counts = json.loads(honest.opened())["counts"]
    keys = json.loads(honest.opened())["keys"]
    lies: list[dict[str, Any]] = [
        {"counts": np.array([*counts[:-1], counts[-1] + 1])},
        {"counts": np.array(counts[:-1])},
        {"keys": np.frombuffer(from_text(keys), np.uint8) + np.uint8(1)},
        {"salt": b"t" * 32},
    ]
    for lie in lies:
        assert wrong(honest.opened(**lie)) == [("audit_report_other", "/counts")]
    assert wrong(altered(honest.opened(), lambda shown: shown.update(keys="A"))) == [("audit_report_other", "/counts")]
    assert wrong(honest.opened(header=honest.another.header)) == [("audit_report_other", "/header")]


# The draw.


def chain(*slots: tuple[str, int]) -> list[bytes]:
    """Certificates of these slots, each with so many members."""
    made = []
    for number, (slot, members) in enumerate(slots, 1):
        counted = [{"node": f"node-{one:03}", "report": digest(f"{slot} {one}".encode())} for one in range(members)]
        groups = [{"id": "all", "members": counted}] if counted else []
        made.append(json.dumps({"slot": slot, "number": number, "groups": groups}).encode())
    return made


YEAR = [(f"2026-{month:02}", 120) for month in range(1, 13)]
LATER = date(2027, 3, 2)


def test_two_in_a_hundred_are_drawn_and_everybody_draws_the_same() -> None:
    found = draw(chain(*YEAR), 2026, LATER)
    assert found == draw(chain(*YEAR), 2026, date(2030, 1, 1))
    assert len({one.node for one in found}) == len(found) == 3
    for one in found:
        assert one.report == digest(f"{one.slot} {int(one.node[-3:])}".encode())
    assert len(draw(chain(("2026-05", 7)), 2026, LATER)) == 1


def test_the_last_slot_of_the_year_decides_and_nobody_knows_before() -> None:
    draws = {tuple(draw(chain(*YEAR[:-1], ("2026-12", members)), 2026, LATER)) for members in range(100, 120)}
    assert len(draws) > 15
    drawn = {one.node for found in draws for one in found}
    assert len(drawn) > 30


def test_voids_and_other_years_are_not_drawn_and_change_nothing() -> None:
    around = [("2025-12", 50), *YEAR, ("2027-01", 99)]
    assert {one.slot[:4] for one in draw(chain(*around), 2026, LATER)} == {"2026"}
    assert draw([*chain(*YEAR), *chain(("2026-12", 0))], 2026, LATER) == draw(chain(*YEAR), 2026, LATER)
    assert draw(chain(*YEAR), 2025, LATER) == []


def test_nothing_is_drawn_while_a_slot_of_the_year_may_still_be_released() -> None:
    with pytest.raises(AuditTooEarly) as early:
        draw(chain(*YEAR), 2026, date(2027, 3, 1))
    assert early.value.params == {"day": "2027-03-02"}


def test_text_that_is_no_evidence_is_refused_as_a_document(honest: Audited) -> None:
    for body in (b"[]", b"{}", altered(honest.shown(), lambda shown: shown.pop("batch"))):
        with pytest.raises(DocumentInvalid):
            check(body)
