"""What others send to whoever types a command: a node's description, by its address or in a file; a tabulation."""

from __future__ import annotations

from pathlib import Path

from coupole.errors import CoupoleError
from coupole.standard.reading import canonical, parse


class DescriptorFileInvalid(CoupoleError):
    """The file does not hold the description of a node."""


class DirectoryFileInvalid(CoupoleError):
    """The file does not hold a directory with its signature."""


class TabulationFileInvalid(CoupoleError):
    """The file does not hold a tabulation plan with its signature."""


def introduced(source: str) -> tuple[bytes, str]:
    """The bytes of a node's description and the signature beside them; nothing of it is checked here.

    ``source``: an address (``https://…``), which is asked, or a file. Raises ``DescriptorFileInvalid``, ``NodeError``.
    """
    if not source.startswith(("https://", "http://")):
        return read_file(Path(source))
    import asyncio

    from coupole_client import NodeClient

    async def ask() -> tuple[bytes, str]:
        async with NodeClient(source) as node:
            answer = await node.descriptor()
            return answer.raw, answer.signature

    return asyncio.run(ask())


def read_file(path: Path) -> tuple[bytes, str]:
    """A description from ``{"descriptor": …, "signature": "…"}``, as ``coupole node descriptor`` writes it."""
    return _signed(path, "descriptor", DescriptorFileInvalid)


def read_tabulation_file(path: Path) -> tuple[bytes, str]:
    """A tabulation from ``{"tabulation": …, "signature": "…"}``, as its hub sends it to a trustee."""
    return _signed(path, "tabulation", TabulationFileInvalid)


def read_directory_file(path: Path) -> tuple[bytes, str]:
    """A directory from ``{"directory": …, "signature": "…"}``, as it was signed on another machine."""
    return _signed(path, "directory", DirectoryFileInvalid)


def _signed(path: Path, name: str, invalid: type[CoupoleError]) -> tuple[bytes, str]:
    try:
        document = parse(path.read_bytes())
        found, signature = document[name], document["signature"]
    except (OSError, CoupoleError, TypeError, KeyError):
        raise invalid() from None
    if not isinstance(signature, str) or not isinstance(found, str | dict):
        raise invalid()
    # Only one way of writing a document is signed: an object is the same text.
    return found.encode() if isinstance(found, str) else canonical(found), signature
