"""`coupole trustee directory`: what a federation says of its members, beside whom this trustee admitted itself.

The directory decides nothing here: a trustee believes its own roster. It is kept in a file of the trustee's directory,
with the keys that a person compared, and goes on to be read while the hub is down.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coupole.cli.opened import AsJson, answer, say
from coupole.errors import CoupoleError

if TYPE_CHECKING:
    from coupole.wire.directory import Directory as Members

FILE = "directory.json"

Directory = Annotated[Path, typer.Argument(help="The trustee directory.")]


class DirectoryKeyUnconfirmed(CoupoleError):
    """The key of this directory was not confirmed by a person of the trustee."""


def directory(
    directory: Directory,
    source: Annotated[
        str | None, typer.Argument(help="Address of the hub, or a signed file. None: the last one.")
    ] = None,
    fingerprint: Annotated[
        str | None, typer.Option(help="Of the directory's key, as the hub's people read it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take a federation's signed list of members, and show where it differs from whom you admitted."""
    from coupole.cli.trustee import opened
    from coupole.trustee import store
    from coupole.wire.directory import ends_soon, parse_directory

    with opened(directory) as (_trustee, session):
        roster = store.members(store.newest(session))
    file = directory / FILE
    if source:
        _take(file, *_read(source), fingerprint)
    if not file.exists():
        return say("No directory was taken yet.")
    document = parse_directory(json.loads(file.read_text(encoding="utf-8"))["directory"].encode())
    differing = _differing(document, roster)
    if as_json:
        return answer({"number": document["number"], "expires_at": document["expires_at"], "differing": differing})
    say(f"{document['federation']}, directory {document['number']}, good until {document['expires_at'][:10]}")
    for line in differing:
        typer.echo(line)
    if ends_soon(document, datetime.now(UTC)):
        say("It ends within 30 days: ask the hub's people for a new one.")


def _read(source: str) -> tuple[bytes, str]:
    if not source.startswith(("https://", "http://")):
        from coupole.cli.introductions import read_directory_file

        return read_directory_file(Path(source))
    from coupole_client import HubClient

    async def ask() -> tuple[bytes, str]:
        async with HubClient(source) as hub:
            found = await hub.directory()
            return found.raw, found.signature

    return asyncio.run(ask())


def _take(file: Path, raw: bytes, signature: str, heard: str | None) -> None:
    """Keep a directory that follows the one before, by its keys; the first one by a fingerprint that was heard."""
    from coupole.wire.descriptor import fingerprint, fingerprint_matches, signing_key
    from coupole.wire.directory import parse_directory, read_directory
    from coupole.wire.documents import verify

    now = datetime.now(UTC)
    if file.exists():
        kept = json.loads(file.read_text(encoding="utf-8"))
        if kept["directory"].encode() == raw:
            return
        before = parse_directory(kept["directory"].encode())
        read_directory(raw, signature, before["keys"], hub=before["hub"], after=before["number"], now=now)
    else:
        document = parse_directory(raw)
        verify("directory", raw, signature, document["keys"])
        key = signing_key(document, signature)
        if not heard or not fingerprint_matches(key, heard):
            raise DirectoryKeyUnconfirmed(fingerprint=fingerprint(key))
        read_directory(raw, signature, document["keys"], hub=document["hub"], after=0, now=now)
    text = json.dumps({"directory": raw.decode(), "signature": signature}, ensure_ascii=False, indent=1)
    file.write_text(text + "\n", encoding="utf-8")


def _differing(document: Members, roster: Sequence[Mapping[str, Any]]) -> list[str]:
    """Where a federation and its trustee believe something else of a member."""
    own = {one["node"]: one for one in roster if one["state"] != "retired"}
    found = []
    for one in document["members"]:
        admitted = own.pop(one["node"], None)
        if admitted is None:
            found += [f"{one['node']}: a member there, not admitted here"] if one["state"] == "active" else []
        elif one["state"] != "active":
            found.append(f"{one['node']}: {one['state']} there, {admitted['state']} here")
        elif admitted["key"]["x"] not in [key["x"] for key in one["keys"]["keys"]]:
            found.append(f"{one['node']}: signs with another key there; compare its fingerprint with its own people")
    return [*found, *(f"{node}: admitted here, unknown there" for node in own)]
