"""What the operator of a hub decides: ``coupole.toml`` in the hub directory, overruled by ``COUPOLE_HUB_*``.

No secret stands here: the keys are a file of their own in the key directory, outside the hub directory.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from coupole.errors import CoupoleError, Finding

FILE = "coupole.toml"
RING = "ring.json"
PURPOSES = {"client": "es256", "dpop": "es256", "sign": "ed25519"}
"""What a hub has keys for: signing in at nodes, binding tokens, signing publications."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class HubSettingsInvalid(CoupoleError):
    """The settings of this hub do not hold."""


class HubSettingsMissing(CoupoleError):
    """There is no hub in this directory."""


def _issuer(value: str) -> str:
    """A base URL: https, or http on this very machine; no path, query or trailing slash."""
    parts = urlsplit(value)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError("must begin with https:// (http:// only on this machine)")
    if not parts.hostname or parts.username or value != f"{parts.scheme}://{parts.netloc}":
        raise ValueError("must be a plain address such as https://hub.example.org")
    return value


class HubSettings(BaseSettings):
    """What the operator of a hub decides."""

    model_config = SettingsConfigDict(
        env_prefix="COUPOLE_HUB_", frozen=True, extra="forbid", use_attribute_docstrings=True
    )

    directory: Path = Path("hub")
    """The hub directory: settings and database."""
    name: str = Field(min_length=1, max_length=200)
    """Name of the federation, as readers of its figures see it."""
    issuer: Annotated[str, AfterValidator(_issuer)]
    """Address under which readers reach this hub, without a slash at the end."""
    client_id: str = Field(default="hub", pattern=r"^[a-z][a-z0-9-]{1,38}[a-z0-9]$")
    """Name under which members register this hub as a client of their nodes."""
    keys: Path | None = None
    """The key directory. Default: the hub directory's name with ``-keys`` behind it, beside it."""
    database_url: str = ""
    """Where everything is kept. Default: ``hub.sqlite`` in the hub directory; ``postgresql+psycopg://…`` otherwise."""
    language: Literal["en", "nl", "fr", "it"] = "en"
    """Language of pages and messages when a reader has not chosen one."""
    catalogue: str = "core"
    """The catalogue of indicators that is collected."""
    catalogue_version: str = "1.0.0"
    """The version of that catalogue."""
    host: str = "127.0.0.1"
    """Network address to listen on. Behind a proxy on the same machine the default is right."""
    port: int = Field(default=8200, ge=1, le=65535)
    """Port to listen on."""
    concurrency: int = Field(default=64, ge=1, le=256)
    """How many members are asked at the same time."""
    pull_seconds: float = Field(default=60.0, gt=0, le=600)
    """Longest time a member may take to answer, signing in included."""
    max_release_bytes: int = Field(default=4_000_000, ge=100_000, le=20_000_000)
    """Largest release that is read."""

    @model_validator(mode="after")
    def _keys_apart(self) -> Self:
        """Whoever copies the hub directory must not copy the keys with it."""
        if self.key_directory.absolute().is_relative_to(self.directory.absolute()):
            raise ValueError("the key directory must not lie in the hub directory")
        return self

    @property
    def key_directory(self) -> Path:
        """Where ``ring.json`` is."""
        return self.keys or self.directory.with_name(self.directory.name + "-keys")

    @property
    def ring(self) -> Path:
        """The file of the keys."""
        return self.key_directory / RING

    @property
    def database(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.directory.absolute() / 'hub.sqlite'}"

    @classmethod
    def checked(cls, values: dict[str, Any]) -> HubSettings:
        """Settings from these values and the environment. Raises ``HubSettingsInvalid``."""
        try:
            return cls(**(values | EnvSettingsSource(cls)()))
        except ValidationError as error:
            raise HubSettingsInvalid(findings=_findings(error)) from None

    @classmethod
    def load(cls, directory: Path) -> HubSettings:
        """The settings of the hub in ``directory``. Raises ``HubSettingsMissing``, ``HubSettingsInvalid``."""
        try:
            text = (directory / FILE).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise HubSettingsMissing() from None
        try:
            values = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            raise HubSettingsInvalid(findings=[Finding("settings_not_toml")]) from None
        return cls.checked(values | {"directory": directory})

    def save(self) -> None:
        """Write ``coupole.toml`` in the hub directory: what differs from the defaults."""
        values = self.model_dump(mode="json", exclude={"directory"}, exclude_defaults=True)
        # A JSON string or number is a TOML one as well.
        lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in values.items()]
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / FILE).write_text("".join(lines), encoding="utf-8")


def _findings(error: ValidationError) -> list[Finding]:
    """Which setting is wrong, never its value: a database URL may hold a password."""
    return [
        Finding("setting_invalid", "/" + "/".join(str(part) for part in found["loc"]), found["type"])
        for found in error.errors(include_input=False, include_url=False, include_context=False)
    ]
