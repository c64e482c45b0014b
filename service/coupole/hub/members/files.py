"""A descriptor in a file: how it reaches the hub when nobody wants to type an address."""

from __future__ import annotations

from coupole.errors import CoupoleError
from coupole.standard.reading import parse


class DescriptorFileInvalid(CoupoleError):
    """The file does not hold the description of a node."""


def read_file(raw: bytes) -> tuple[bytes, str]:
    """The descriptor's bytes and its signature from ``{"descriptor": "…", "signature": "…"}``.

    Raises ``DescriptorFileInvalid``. Whether the signature holds is not looked at here.
    """
    try:
        document = parse(raw)
    except CoupoleError:
        raise DescriptorFileInvalid() from None
    if not isinstance(document, dict):
        raise DescriptorFileInvalid()
    found, signature = document.get("descriptor"), document.get("signature")
    if not isinstance(found, str) or not isinstance(signature, str):
        raise DescriptorFileInvalid()
    return found.encode(), signature
