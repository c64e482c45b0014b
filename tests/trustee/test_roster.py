"""The trustee's own roster: members by fingerprint, every version signed and chained."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text

from coupole.trustee import batches
from coupole.trustee.api import Trustee
from coupole.trustee.app import OPEN_OPERATIONS, TrusteeExists, create_app, create_trustee, open_trustee
from coupole.trustee.batches import (
    GENESIS,
    AdmissionFingerprintWrong,
    AdmissionUnconfirmed,
    RosterBroken,
    RosterMemberUnknown,
    RosterUnknown,
)
from coupole.trustee.settings import TrusteeSettings, TrusteeSettingsInvalid, TrusteeSettingsMissing
from coupole.trustee.store import Roster
from coupole.wire.documents import verify
from tests.fake_nodes import FakeNode
from tests.federation_network import Network


@pytest.fixture
def settings(tmp_path: Path) -> TrusteeSettings:
    made = TrusteeSettings(directory=tmp_path / "trustee", name="The university", issuer="https://trustee.test")
    create_trustee(made)
    return made


@pytest.fixture
def trustee(settings: TrusteeSettings) -> Iterator[Trustee]:
    with open_trustee(settings) as opened:
        yield opened


def admit(trustee: Trustee, node: FakeNode, confirmed: str | None = "") -> Roster:
    """``confirmed``: what was heard; the right fingerprint unless said."""
    raw, signature = node.descriptor()
    heard = batches.signer(raw, signature)[1] if confirmed == "" else confirmed
    with trustee.store.writing() as session:
        return batches.admit(
            session,
            raw,
            signature,
            confirmed=heard,
            key=trustee.ring.active("sign"),
            trustee=trustee.name,
            quorum=5,
            actor="anna",
        )


def names(roster: Roster) -> list[str]:
    return [member["node"] for member in json.loads(roster.body)["members"]]


def test_a_member_is_admitted_by_the_fingerprint_the_trustee_heard(trustee: Trustee) -> None:
    with pytest.raises(AdmissionUnconfirmed):
        admit(trustee, FakeNode("north"), None)
    with pytest.raises(AdmissionFingerprintWrong):
        admit(trustee, FakeNode("north"), "ABCD-EFGH")
    made = admit(trustee, FakeNode("north"))
    assert (made.version, names(made)) == (1, ["north"])
    assert json.loads(made.body)["previous"] == GENESIS


def test_every_roster_names_the_one_before_it(trustee: Trustee) -> None:
    first = admit(trustee, FakeNode("south"))
    second = admit(trustee, FakeNode("north"))
    assert names(second) == ["north", "south"]
    assert json.loads(second.body)["previous"] == first.digest
    with trustee.store.reading() as session:
        assert batches.check_chain(session, trustee.ring.public_set("sign")) == 2


def test_a_member_with_a_new_key_takes_the_place_of_the_old(trustee: Trustee) -> None:
    node = FakeNode("north")
    admit(trustee, node)
    node.ring.rotate("sign")
    made = admit(trustee, node)
    assert names(made) == ["north"]
    assert json.loads(made.body)["members"][0]["key"] == node.ring.active("sign").public()


def test_a_member_can_be_taken_off(trustee: Trustee) -> None:
    admit(trustee, FakeNode("north"))

    def dismiss(node: str) -> Roster:
        with trustee.store.writing() as session:
            key = trustee.ring.active("sign")
            return batches.dismiss(session, node, key=key, trustee=trustee.name, quorum=5, actor="anna")

    with pytest.raises(RosterMemberUnknown):
        dismiss("south")
    assert names(dismiss("north")) == []


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE roster SET body = CAST(replace(body, 'north', 'ghost') AS BLOB) WHERE version = 1",
        "UPDATE roster SET signature = (SELECT signature FROM roster WHERE version = 2) WHERE version = 1",
        "UPDATE roster SET digest = 'x' WHERE version = 1",
        "UPDATE roster SET (body, signature, digest) = (SELECT body, signature, digest FROM roster WHERE version = 1)",
    ],
)
def test_a_roster_that_was_altered_is_found(trustee: Trustee, damage: str) -> None:
    admit(trustee, FakeNode("north"))
    admit(trustee, FakeNode("south"))
    with trustee.store.writing() as session:
        session.execute(text(damage))
    with trustee.store.reading() as session, pytest.raises(RosterBroken):
        batches.check_chain(session, trustee.ring.public_set("sign"))


def test_there_is_no_roster_before_the_first_member(trustee: Trustee) -> None:
    with trustee.store.reading() as session, pytest.raises(RosterUnknown):
        batches.roster(session)


async def test_what_a_trustee_answers_is_signed_by_it(settings: TrusteeSettings, trustee: Trustee) -> None:
    admit(trustee, FakeNode("north"))
    admit(trustee, FakeNode("south"))
    keys = trustee.ring.public_set("sign")
    async with Network({"trustee.test": create_app(settings)}) as network:
        web = httpx2.AsyncClient(transport=network, base_url="https://trustee.test")
        assert (await web.get("/api/v1/keys")).json() == keys
        for path, kind in (("roster", "roster"), ("roster/1", "roster"), ("batches", "log")):
            response = await web.get(f"/api/v1/{path}")
            verify(kind, response.content, response.headers["coupole-signature"], keys)
            again = await web.get(f"/api/v1/{path}", headers={"if-none-match": response.headers["etag"]})
            assert again.status_code == 304
        assert (await web.get("/api/v1/roster")).json()["version"] == 2
        assert (await web.get("/api/v1/batches")).json()["certificates"] == []
        assert (await web.get("/api/v1/roster/3")).json()["code"] == "roster_unknown"
        assert (await web.post("/api/v1/roster")).status_code == 405
        assert (await web.get("/healthz")).text == "ok"
        assert (await web.get("/readyz")).text == "ready"


def test_every_open_operation_is_on_the_list(settings: TrusteeSettings) -> None:
    paths = create_app(settings).openapi()["paths"]
    found = {operation["operationId"] for path in paths.values() for operation in path.values()}
    assert found
    assert found == OPEN_OPERATIONS


def test_a_trustee_is_not_written_over(settings: TrusteeSettings) -> None:
    with pytest.raises(TrusteeExists):
        create_trustee(settings)
    assert TrusteeSettings.load(settings.directory) == settings


def test_settings_that_do_not_hold_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TrusteeSettingsMissing):
        TrusteeSettings.load(tmp_path)
    (tmp_path / "coupole.toml").write_text("= =")
    with pytest.raises(TrusteeSettingsInvalid):
        TrusteeSettings.load(tmp_path)
    good = {"directory": tmp_path / "x", "name": "The university", "issuer": "https://trustee.test"}
    for wrong in ({"quorum": 4}, {"issuer": "http://trustee.test"}, {"issuer": "https://t/"}, {"keys": tmp_path / "x"}):
        with pytest.raises(TrusteeSettingsInvalid):
            TrusteeSettings.checked(good | wrong)
