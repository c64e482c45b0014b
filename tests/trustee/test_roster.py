"""The trustee's own roster: members by fingerprint, every version signed and chained."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from coupole.trustee import roster as rosters
from coupole.trustee.app import OPEN_OPERATIONS, TrusteeExists, create_app, create_trustee, open_trustee
from coupole.trustee.roster import (
    AdmissionFingerprintWrong,
    AdmissionUnconfirmed,
    InvitationInvalid,
    RosterBroken,
    RosterMemberPresent,
    RosterMemberUnknown,
)
from coupole.trustee.settings import TrusteeSettings, TrusteeSettingsInvalid, TrusteeSettingsMissing
from coupole.trustee.store import Roster, Trustee
from coupole.wire.certificates import GENESIS
from coupole.wire.descriptor import fingerprint
from coupole.wire.documents import SignerUnknown, sign, verify
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


def admit(trustee: Trustee, node: FakeNode, confirmed: str | None = "", **said: Any) -> Roster:
    """``confirmed``: what was heard; the right fingerprint unless said."""
    raw, signature = node.descriptor()
    heard = rosters.signer(raw, signature)[1] if confirmed == "" else confirmed
    with trustee.store.writing() as session:
        return rosters.admit(session, trustee, raw, signature, confirmed=heard, actor="anna", **said)


def names(roster: Roster) -> list[str]:
    return [member["node"] for member in json.loads(roster.body)["members"]]


def ask(trustee: Trustee, node: FakeNode, code: str = "", now: datetime | None = None) -> str:
    with trustee.store.writing() as session:
        return rosters.ask(session, trustee, *node.descriptor(), code, now or datetime.now(UTC))


def invite(trustee: Trustee) -> str:
    with trustee.store.writing() as session:
        return rosters.invite(session)


def waiting(trustee: Trustee) -> list[str]:
    with trustee.store.reading() as session:
        return sorted(rosters.waiting(session))


def member(roster: Roster) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(roster.body)["members"][0]
    return found


def test_a_member_is_admitted_by_the_fingerprint_the_trustee_heard(trustee: Trustee) -> None:
    with pytest.raises(AdmissionUnconfirmed):
        admit(trustee, FakeNode("north"), None)
    with pytest.raises(AdmissionFingerprintWrong):
        admit(trustee, FakeNode("north"), "ABCD-EFGH")
    made = admit(trustee, FakeNode("north"))
    assert (made.version, names(made)) == (2, ["north"])


def test_every_roster_names_the_one_before_it_from_an_empty_one_on(trustee: Trustee) -> None:
    with trustee.store.reading() as session:
        empty = rosters.roster(session)
    first = admit(trustee, FakeNode("south"))
    second = admit(trustee, FakeNode("north"))
    assert names(second) == ["north", "south"]
    before = [json.loads(one.body)["previous"] for one in (empty, first, second)]
    assert before == [GENESIS, empty.digest, first.digest]
    with trustee.store.reading() as session:
        assert rosters.check_chain(session, trustee.ring.public_set("sign")) == 3


def test_a_member_with_a_new_key_takes_the_place_of_the_old_and_keeps_what_was_said_of_it(trustee: Trustee) -> None:
    node = FakeNode("north")
    admit(trustee, node, group="west", cap=12, legal_id="BE 0123.456.789")
    node.ring.rotate("sign")
    made = admit(trustee, node)
    assert names(made) == ["north"]
    assert member(made)["key"] == node.ring.active("sign").public()
    kept = {"group": "west", "cap": 12, "legal_id": "BE 0123.456.789", "state": "active"}
    assert {name: member(made)[name] for name in kept} == kept


def test_a_member_that_leaves_stays_on_the_roster_retired(trustee: Trustee) -> None:
    admit(trustee, FakeNode("north"))
    with trustee.store.writing() as session:
        with pytest.raises(RosterMemberUnknown):
            rosters.retire(session, trustee, "south", "anna")
        made = rosters.retire(session, trustee, "north", "anna")
    assert member(made)["state"] == "retired"
    assert member(admit(trustee, FakeNode("north")))["state"] == "active"


def test_a_member_is_set_inactive_only_after_three_months_away(trustee: Trustee) -> None:
    admit(trustee, FakeNode("north"))
    with trustee.store.writing() as session:
        with pytest.raises(RosterMemberPresent):
            rosters.rest(session, trustee, "north", "anna")
        with pytest.raises(RosterMemberPresent):
            rosters.rest(session, trustee, "north", "anna", datetime.now(UTC) + timedelta(days=89))
        made = rosters.rest(session, trustee, "north", "anna", datetime.now(UTC) + timedelta(days=93))
    assert member(made)["state"] == "inactive"


def test_a_node_asks_with_a_code_that_is_good_once_and_waits_for_a_person(trustee: Trustee) -> None:
    node, code = FakeNode("north"), invite(trustee)
    with pytest.raises(InvitationInvalid):
        ask(trustee, node, "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF")
    assert ask(trustee, node, code.lower().replace("-", " ")) == fingerprint(node.ring.active("sign").public())
    assert waiting(trustee) == ["north"]
    with trustee.store.reading() as session:
        assert names(rosters.roster(session)) == []
    with pytest.raises(InvitationInvalid):
        ask(trustee, FakeNode("south"), code)
    admit(trustee, node)
    assert waiting(trustee) == []


def test_a_code_is_too_old_after_a_fortnight(trustee: Trustee) -> None:
    code = invite(trustee)
    with pytest.raises(InvitationInvalid):
        ask(trustee, FakeNode("north"), code, datetime.now(UTC) + timedelta(days=15))
    assert ask(trustee, FakeNode("north"), code)


def test_of_a_code_only_its_hash_is_kept(trustee: Trustee, settings: TrusteeSettings) -> None:
    code = invite(trustee)
    files = b"".join(path.read_bytes() for path in settings.directory.iterdir())
    assert hashlib.sha256(code.replace("-", "").encode()).hexdigest().encode() in files
    for part in code.split("-"):
        assert part.encode() not in files


def test_a_new_key_needs_no_code_when_the_admitted_one_signed_it(trustee: Trustee) -> None:
    node = FakeNode("north")
    admit(trustee, node)
    old = node.ring.active("sign")
    node.ring.rotate("sign")
    raw, _signature = node.descriptor()
    with pytest.raises(SignerUnknown):  # signed with the new key, which nobody admitted
        ask(trustee, node)
    with trustee.store.writing() as session:
        read_aloud = rosters.ask(session, trustee, raw, sign("descriptor", raw, old), "", datetime.now(UTC))
    with trustee.store.reading() as session:
        found = rosters.roster(session)
    assert (found.version, found.actor) == (3, "node:north")
    assert member(found)["key"] == node.ring.active("sign").public()
    assert member(found)["fingerprint"] == read_aloud
    assert ask(trustee, node) == read_aloud  # again: nothing changes
    with trustee.store.reading() as session:
        assert rosters.roster(session).version == 3


def test_a_stranger_or_a_retired_member_cannot_bring_a_key_without_a_code(trustee: Trustee) -> None:
    node = FakeNode("north")
    with pytest.raises(InvitationInvalid):
        ask(trustee, node)
    admit(trustee, node)
    with trustee.store.writing() as session:
        rosters.retire(session, trustee, "north", "anna")
    with pytest.raises(InvitationInvalid):
        ask(trustee, node)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE roster SET body = CAST(replace(body, 'north', 'ghost') AS BLOB) WHERE version = 2",
        "UPDATE roster SET signature = (SELECT signature FROM roster WHERE version = 3) WHERE version = 2",
        "UPDATE roster SET digest = 'x' WHERE version = 2",
        "UPDATE roster SET (body, signature, digest) = (SELECT body, signature, digest FROM roster WHERE version = 1)",
    ],
)
def test_a_roster_that_was_altered_is_found(trustee: Trustee, damage: str) -> None:
    admit(trustee, FakeNode("north"))
    admit(trustee, FakeNode("south"))
    with trustee.store.writing() as session:
        session.execute(text(damage))
    with trustee.store.reading() as session, pytest.raises(RosterBroken):
        rosters.check_chain(session, trustee.ring.public_set("sign"))


async def test_what_a_trustee_answers_is_signed_by_it(settings: TrusteeSettings, trustee: Trustee) -> None:
    admit(trustee, FakeNode("north"))
    admit(trustee, FakeNode("south"))
    keys = trustee.ring.public_set("sign")
    async with Network({"trustee.test": create_app(settings)}) as network:
        web = httpx2.AsyncClient(transport=network, base_url="https://trustee.test")
        signed = (("keys", "key_list"), ("roster", "roster"), ("roster/1", "roster"), ("batches", "log"))
        for path, kind in signed:
            response = await web.get(f"/api/v1/{path}")
            verify(kind, response.content, response.headers["coupole-signature"], keys)
            again = await web.get(f"/api/v1/{path}", headers={"if-none-match": response.headers["etag"]})
            assert again.status_code == 304
        newest = (await web.get("/api/v1/roster")).json()
        assert (newest["version"], newest["keys"]) == (3, keys)
        assert (await web.get("/api/v1/batches")).json()["certificates"] == []
        assert (await web.get("/api/v1/roster/4")).json()["code"] == "roster_unknown"
        assert (await web.get(f"/api/v1/batches/{GENESIS}")).json()["code"] == "certificate_unknown"
        assert (await web.delete("/api/v1/roster")).status_code == 405
        assert (await web.get("/healthz")).text == "ok"
        assert (await web.get("/readyz")).text == "ready"


async def test_a_node_asks_for_admission_over_http(settings: TrusteeSettings, trustee: Trustee) -> None:
    node = FakeNode("north")
    raw, signature = node.descriptor()
    asked = {"descriptor": raw.decode(), "signature": signature, "code": invite(trustee)}
    async with Network({"trustee.test": create_app(settings)}) as network:
        web = httpx2.AsyncClient(transport=network, base_url="https://trustee.test")
        wrong = await web.post("/api/v1/roster", json=asked | {"code": "AAAA"})
        assert (wrong.status_code, wrong.json()["code"]) == (403, "invitation_invalid")
        altered = await web.post("/api/v1/roster", json=asked | {"descriptor": raw.decode().replace("north", "ghost")})
        assert (altered.status_code, altered.json()["code"]) == (403, "signature_invalid")
        assert (await web.post("/api/v1/roster", json=asked | {"more": 1})).status_code == 422
        answer = await web.post("/api/v1/roster", json=asked)
        assert (answer.status_code, answer.json()) == (202, {"fingerprint": rosters.signer(raw, signature)[1]})
    assert waiting(trustee) == ["north"]


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
