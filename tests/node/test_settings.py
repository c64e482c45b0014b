from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from coupole.node.settings import NodeSettings, SettingsInvalid, SettingsMissing
from coupole.web.settings import FILE

GIVEN = {"name": 'Atelier "Été"', "node_id": "ete", "issuer": "https://ete.example"}


def settings(tmp_path: Path, **changes: Any) -> NodeSettings:
    return NodeSettings.checked({**GIVEN, "directory": tmp_path / "node", **changes})


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    made = settings(tmp_path, port=9000, release_on_pull=False, database_url="postgresql+psycopg://db/node")
    made.save()
    assert NodeSettings.load(made.directory) == made


def test_the_environment_overrules_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(tmp_path).save()
    monkeypatch.setenv("COUPOLE_NODE_PORT", "9001")
    assert NodeSettings.load(tmp_path / "node").port == 9001


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "http://ete.example"},
        {"issuer": "https://ete.example/"},
        {"issuer": "https://user@ete.example"},
        {"node_id": "Été"},
        {"node_id": "9ete"},
        {"port": 0},
        {"token_seconds": 301},
        {"country": "Belgium"},
        {"colour": "blue"},
        {"mail_sender": "nobody"},
        {"mail_sender": "a@b.example\nBcc: c@d.example"},
        {"mail_security": "none", "mail_host": "post.example.org", "mail_sender": "desk@example.org"},
        {"mail_host": "post.example.org/x"},
    ],
)
def test_settings_that_do_not_hold_are_refused_by_name_and_without_their_value(
    tmp_path: Path, wrong: dict[str, Any]
) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        settings(tmp_path, **wrong)
    (name, value), found = next(iter(wrong.items())), refused.value.findings
    assert [finding.pointer for finding in found] == [f"/{name}"]
    assert str(value) not in str([(finding.code, finding.params, finding.rule) for finding in found])


def test_keys_may_not_lie_among_the_records(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid):
        settings(tmp_path, keys=tmp_path / "node" / "keys")


def test_a_file_that_is_no_toml_and_one_that_is_not_there_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(SettingsMissing):
        NodeSettings.load(tmp_path)
    (tmp_path / FILE).write_text("name is Atelier")
    with pytest.raises(SettingsInvalid):
        NodeSettings.load(tmp_path)


def test_a_mail_server_needs_a_sender(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        settings(tmp_path, mail_host="post.example.org")
    assert [finding.pointer for finding in refused.value.findings] == ["/mail_sender"]
    settings(tmp_path, mail_host="post.example.org", mail_sender="desk@example.org")
    settings(tmp_path, mail_host="127.0.0.1", mail_security="none", mail_sender="desk@example.org")
