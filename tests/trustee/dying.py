"""Sums one batch again and again, and is killed each time at another line: run by ``test_crashes`` as a process.

    python -m tests.trustee.dying FEDERATION BATCH SIGNATURE MOMENT STEP OUT

Each line of the trustee's program that settles a slot is one death, or each STEP-th: the process stops itself with
SIGKILL before that line, in a copy of the trustee of its own, ``OUT/<number>-<file>-<line>``.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from datetime import datetime
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from coupole.trustee import batches, months, store
from coupole.trustee.app import open_trustee
from coupole.trustee.settings import TrusteeSettings
from coupole.wire.keys import destroy_secret

Place = tuple[str, int]
STEPS = (
    batches.settle,
    batches._certify,
    batches._release,
    months.keep,
    months.sweep,
    destroy_secret,
    store.drop_answers,
)


def settle(directory: Path, body: bytes, signature: str, moment: datetime, at: Place | None) -> list[Place]:
    """Settle once; the lines it came by, or death before one of them."""
    codes: set[CodeType] = {step.__code__ for step in STEPS}
    passed: list[Place] = []

    def on_line(frame: FrameType, event: str, _value: Any) -> Any:
        here = Path(frame.f_code.co_filename).stem, frame.f_lineno
        if event in ("line", "return") and here not in passed:
            passed.append(here)
            if here == at:
                os.kill(os.getpid(), signal.SIGKILL)
        return on_line

    def on_call(frame: FrameType, _event: str, _value: Any) -> Any:
        return on_line if frame.f_code in codes else None

    with open_trustee(TrusteeSettings.load(directory / "t0")) as trustee:
        sys.settrace(on_call)
        try:
            batches.settle(trustee, body, signature, moment)
        finally:
            sys.settrace(None)
    return passed


def main(federation: Path, batch: Path, signature: str, moment: datetime, step: int, out: Path) -> None:
    body, whole = batch.read_bytes(), out / "whole"
    shutil.copytree(federation, whole)
    for number, place in enumerate(settle(whole, body, signature, moment, None)[::step]):
        copied = out / f"{number:03}-{place[0]}-{place[1]}"
        shutil.copytree(federation, copied)
        if (child := os.fork()) == 0:
            settle(copied, body, signature, moment, place)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), place
        assert os.WTERMSIG(status) == signal.SIGKILL, place


if __name__ == "__main__":
    main(
        Path(sys.argv[1]),
        Path(sys.argv[2]),
        sys.argv[3],
        datetime.fromisoformat(sys.argv[4]),
        int(sys.argv[5]),
        Path(sys.argv[6]),
    )
