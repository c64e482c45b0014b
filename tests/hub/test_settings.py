"""What the operator of a hub decides."""

from __future__ import annotations

from pathlib import Path

import pytest

from coupole.hub.settings import HubSettings, HubSettingsInvalid, HubSettingsMissing


def settings(directory: Path, **changed: object) -> HubSettings:
    return HubSettings.checked(
        {"directory": directory, "name": "The federation", "issuer": "https://hub.test"} | changed
    )


def test_settings_come_back_as_they_were_saved(tmp_path: Path) -> None:
    made = settings(tmp_path / "hub", concurrency=8, language="nl")
    made.save()
    assert HubSettings.load(tmp_path / "hub") == made


def test_the_environment_overrules_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(tmp_path / "hub").save()
    monkeypatch.setenv("COUPOLE_HUB_PORT", "9000")
    assert HubSettings.load(tmp_path / "hub").port == 9000


def test_the_keys_lie_outside_the_hub_directory(tmp_path: Path) -> None:
    made = settings(tmp_path / "hub")
    assert made.ring == tmp_path / "hub-keys" / "ring.json"
    with pytest.raises(HubSettingsInvalid):
        settings(tmp_path / "hub", keys=tmp_path / "hub" / "keys")


@pytest.mark.parametrize("address", ["http://hub.test", "https://hub.test/", "https://a:b@hub.test", "hub"])
def test_an_address_is_https_and_nothing_else(tmp_path: Path, address: str) -> None:
    with pytest.raises(HubSettingsInvalid) as caught:
        settings(tmp_path / "hub", issuer=address)
    assert [finding.pointer for finding in caught.value.findings] == ["/issuer"]


def test_what_is_wrong_is_named_and_its_value_is_not(tmp_path: Path) -> None:
    (tmp_path / "coupole.toml").write_text('name = "x"\nissuer = "https://hub.test"\nport = "secret"\n')
    with pytest.raises(HubSettingsInvalid) as caught:
        HubSettings.load(tmp_path)
    assert [finding.pointer for finding in caught.value.findings] == ["/port"]
    assert "secret" not in repr(caught.value.findings)


def test_a_directory_without_a_hub_and_a_file_that_is_no_toml(tmp_path: Path) -> None:
    with pytest.raises(HubSettingsMissing):
        HubSettings.load(tmp_path)
    (tmp_path / "coupole.toml").write_text("= =")
    with pytest.raises(HubSettingsInvalid):
        HubSettings.load(tmp_path)
