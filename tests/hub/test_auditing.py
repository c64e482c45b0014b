"""What a hub shows of a slot is all an auditor needs, comes from what it keeps, and not before the key is gone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from typer.testing import CliRunner

from coupole.cli.audit import app as audit_app
from coupole.cli.hub import app as hub_app
from coupole.hub.collection.auditing import SlotNotSummed, evidence
from coupole.hub.settings import HubSettings
from coupole.hub.store import Store
from coupole.hub.store.sealed_tables import Batch, Certificate, SealedReport, Tabulation
from coupole.wire import reports
from coupole.wire.auditing import Added, AuditFailed, AuditTooEarly, check
from coupole.wire.descriptor import fingerprint
from tests.audited import Audited
from tests.small_hub import SmallHub

SLOT, GONE = "2026-10", datetime(2026, 12, 31, tzinfo=UTC)


def kept(hub: SmallHub, made: Audited) -> None:
    """The hub's tables after that slot was summed."""
    moment = datetime(2026, 11, 5, tzinfo=UTC)
    body, signature = made.asked
    for member in made.members:
        hub.add(member.node)
    with hub.store.writing() as session:
        session.add(Tabulation(id=made.id, body=made.raw, signature="", made_at=moment, in_force=True))
        session.flush()
        for member, (_group, report) in zip(made.members, made.found, strict=True):
            given = {"tabulation": made.id, "slot": SLOT, "member": member.name, "reason": "", "said": "", "at": moment}
            session.add(SealedReport(**given, body=reports.pack(report)))
        session.add(Batch(tabulation=made.id, slot=SLOT, trustee=0, body=body, signature=signature, made_at=moment))
        for place, raw in enumerate(made.raws):
            answer = made.answers[place]
            session.add(
                Certificate(
                    tabulation=made.id,
                    trustee=place,
                    number=1,
                    slot=SLOT,
                    outcome="released",
                    body=answer.certificate,
                    signature=answer.signature,
                    answer=raw,
                    received_at=moment,
                )
            )


def shown(store: Store, now: datetime = GONE) -> bytes:
    with store.reading() as session:
        return evidence(session, SLOT, now)


@pytest.mark.parametrize("trustees", [1, 2])
def test_what_the_hub_keeps_shows_that_its_key_sums_are_right(hub: SmallHub, tmp_path: Path, trustees: int) -> None:
    with pytest.raises(SlotNotSummed):
        shown(hub.store)
    made = Audited(tmp_path / "f", 6, trustees=trustees).sum()
    made.close()
    kept(hub, made)
    found = check(shown(hub.store))
    assert isinstance(found, Added)
    assert found.groups == {"all": 6}


def test_what_it_kept_of_a_lie_is_the_evidence_and_leaves_when_the_key_is_gone(hub: SmallHub, tmp_path: Path) -> None:
    made = Audited(tmp_path / "f", 6).sum(shift=7)
    made.close()
    kept(hub, made)
    with pytest.raises(AuditTooEarly):
        shown(hub.store, datetime(2026, 12, 30, tzinfo=UTC))
    with pytest.raises(AuditFailed) as failed:
        check(shown(hub.store))
    assert [one.code for one in failed.value.findings] == ["audit_sums_shifted"]


def test_an_auditor_checks_the_file_of_a_hub_on_another_machine(tmp_path: Path) -> None:
    directory, file = tmp_path / "hub", tmp_path / "sums.json"
    ran = CliRunner()
    assert ran.invoke(hub_app, ["init", str(directory), "--name", "The federation", "--yes"]).exit_code == 0
    small = SmallHub(HubSettings.load(directory).database)
    made = Audited(tmp_path / "f", 6).sum()
    made.close()
    kept(small, made)
    small.store.close()
    asked = ["audit", str(directory), SLOT, "--output", str(file)]
    assert isinstance(ran.invoke(hub_app, asked).exception, AuditTooEarly)
    assert not file.exists()
    with time_machine.travel(GONE):
        assert "the key sums of all are those of its 6 reports" in ran.invoke(hub_app, asked).stdout
    said = ran.invoke(audit_app, [str(file)])
    assert "2026-10, certificate 1 of Trustee 0: the key sums of all are those of its 6 reports." in said.stdout
    assert fingerprint(made.trustee.ring.active("sign").public()) in said.stderr
