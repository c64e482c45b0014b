"""A trustee that is killed at any step of a batch ends the slot in one certificate all the same, and only in one."""

from __future__ import annotations

import hashlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from coupole.standard.calendar import add_months
from coupole.trustee import batches, months
from coupole.trustee.app import open_trustee
from coupole.trustee.batches import SlotSettled
from coupole.trustee.settings import TrusteeSettings
from coupole.trustee.store import State
from coupole.wire import batches as wire
from tests.node.store.test_killing import ENVIRONMENT
from tests.trustee.sealed_federation import NOW, Federation

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.processes


@pytest.mark.parametrize(("size", "step"), [(6, 1), (4, 4)], ids=["released", "void"])
def test_killed_at_any_line_a_slot_ends_in_exactly_one_certificate(tmp_path: Path, size: int, step: int) -> None:
    federation = Federation(tmp_path / "federation", size)
    federation.counted(federation.settle(federation.all_reports())[1])
    for member in federation.members:
        member.come(2, federation.random)
    later = NOW + timedelta(days=30)
    body, signature = federation.batch(federation.all_reports("2026-11"), "2026-11")
    other = federation.batch(federation.all_reports("2026-11"), "2026-11")
    federation.close()
    batch = tmp_path / "batch"
    batch.write_bytes(body)
    dying = [sys.executable, "-m", "tests.trustee.dying", str(federation.directory), str(batch), signature]
    subprocess.run(
        [*dying, later.isoformat(), str(step), str(tmp_path / "out")],
        check=True,
        cwd=ROOT,
        env=ENVIRONMENT,
        timeout=600,
    )
    deaths = sorted((tmp_path / "out").iterdir())
    assert len(deaths) > 40 / step
    ends = {_end(federation, place, body, signature, other) for place in deaths}
    assert {outcome for outcome, _state in ends} == {"released" if size == 6 else "void"}
    assert len({state for _outcome, state in ends}) == 1


def _end(
    federation: Federation, place: Path, body: bytes, signature: str, other: tuple[bytes, str]
) -> tuple[str, bytes]:
    """After a restart: what the slot came to, and the key state behind it."""
    later = NOW + timedelta(days=30)
    with open_trustee(TrusteeSettings.load(place / "t0")) as trustee:
        months.keep(trustee, later)
        answer = batches.settle(trustee, body, signature, later)
        assert batches.settle(trustee, body, signature, later) == answer
        with pytest.raises(SlotSettled):
            batches.settle(trustee, *other, later)
        with trustee.store.reading() as session:
            found = batches.checked(session)
            state = session.get(State, (federation.id, "all"))
            destroyed = months.key_of(session, "2026-11")
        keys = state.keys if state else b""
        assert [one["slot"] for one in found] == ["2026-10", "2026-11"], place
        _made, certificate = wire.read_answer(answer, trustee.ring.public_set("sign"), federation.shape.cells)
        assert certificate == found[-1]
        assert [group["state"] for group in certificate["groups"]] in ([hashlib.sha256(keys).hexdigest()], [])
        assert destroyed
        assert destroyed.destroyed_at
        assert not (trustee.keys / "months" / "2026-11.key").exists(), place
        assert not list((trustee.keys / "months").glob("*.part"))
    return certificate["outcome"], keys


@contextmanager
def served(directory: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The service in a process of its own, ready to answer, and its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [sys.executable, "-m", "coupole", "trustee", "serve", str(directory), "--port", str(port)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT) as process:
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(400):
                assert process.poll() is None
                with suppress(httpx2.HTTPError):
                    if httpx2.get(f"{address}/readyz").status_code == 200:
                        break
                time.sleep(0.05)
            yield process, address
        finally:
            process.kill()


def test_a_service_that_is_killed_after_its_answer_gives_the_same_one_when_it_is_back(tmp_path: Path) -> None:
    slot = f"{add_months(datetime.now(UTC).date(), -1):%Y-%m}"
    federation = Federation(tmp_path, 6, first_slot=slot)
    body, signature = federation.batch(federation.all_reports(slot), slot)
    federation.close()
    headers = {"Content-Type": wire.MEDIA_TYPE, "Coupole-Signature": signature}
    answers = []
    for _life in range(2):
        with served(tmp_path / "t0") as (process, address):
            answers.append(httpx2.post(f"{address}/api/v1/batches", content=body, headers=headers, timeout=60).content)
            process.kill()
            assert process.wait() == -signal.SIGKILL
    assert answers[0] == answers[1]
    assert federation.answer(answers[0])[1]["outcome"] == "released"
