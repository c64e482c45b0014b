"""What the operator of a trustee decides: ``coupole.toml`` in its directory, overruled by ``COUPOLE_TRUSTEE_*``.

No secret stands here: the keys are a file of their own in the key directory, outside the trustee directory.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from coupole.errors import CoupoleError, Finding

FILE = "coupole.toml"
RING = "ring.json"
PURPOSES = {"sign": "ed25519"}
"""What a trustee has keys for: signing its roster and its log."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class TrusteeSettingsInvalid(CoupoleError):
    """The settings of this trustee do not hold."""


class TrusteeSettingsMissing(CoupoleError):
    """There is no trustee in this directory."""


def _issuer(value: str) -> str:
    """A base URL: https, or http on this very machine; no path, query or trailing slash."""
    parts = urlsplit(value)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError("must begin with https:// (http:// only on this machine)")
    if not parts.hostname or parts.username or value != f"{parts.scheme}://{parts.netloc}":
        raise ValueError("must be a plain address such as https://trustee.example.org")
    return value


class TrusteeSettings(BaseSettings):
    """What the operator of a trustee decides."""

    model_config = SettingsConfigDict(
        env_prefix="COUPOLE_TRUSTEE_", frozen=True, extra="forbid", use_attribute_docstrings=True
    )

    directory: Path = Path("trustee")
    """The trustee directory: settings and database."""
    name: str = Field(min_length=1, max_length=200)
    """Name of the organisation that is the trustee."""
    issuer: Annotated[str, AfterValidator(_issuer)]
    """Address under which members reach this trustee, without a slash at the end."""
    keys: Path | None = None
    """The key directory. Default: the trustee directory's name with ``-keys`` behind it, beside it."""
    database_url: str = ""
    """Where everything is kept. Default: ``trustee.sqlite`` in its directory; ``postgresql+psycopg://…`` otherwise."""
    quorum: int = Field(default=5, ge=5, le=1000)
    """Fewest members whose shares are ever added up (release protocol 3.5, T4)."""
    host: str = "127.0.0.1"
    """Network address to listen on. Behind a proxy on the same machine the default is right."""
    port: int = Field(default=8300, ge=1, le=65535)
    """Port to listen on."""

    @model_validator(mode="after")
    def _keys_apart(self) -> Self:
        """Whoever copies the trustee directory must not copy the keys with it."""
        if self.key_directory.absolute().is_relative_to(self.directory.absolute()):
            raise ValueError("the key directory must not lie in the trustee directory")
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
        return self.database_url or f"sqlite:///{self.directory.absolute() / 'trustee.sqlite'}"

    @classmethod
    def checked(cls, values: dict[str, Any]) -> TrusteeSettings:
        """Settings from these values and the environment. Raises ``TrusteeSettingsInvalid``."""
        try:
            return cls(**(values | EnvSettingsSource(cls)()))
        except ValidationError as error:
            raise TrusteeSettingsInvalid(findings=_findings(error)) from None

    @classmethod
    def load(cls, directory: Path) -> TrusteeSettings:
        """The settings in ``directory``. Raises ``TrusteeSettingsMissing``, ``TrusteeSettingsInvalid``."""
        try:
            text = (directory / FILE).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise TrusteeSettingsMissing() from None
        try:
            values = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            raise TrusteeSettingsInvalid(findings=[Finding("settings_not_toml")]) from None
        return cls.checked(values | {"directory": directory})

    def save(self) -> None:
        """Write ``coupole.toml`` in the trustee directory: what differs from the defaults."""
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
