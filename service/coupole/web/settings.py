"""What the settings of a node, a hub and a trustee share: ``coupole.toml`` in a directory, overruled by variables.

No secret stands there: keys are files of their own in the key directory, which must lie outside that directory, so that
a copy of the one never holds the other.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from coupole.errors import CoupoleError, Finding

FILE = "coupole.toml"
RING = "ring.json"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
THIS_MACHINE = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


def address(value: str) -> str:
    """A base URL: https, or http on this very machine; no path, query or trailing slash."""
    parts = urlsplit(value)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError("must begin with https:// (http:// only on this machine)")
    if not parts.hostname or parts.username or value != f"{parts.scheme}://{parts.netloc}":
        raise ValueError("must be a plain address such as https://coupole.example.org")
    return value


class PartySettings(BaseSettings):
    """What the operator of any party decides; each party says in its own words what that means there."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    invalid: ClassVar[type[CoupoleError]]
    """What is raised for settings that do not hold."""
    missing: ClassVar[type[CoupoleError]]
    """What is raised for a directory without settings."""
    database_file: ClassVar[str]
    """The database in the directory, unless a setting says where else."""

    directory: Path
    """Where settings and database are."""
    name: str = Field(min_length=1, max_length=200)
    """Name of the organisation."""
    issuer: Annotated[str, AfterValidator(address)]
    """Address under which others reach this service, without a slash at the end."""
    keys: Path | None = None
    """The key directory. Default: the name of the directory with ``-keys`` behind it, beside it."""
    database_url: str = ""
    """Where everything is kept. Default: a file in the directory; ``postgresql+psycopg://…`` otherwise."""
    host: str = "127.0.0.1"
    """Network address to listen on. Behind a proxy on the same machine the default is right."""
    port: int = Field(ge=1, le=65535)
    """Port to listen on."""
    inside: tuple[IPv4Network | IPv6Network, ...] = ()
    """Networks inside a house that others of the federation may stand in, such as ``["10.1.0.0/16"]``.

    Default: none but this very machine, and that only while this service itself is reached there.
    """

    @model_validator(mode="after")
    def _keys_apart(self) -> Self:
        """Whoever copies the directory must not copy the keys with it."""
        if self.key_directory.absolute().is_relative_to(self.directory.absolute()):
            raise ValueError("the key directory must not lie in the directory")
        return self

    @property
    def file(self) -> Path:
        """The file of the settings."""
        return self.directory / FILE

    @property
    def key_directory(self) -> Path:
        """Where keys are."""
        return self.keys or self.directory.with_name(self.directory.name + "-keys")

    @property
    def ring(self) -> Path:
        """The file of this party's own keys."""
        return self.key_directory / RING

    @property
    def reachable(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Networks inside a house where this service may go."""
        here = urlsplit(self.issuer).hostname in LOOPBACK
        return (*self.inside, *(THIS_MACHINE if here else ()))

    @property
    def database(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.directory.absolute() / self.database_file}"

    @classmethod
    def load(cls, directory: Path) -> Self:
        """The settings in ``directory``, variables first. Raises what ``missing`` and ``invalid`` say."""
        try:
            text = (directory / FILE).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise cls.missing() from None
        try:
            written: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            raise cls.invalid(findings=[Finding("settings_not_toml")]) from None
        return cls.checked(written | EnvSettingsSource(cls)() | {"directory": directory})

    @classmethod
    def checked(cls, values: Mapping[str, Any]) -> Self:
        """Settings from plain values, and variables where they say nothing. Raises what ``invalid`` says."""
        try:
            return cls(**values)
        except ValidationError as error:
            raise cls.invalid(findings=_findings(error)) from None

    def save(self) -> None:
        """Write ``coupole.toml``: what differs from the defaults."""
        values = self.model_dump(mode="json", exclude={"directory"}, exclude_defaults=True)
        # A JSON string or number is a TOML one as well.
        lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in values.items()]
        self.directory.mkdir(parents=True, exist_ok=True)
        self.file.write_text("".join(lines), encoding="utf-8")


def _findings(error: ValidationError) -> list[Finding]:
    """Which setting is wrong, never its value: a database URL may hold a password."""
    return [
        Finding("setting_invalid", "/" + "/".join(str(part) for part in found["loc"]), found["type"])
        for found in error.errors(include_input=False, include_url=False, include_context=False)
    ]
