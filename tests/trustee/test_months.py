"""Keys of months: made well ahead, listed while they exist, destroyed for good."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import text

from coupole.trustee import months
from coupole.trustee.app import create_app, create_trustee, open_trustee
from coupole.trustee.settings import TrusteeSettings
from coupole.trustee.store import Trustee
from coupole.wire.certificates import check_key_list
from coupole.wire.documents import verify
from tests.federation_network import Network

BEGIN = datetime(2026, 11, 5, 12, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> TrusteeSettings:
    made = TrusteeSettings(directory=tmp_path / "trustee", name="The university", issuer="https://trustee.test")
    with time_machine.travel(BEGIN):
        create_trustee(made)
    return made


@pytest.fixture
def trustee(settings: TrusteeSettings) -> Iterator[Trustee]:
    with open_trustee(settings) as opened:
        yield opened


def listed(trustee: Trustee) -> dict[str, str]:
    """Month and date of destruction of each key on the list."""
    with trustee.store.reading() as session:
        raw, signature = months.key_list(session, trustee)
    found = check_key_list(raw, signature, trustee.ring.public_set("sign"))
    return {one["slot"]: one["destroyed_by"] for one in found["keys"]}


def files(trustee: Trustee) -> list[str]:
    return sorted(path.stem for path in (trustee.keys / "months").iterdir())


def test_there_are_keys_from_last_month_to_fourteen_months_ahead(trustee: Trustee) -> None:
    found = listed(trustee)
    assert [min(found), max(found), len(found)] == ["2026-10", "2028-01", 16]
    assert files(trustee) == sorted(found)
    assert (found["2026-10"], found["2027-02"]) == ("2026-12-30", "2027-04-29")


def test_private_keys_are_for_their_owner_alone(trustee: Trustee) -> None:
    folder = trustee.keys / "months"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_a_key_outlives_its_month_by_sixty_days_at_most(trustee: Trustee) -> None:
    raw = (trustee.keys / "months" / "2026-10.key").read_bytes()
    months.keep(trustee, datetime(2026, 12, 30, tzinfo=UTC))
    assert "2026-10" in listed(trustee)
    months.keep(trustee, datetime(2026, 12, 31, tzinfo=UTC))
    assert "2026-10" not in listed(trustee)
    assert "2026-10" not in files(trustee)
    assert all(raw not in path.read_bytes() for path in trustee.keys.rglob("*") if path.is_file())
    months.keep(trustee, datetime(2026, 11, 6, tzinfo=UTC))  # a clock set back brings nothing back
    assert "2026-10" not in listed(trustee)


def test_the_chore_done_again_changes_nothing(trustee: Trustee) -> None:
    with trustee.store.reading() as session:
        before = months.key_list(session, trustee)
    months.keep(trustee, BEGIN)
    with trustee.store.reading() as session:
        assert months.key_list(session, trustee) == before


def test_a_file_left_over_by_a_crash_is_destroyed_and_a_lost_one_opens_nothing(trustee: Trustee) -> None:
    folder = trustee.keys / "months"
    (folder / "2026-09.key").write_bytes(b"of a month that is released")
    (folder / "2027-01.key").unlink()
    months.keep(trustee, BEGIN)
    assert "2026-09" not in files(trustee)
    with trustee.store.reading() as session:
        assert months.private(trustee, months.key_of(session, "2027-01")) is None
        assert months.private(trustee, months.key_of(session, "2026-11"))
        assert months.key_of(session, "2020-01") is None


async def test_a_service_looks_after_its_keys_when_it_starts(settings: TrusteeSettings, trustee: Trustee) -> None:
    with time_machine.travel(datetime(2027, 3, 2, tzinfo=UTC)):
        async with Network({"trustee.test": create_app(settings)}):
            found = files(trustee)
    assert (min(found), max(found)) == ("2027-01", "2028-05")


async def test_it_looks_after_them_every_day_and_an_accident_is_only_noted(
    settings: TrusteeSettings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import asyncio

    from coupole.trustee import app

    monkeypatch.setattr(app, "DAY", 0.01)
    async with Network({"trustee.test": create_app(settings)}):
        with open_trustee(settings) as trustee:
            with trustee.store.writing() as session:
                session.execute(text("UPDATE month_key SET destroyed_by = '2000-01-01' WHERE month = '2027-05'"))
            for _ in range(500):
                if "2027-05" not in files(trustee):
                    break
                await asyncio.sleep(0.01)
            assert "2027-05" not in files(trustee)
            (trustee.keys / "months" / "2020-01.key").mkdir()
            for _ in range(500):
                if caplog.records:
                    break
                await asyncio.sleep(0.01)
            assert caplog.messages[0].startswith("the keys of months were not looked after")
            (trustee.keys / "months" / "2020-01.key").rmdir()


def test_the_list_is_signed_as_a_key_list_and_as_nothing_else(trustee: Trustee) -> None:
    with trustee.store.reading() as session:
        raw, signature = months.key_list(session, trustee)
    verify("key_list", raw, signature, trustee.ring.public_set("sign"))
    assert json.loads(raw)["trustee"] == "The university"
