"""``coupole hub …`` that kills itself at its n-th step: at a transaction's end, before or after a trustee hears it.

    python -m tests.federation.dying_hub N hub seal DIRECTORY SLOT …

Steps are counted over the whole command; with fewer steps than N it ends as usual. Its last line on standard error says
how many there were.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from coupole.cli import main
from coupole.hub.collection.trustees import TrusteeClient


class Steps:
    """What was done so far, and at which step to die."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.done = 0

    def __call__(self, *_: Any) -> None:
        self.done += 1
        if self.done == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


def count(steps: Steps) -> None:
    """Have every step counted."""
    event.listen(Engine, "commit", steps)
    ask = TrusteeClient.batch

    async def batch(self: TrusteeClient, body: bytes, signature: str) -> bytes:
        steps()
        answer = await ask(self, body, signature)
        steps()
        return answer

    TrusteeClient.batch = batch  # type: ignore[method-assign]


if __name__ == "__main__":
    counted = Steps(int(sys.argv[1]))
    count(counted)
    sys.argv = ["coupole", *sys.argv[2:]]
    try:
        main()
    finally:
        print(f"steps {counted.done}", file=sys.stderr)
