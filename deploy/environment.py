"""``.venv``: made, filled from a lock file whose every line carries hashes, and stamped when it is whole.

The stamp is written last, so that a set-up which was interrupted is simply done again. There are two locks: ``demo`` is
what running needs, ``test`` holds all of ``demo`` and the tools beside it. An environment that once was good for tests
stays so: asking it for the demo never takes anything away.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "coupole-ready.json"
Kind = Literal["demo", "test"]

# They would send packages, or imports, to some other place than .venv.
MISLEADING = ("PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_HASHES")


class SetupError(Exception):
    """Something this machine lacks; the text is one sentence with what to do."""


def lock_file(kind: Kind) -> Path:
    """The pinned packages of one kind of environment."""
    return ROOT / "deploy" / f"{kind}.lock.txt"


def ready(kind: Kind) -> Path:
    """The interpreter of an environment good for ``kind``; made or completed first if need be."""
    stamped = _stamp()
    kind = "test" if "test" in (kind, stamped.get("kind")) else "demo"
    if stamped != {"kind": kind, "of": _fingerprint(kind)}:
        STAMP.unlink(missing_ok=True)
        _make()
        _fill(kind)
        STAMP.write_text(json.dumps({"kind": kind, "of": _fingerprint(kind)}), encoding="utf-8")
    return _python()


def variables() -> dict[str, str]:
    """What every command of ours sees: the caller's variables without the ones that mislead Python and pip."""
    return {name: value for name, value in os.environ.items() if name not in MISLEADING}


def run(program: Path | str, *arguments: str, extra: dict[str, str] | None = None) -> int:
    """Run in the repository's folder and give the exit code. Ctrl-C reaches the program, which ends as it likes."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return subprocess.call([str(program), *arguments], cwd=ROOT, env=variables() | (extra or {}))
    finally:
        signal.signal(signal.SIGINT, before)


def _python() -> Path:
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _stamp() -> dict[str, str]:
    try:
        content = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _fingerprint(kind: Kind) -> str:
    """Changes when the environment has to: other pins, other metadata, another Python, another place."""
    digest = hashlib.sha256()
    for part in (lock_file(kind).read_bytes(), (ROOT / "pyproject.toml").read_bytes()):
        digest.update(hashlib.sha256(part).digest())
    digest.update("\0".join([sys.version, sys.base_prefix, platform.machine(), str(ROOT)]).encode())
    return digest.hexdigest()


def _make() -> None:
    """A virtual environment of this Python, unless a sound one is there."""
    if _sound():
        return
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        raise SetupError(
            "this Python cannot make a virtual environment. On Debian or Ubuntu: apt install python3-venv, then run the"
            " same command again."
        )
    print(f"Making {VENV.name} with Python {platform.python_version()} …", flush=True)
    if VENV.exists() and Path(sys.prefix) == VENV:
        raise SetupError(".venv is broken and runs this very command; delete it and use another Python.")
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run(
        [sys.executable, "-I", "-m", "venv", str(VENV)], env=variables(), capture_output=True, text=True, check=False
    )
    if made.returncode:
        reason = (made.stderr or made.stdout).strip().splitlines() or ["no reason given"]
        raise SetupError(f"no virtual environment could be made in {VENV}: {reason[-1]}")


def _sound() -> bool:
    """Whether ``.venv`` runs, has pip, and is of the Python that started us."""
    question = (
        "import importlib.util as u, sys; print(*sys.version_info[:3], sys.base_prefix, u.find_spec('pip') is not None)"
    )
    try:
        answer = subprocess.run(
            [str(_python()), "-I", "-c", question], capture_output=True, text=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.stdout.strip() == " ".join(map(str, (*sys.version_info[:3], sys.base_prefix, True)))


def _fill(kind: Kind) -> None:
    """The pinned packages, then this project itself as it lies here."""
    pins = sum(1 for line in lock_file(kind).read_text(encoding="utf-8").splitlines() if "==" in line)
    print(f"Installing {pins} pinned packages, once …", flush=True)
    # Only ready-made packages: nothing of theirs is run while they are installed.
    _pip("--only-binary", ":all:", "--require-hashes", "-r", str(lock_file(kind)))
    _pip("--no-deps", "--no-build-isolation", "--no-index", "-e", str(ROOT))


def _pip(*arguments: str) -> None:
    options = ("--quiet", "--no-input", "--disable-pip-version-check", "--no-warn-script-location")
    pip = [str(_python()), "-I", "-m", "pip", "install", *options, *arguments]
    done = subprocess.run(pip, cwd=ROOT, env=variables(), capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout + done.stderr, file=sys.stderr)
        raise SetupError(
            "the packages could not be installed (pip's own words are above). If the network was away, run the same"
            " command again: it goes on where it stopped."
        )
