"""A node's keys were seen by somebody else: after they are withdrawn, the thief who holds them is believed nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from coupole.cli.node import app
from coupole.node.opening import load_ring, open_node, withdraw_keys
from coupole.node.settings import NodeSettings
from coupole.node.statistics import releasing
from coupole.standard.calendar import parse_period
from coupole.trustee import roster
from coupole.trustee.batches import BatchRefused, settle
from coupole.wire.descriptor import fingerprint
from coupole.wire.documents import SignatureInvalid, SignerUnknown, sign, verify
from coupole.wire.keys import KeyNotFound
from coupole.wire.reports import check_report
from tests.calling import RunningNode, problem
from tests.fake_nodes import FakeNode
from tests.node.sealed import house_of, joined
from tests.thieves import withdrawn
from tests.trustee.sealed_federation import NOW, Federation

MONTH = "2025-01"


def test_the_command_makes_keys_that_nobody_had_and_says_what_to_do_where(settings: NodeSettings) -> None:
    before = load_ring(settings)
    refused = CliRunner().invoke(app, ["keys", str(settings.directory), "--withdraw"], input="n\n")
    assert (refused.exit_code, load_ring(settings).active("sign").kid) == (1, before.active("sign").kid)
    shown = CliRunner().invoke(app, ["keys", str(settings.directory), "--withdraw", "--yes"])
    after = load_ring(settings)
    for purpose in ("sign", "token"):
        assert len(after.of(purpose)) == 1
        assert fingerprint(after.active(purpose).public()) in shown.stdout
        with pytest.raises(KeyNotFound):
            after.find(purpose, before.active(purpose).kid)
    for said in ("Start the service again", "coupole hub member add", "coupole trustee admit", "72 hours"):
        assert said in shown.stderr
    again = CliRunner().invoke(app, ["keys", str(settings.directory)])
    assert (again.stdout, again.stderr) == (shown.stdout, "")


def test_what_only_this_node_opens_is_not_thrown_away(settings: NodeSettings) -> None:
    before = load_ring(settings)
    withdraw_keys(settings)
    for purpose in ("master", "cell"):
        assert load_ring(settings).active(purpose).secret == before.active(purpose).secret
        with pytest.raises(KeyNotFound):
            before.withdraw(purpose)


def test_what_was_released_before_is_signed_anew_and_stays_the_same(settings: NodeSettings) -> None:
    period = parse_period("2025-01")
    with open_node(settings) as node:
        first = releasing.freeze(node.store, node.ring, settings, node.catalogue, period, "anna")
    withdraw_keys(settings)
    with open_node(settings) as node:
        again = releasing.freeze(node.store, node.ring, settings, node.catalogue, period, "anna")
        verify("release", again.raw, again.signature, node.ring.public_set("sign"))
    assert (again.raw, again.revision) == (first.raw, 1)
    assert again.signature != first.signature


def test_a_token_signed_with_the_withdrawn_key_opens_nothing(node: RunningNode) -> None:
    assert node.call("GET", "/api/v1/changes").status_code == 200
    node.node.ring.withdraw("token")
    program = node.program()
    assert problem(node.client.get("/api/v1/changes", auth=program)) == (401, "token_invalid")
    program.token = None
    assert node.call("GET", "/api/v1/changes").status_code == 200


def test_a_sealed_report_of_before_is_handed_back_although_its_key_is_withdrawn(node: RunningNode) -> None:
    house_of(node)
    made = joined(node)
    report = made.pull("2025-01/opening", "opening")
    made.certify("2025-01/opening", report)
    stolen = deepcopy(node.node.ring)
    node.node.ring.withdraw("sign")
    after = made.pull(MONTH)
    check_report(after, node.node.ring.public_set("sign"))
    with pytest.raises(SignerUnknown):
        check_report(after, stolen.public_set("sign"))
    assert made.told(after) == [0, 0, 0, 0, 0]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Federation:
    made = Federation(tmp_path_factory.mktemp("plain"), 6)
    made.close()
    return made


@pytest.fixture
def federation(plain: Federation, tmp_path: Path) -> Iterator[Federation]:
    made = plain.copied(tmp_path / "federation")
    yield made
    made.close()


def enrolled(federation: Federation, node: FakeNode) -> None:
    """The workshop asks the trustee again: with a code, and by its fingerprint."""
    with federation.trustee.store.writing() as session:
        code = roster.invite(session)
        heard = roster.ask(session, federation.trustee, *node.descriptor(), code, NOW)
        raw, signature = roster.waiting(session)[node.name]
        roster.admit(session, federation.trustee, raw, signature, confirmed=heard, actor="anna", now=NOW)


def rotate(federation: Federation, description: tuple[bytes, str]) -> Any:
    with federation.trustee.store.writing() as session:
        return roster.ask(session, federation.trustee, *description, "", NOW)


def test_the_trustee_counts_nothing_of_the_thief_once_it_admitted_the_new_key(federation: Federation) -> None:
    member = federation.members[-1]
    thief = withdrawn(member.node)
    rotate(federation, thief.rotation())  # the thief is quicker than the workshop
    enrolled(federation, member.node)
    for description in (thief.rotation(), thief.descriptor()):
        with pytest.raises(SignerUnknown):
            rotate(federation, description)
    raw = thief.descriptor()[0]
    with pytest.raises((SignerUnknown, SignatureInvalid)):
        rotate(federation, (raw, sign("descriptor", raw, thief.ring.active("sign"))))
    others = federation.all_reports()[:-1]
    for key in (thief.old, thief.ring.active("sign")):
        found = [*others, ("all", federation.report(member, key=key))]
        body, signature = federation.batch(found)
        with pytest.raises(BatchRefused) as refused:
            settle(federation.trustee, body, signature, NOW)
        assert refused.value.findings[0].code == "signer_unknown"
    found = [*others, ("all", federation.report(member, key=member.node.ring.active("sign")))]
    assert len(federation.settle(found)[1]["groups"][0]["members"]) == 6
