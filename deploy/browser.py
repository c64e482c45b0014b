"""The browser of the tests: named, found, or fetched. A machine without one is an error of ``test``, never a skip.

1. ``COUPOLE_BROWSER``  2. on PATH (or where macOS and Windows keep theirs)  3. apt, as root  4. apt's packages unpacked
under ``.venv``, as anybody  5. the npm package @sparticuz/chromium  - else one sentence that says what to do.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

from deploy.environment import VENV, SetupError, variables

FETCHED = VENV / "browser"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "chrome", "msedge")
ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
# chromium alone brings no letters at all: text would be measured and drawn as empty boxes.
DEBIAN = ("chromium", "fonts-dejavu-core")
NPM = "@sparticuz/chromium@153.0.0"
UNBROTLI = """
const { readFileSync, writeFileSync } = require("fs");
writeFileSync(process.argv[2], require("zlib").brotliDecompressSync(readFileSync(process.argv[1])));
"""
TEN_MINUTES = 600


def find() -> Path:
    """A browser that answers ``--version``. Raises ``SetupError``."""
    if named := os.environ.get("COUPOLE_BROWSER"):
        if not _answers(Path(named)):
            raise SetupError(f"COUPOLE_BROWSER names {named}, which does not run as a browser.")
        return Path(named)
    wrapper = FETCHED / "chromium"
    present = [Path(found) for name in NAMES if (found := shutil.which(name))] + [Path(place) for place in ELSEWHERE]
    for candidate in [*present, wrapper]:
        if _answers(candidate):
            return candidate
    ways: tuple[Callable[[], Path], ...] = (_apt_as_root, _apt_unpacked, _npm)
    for way in ways:
        try:
            if _answers(fetched := way()):
                return fetched
        except (OSError, subprocess.SubprocessError, StopIteration) as reason:
            print(f"  not this way: {reason}", flush=True)
    raise SetupError(
        "the tests need a browser and none could be found or fetched. Install Chromium or Chrome, or set"
        " COUPOLE_BROWSER to the path of one."
    )


def _answers(browser: Path) -> bool:
    if not browser.is_file():
        return False
    try:
        return _call(str(browser), "--version", seconds=60).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def _call(*command: str, cwd: Path | None = None, seconds: int = TEN_MINUTES) -> subprocess.CompletedProcess[str]:
    """Run and capture; raises ``CalledProcessError`` when it fails, ``TimeoutExpired`` when it hangs."""
    environment = variables() | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds,
    )


def _need(program: str) -> None:
    if not shutil.which(program):
        raise FileNotFoundError(f"no {program} on this machine")


def _apt_as_root() -> Path:
    _need("apt-get")
    if os.geteuid() != 0:
        raise PermissionError("apt-get install needs root")
    print("Fetching a browser: apt-get install chromium …", flush=True)
    _call("apt-get", "update", "-qq")
    _call("apt-get", "install", "-qq", "--no-install-recommends", *DEBIAN)
    return Path(shutil.which("chromium") or "chromium")


def _apt_unpacked() -> Path:
    """Debian's packages without root: lists of our own, downloaded, unpacked beside each other, run in place."""
    _need("apt-get")
    _need("dpkg-deb")
    print("Fetching a browser: Debian's packages, unpacked under .venv …", flush=True)
    shutil.rmtree(FETCHED, ignore_errors=True)
    state, packages, root = FETCHED / "lists", FETCHED / "packages", FETCHED / "root"
    for folder in (state / "lists/partial", state / "cache/archives/partial", packages, root):
        folder.mkdir(parents=True)
    own = (
        f"-oDir::State::Lists={state / 'lists'}",
        f"-oDir::Cache={state / 'cache'}",
        "-oDebug::NoLocking=1",
        "-oAPT::Sandbox::User=",
    )
    _call("apt-get", *own, "update", "-qq")
    planned = _call("apt-get", *own, "install", "-s", "--no-install-recommends", *DEBIAN).stdout
    names = [line.split()[1] for line in planned.splitlines() if line.startswith("Inst ")]
    _call("apt-get", *own, "download", "-qq", *names, cwd=packages)
    for package in packages.glob("*.deb"):
        _call("dpkg-deb", "-x", str(package), str(root))
    for spent in (state, packages):
        shutil.rmtree(spent)
    libraries = {str(found.parent) for found in (root / "usr/lib").rglob("*.so*") if "chromium" not in found.parts}
    return _wrapper(next(root.glob("usr/lib/chromium/chromium")), sorted(libraries), root / "usr/share/fonts")


def _npm() -> Path:
    """Chromium as one npm package: brotli archives that Node itself can open."""
    _need("npm")
    _need("node")
    print(f"Fetching a browser: npm's {NPM} …", flush=True)
    shutil.rmtree(FETCHED, ignore_errors=True)
    FETCHED.mkdir(parents=True)
    _call("npm", "install", "--no-save", "--ignore-scripts", "--prefix", str(FETCHED), NPM)
    archives = FETCHED / "node_modules/@sparticuz/chromium/bin"
    opened = FETCHED / "opened"
    opened.mkdir()
    for archive in sorted(archives.rglob("*.br")):
        _call("node", "-e", UNBROTLI, str(archive), str(opened / archive.stem))
    for archive in sorted(opened.glob("*.tar")):
        with tarfile.open(archive) as content:
            # Python before 3.11.4 has no filter: there the archive of that one package is taken as it is.
            content.extraction_filter = getattr(tarfile, "data_filter", lambda member, _folder: member)
            content.extractall(opened)  # noqa: S202
        archive.unlink()
    program = opened / "chromium"
    program.chmod(0o755)
    libraries = {str(found.parent) for found in opened.rglob("*.so*")}
    return _wrapper(program, sorted(libraries), opened / "fonts")


def _wrapper(program: Path, libraries: list[str], fonts: Path) -> Path:
    """A script that runs ``program`` with the libraries and letters that were fetched with it."""
    configuration = FETCHED / "fonts.conf"
    configuration.write_text(
        '<?xml version="1.0"?><fontconfig>'
        f'<dir>/usr/share/fonts</dir><dir>{fonts}</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>\n',
        encoding="utf-8",
    )
    wrapper = FETCHED / "chromium"
    wrapper.write_text(
        "#!/bin/sh\n"
        f"export LD_LIBRARY_PATH={shlex.quote(':'.join(libraries))}\n"
        f"export FONTCONFIG_FILE={shlex.quote(str(configuration))}\n"
        f'exec {shlex.quote(str(program))} "$@"\n',
        encoding="utf-8",
    )
    wrapper.chmod(0o755)
    return wrapper
