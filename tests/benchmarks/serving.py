"""A node and its floor, each a server in a process of its own, whose CPU is compared."""

from __future__ import annotations

import gc
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import uvicorn
from starlette.applications import Starlette

from coupole.__main__ import SEARCHES
from coupole.cli.serving import Settled
from coupole.node.app import create_app
from coupole.node.settings import NodeSettings

Lines = list[dict[str, Any]]


@contextmanager
def served(what: str, directory: Path, port: int, script: str) -> Iterator[psutil.Process]:
    """The server that ``script`` makes of ``ours`` or ``floor`` (see ``main``), once it answers."""
    words = [sys.executable, script, what, str(directory), str(port)]
    with subprocess.Popen(words, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}) as process:
        try:
            for _ in range(600):
                with suppress(OSError):
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                time.sleep(0.05)
            yield psutil.Process(process.pid)
        finally:
            process.kill()


def spent(server: psutil.Process) -> float:
    """Seconds of CPU that a server has had so far."""
    times = server.cpu_times()
    return float(times.user + times.system)


def main(run: Callable[[], Lines], floor_app: Callable[[Path], Starlette]) -> None:
    """What such a benchmark does as a program: measures and prints, or is one of the servers."""
    if len(sys.argv) == 4:
        what, directory, port = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
        app: Any = create_app(NodeSettings.load(directory)) if what == "ours" else floor_app(directory)
        gc.set_threshold(*SEARCHES)  # as the program does
        uvicorn.run(Settled(app), host="127.0.0.1", port=port, log_level="error", access_log=False)
        return
    for line in run():
        print(f"{line['name']:60} {line['ours'] * 1e3:8.3f} {line['floor'] * 1e3:8.3f} ms {line['ratio']:7.2f} x")
