"""The commands of a hub, over real connections."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from coupole.cli.hub import app as hub_app
from coupole.cli.introductions import DescriptorFileInvalid
from coupole.errors import CoupoleError
from coupole.hub.app import HubExists
from coupole.hub.collection.reading import CollectionUnknown
from coupole.hub.members import FingerprintWrong, MemberUnknown
from coupole.wire.descriptor import fingerprint
from tests.fake_nodes import FakeNode
from tests.live import live

PERIOD = "2026-10"


def run(app: Any, *words: object, said: str | None = None) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words], input=said)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COUPOLE_HUB_ASK_AGAIN_SECONDS", "0")
    directory = tmp_path / "hub"
    assert run(hub_app, "init", directory, "--name", "The federation", "--yes").exit_code == 0
    return directory


@pytest.fixture
def node() -> Iterator[FakeNode]:
    made = FakeNode("north").shows(PERIOD, figures={"F03": {"total": {"total": 24}, "sex": {"F": 14, "M": None}}})
    with live(made) as served:
        made.issuer = served.address
        yield made


def test_a_hub_is_made_by_answering_two_questions_and_is_not_written_over(tmp_path: Path) -> None:
    directory = tmp_path / "hub"
    result = run(hub_app, "init", directory, said="The federation\n\n")
    assert result.exit_code == 0
    assert (tmp_path / "hub-keys" / "ring.json").stat().st_mode & 0o777 == 0o600
    with pytest.raises(HubExists):
        run(hub_app, "init", directory, "--name", "Another", "--yes")
    assert run(hub_app, "init", tmp_path / "other", "--yes").exit_code == 2


def test_members_get_the_public_half_of_the_hubs_key(hub: Path) -> None:
    shown = json.loads(run(hub_app, "keys", hub).stdout)
    assert [key["kty"] for key in shown["keys"]] == ["EC"]
    assert all("d" not in key for key in shown["keys"])


def test_from_a_member_to_a_published_figure(hub: Path, node: FakeNode) -> None:
    read_aloud = fingerprint(node.ring.active("sign").public())
    with pytest.raises(FingerprintWrong):
        run(hub_app, "member", "add", hub, node.issuer, "--fingerprint", "ABCD")
    assert run(hub_app, "member", "add", hub, node.issuer, said=f"{read_aloud}\n").exit_code == 0
    told = json.loads(run(hub_app, "collect", hub, PERIOD, "--json").stdout)
    assert (told["kinds"], told["revision"]) == ({"answered": 1}, 1)
    listed = json.loads(run(hub_app, "member", "list", hub, "--json").stdout)
    assert [(one["id"], one["last"]) for one in listed] == [("north", "answered")]
    found = json.loads(run(hub_app, "table", hub, "F03", PERIOD, "--by", "sex", "--json").stdout)
    assert found["value"] == [24, 14, None]
    shown = run(hub_app, "table", hub, "F03", PERIOD)
    assert "24 ±5" in shown.stdout
    assert "1 of 1" in shown.stdout
    again = json.loads(run(hub_app, "publish", hub, PERIOD, "--json").stdout)
    assert (again["revision"], again["fresh"]) == (1, False)
    assert "Nothing changed" in run(hub_app, "publish", hub, PERIOD).stdout
    node.shows(PERIOD, figures={"F03": {"total": {"total": 26}}}, revision=2)
    run(hub_app, "collect", hub, PERIOD, "--no-publish")
    assert "figures were published otherwise before" in run(hub_app, "publish", hub, PERIOD).stdout
    assert "26 ±5 (first 24)" in run(hub_app, "table", hub, "F03", PERIOD).stdout


def test_a_member_that_does_not_answer_is_said_with_what_to_do(hub: Path) -> None:
    node = FakeNode("north").shows(PERIOD)
    with live(node) as served:
        node.issuer = served.address
        run(hub_app, "member", "add", hub, node.issuer, "--yes")
    result = run(hub_app, "collect", hub, PERIOD)
    assert result.exit_code == 6
    assert "Nobody answers at the address of this node." in result.stdout
    assert "Ask the member whether its machine is on" in result.stdout
    again = run(hub_app, "outcomes", hub)
    assert "Nobody answers" in again.stdout
    assert json.loads(run(hub_app, "outcomes", hub, 1, "--json").stdout)[0]["kind"] == "unreachable"
    assert "unreachable" in run(hub_app, "member", "list", hub).stdout


def test_what_there_is_not_is_refused(hub: Path, tmp_path: Path) -> None:
    with pytest.raises(CollectionUnknown):
        run(hub_app, "outcomes", hub)
    with pytest.raises(MemberUnknown):
        run(hub_app, "member", "remove", hub, "north")
    with pytest.raises(DescriptorFileInvalid):
        run(hub_app, "member", "add", hub, tmp_path / "nothing.json")
    assert run(hub_app, "member", "list", hub, "--json").stdout.strip() == "[]"


def test_a_description_comes_in_a_file_as_text_or_as_an_object(hub: Path, tmp_path: Path) -> None:
    file = tmp_path / "north.json"
    raw, signature = FakeNode("north").descriptor()
    for written in (raw.decode(), json.loads(raw)):
        file.write_text(json.dumps({"descriptor": written, "signature": signature}))
        assert run(hub_app, "member", "add", hub, file, "--yes").exit_code == 0
    for wrong in ("[]", "{}", '{"descriptor": 1, "signature": "a"}', '{"descriptor": "a", "signature": 1}', "{"):
        file.write_text(wrong)
        with pytest.raises(DescriptorFileInvalid):
            run(hub_app, "member", "add", hub, file)
    assert run(hub_app, "member", "remove", hub, "north").exit_code == 0


def test_every_refusal_of_these_rooms_has_its_words() -> None:
    from coupole.standard.sentences import known_codes

    rooms = ("coupole.hub", "coupole.trustee", "coupole_client", "coupole.cli.introductions")
    kinds = [kind for kind in _all_kinds(CoupoleError) if kind.__module__.startswith(rooms)]
    assert len(kinds) > 40
    for kind in kinds:
        assert kind.code in known_codes(), kind
        assert known_codes()[kind.code]["title"]["en"] == kind.title(), kind


def _all_kinds(kind: type[CoupoleError]) -> Iterator[type[CoupoleError]]:
    for narrower in kind.__subclasses__():
        yield narrower
        yield from _all_kinds(narrower)
