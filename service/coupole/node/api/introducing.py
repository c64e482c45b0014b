"""How a node introduces itself: its descriptor, signed with its own key."""

from __future__ import annotations

from importlib import metadata
from typing import Protocol

from coupole import standard
from coupole.standard.catalogue import Catalogue
from coupole.wire import descriptor, documents
from coupole.wire.keys import KeyRing


class Introduced(Protocol):
    """Who is introduced: the settings of a node, or anything that says the same."""

    @property
    def node_id(self) -> str:
        """Short name of the node."""

    @property
    def name(self) -> str:
        """Name of the organisation."""

    @property
    def issuer(self) -> str:
        """Its address."""

    @property
    def country(self) -> str:
        """ISO 3166-1 code."""

    @property
    def language(self) -> str:
        """Language of its pages."""


def software_version() -> str:
    """The version of this program; none in a checkout that was not installed."""
    try:
        return metadata.version("coupole")
    except metadata.PackageNotFoundError:
        return "0"


def signed_descriptor(who: Introduced, ring: KeyRing, catalogue: Catalogue) -> tuple[bytes, str]:
    """The descriptor, canonical JSON, and its signature."""
    raw = descriptor.write_descriptor(
        node=who.node_id,
        name=who.name,
        issuer=who.issuer,
        software={"name": "coupole", "version": software_version()},
        standard_versions=[standard.VERSION],
        catalogues=[{"id": catalogue.id, "version": catalogue.version}],
        keys=ring.public_set("sign"),
        country=who.country,
        languages=[who.language],
    )
    return raw, documents.sign(descriptor.KIND, raw, ring.active("sign"))
