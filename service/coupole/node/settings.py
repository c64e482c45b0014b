"""What the operator of a node decides: ``coupole.toml`` in the node directory, overruled by ``COUPOLE_NODE_*``.

No secret stands here: keys are files of their own in the key directory, which must lie outside the node directory, so
that a copy of the one never holds the other.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError, ValidationInfo, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from coupole.errors import CoupoleError, Finding

FILE = "coupole.toml"
RING = "ring.json"
MAIL_PASSWORD = "mail-password"  # noqa: S105  # the name of a file
"""The file in the key directory that holds the mail server's password."""
PURPOSES = {"master": "aes", "token": "es256", "sign": "ed25519", "cell": "secret32"}
"""What a node has keys for: wrapping the keys of people, tokens, signatures, the noise in its releases."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class SettingsInvalid(CoupoleError):
    """The settings of this node do not hold."""


class SettingsMissing(CoupoleError):
    """There is no node in this directory."""


def _issuer(value: str) -> str:
    """A base URL: https, or http on this very machine; no path, query or trailing slash."""
    parts = urlsplit(value)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError("must begin with https:// (http:// only on this machine)")
    if not parts.hostname or parts.username or value != f"{parts.scheme}://{parts.netloc}":
        raise ValueError("must be a plain address such as https://node.example.org")
    return value


def _encrypted(value: str, others: ValidationInfo) -> str:
    """Letters leave this machine encrypted only."""
    if value == "none" and others.data.get("mail_host", "") not in ("", *LOOPBACK):
        raise ValueError("mail to another machine must be encrypted")
    return value


def _sender(value: str, others: ValidationInfo) -> str:
    """Letters come from somebody."""
    if others.data.get("mail_host") and not value:
        raise ValueError("mail_host needs mail_sender")
    return value


def _provider(value: str) -> str:
    """As ``_issuer``, but it may have a path, and may be nothing."""
    parts = urlsplit(value)
    if value and parts.path not in ("", "/"):
        _issuer(f"{parts.scheme}://{parts.netloc}")
        if value != f"{parts.scheme}://{parts.netloc}{parts.path}":
            raise ValueError("must be a plain address such as https://login.example.org/realm")
    elif value:
        _issuer(value.removesuffix("/"))
    return value


class NodeSettings(BaseSettings):
    """What the operator of a node decides."""

    model_config = SettingsConfigDict(
        env_prefix="COUPOLE_NODE_", frozen=True, extra="forbid", use_attribute_docstrings=True
    )

    directory: Path = Path("node")
    """The node directory: settings and database."""
    node_id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,38}[a-z0-9]$")
    """Short name of this node, the first part of every identifier it gives. Never changed afterwards."""
    name: str = Field(min_length=1, max_length=200)
    """Name of the organisation, as members and the umbrella read it."""
    issuer: Annotated[str, AfterValidator(_issuer)]
    """Address under which others reach this node, without a slash at the end; tokens are good for it alone."""
    keys: Path | None = None
    """The key directory. Default: the node directory's name with ``-keys`` behind it, beside it."""
    database_url: str = ""
    """Where records are kept. Default: ``node.sqlite`` in the node directory; ``postgresql+psycopg://…`` otherwise."""
    language: Literal["en", "nl", "fr", "it"] = "en"
    """Language of pages and messages when a person has not chosen one."""
    country: str = Field(default="BE", pattern=r"^[A-Z]{2}$")
    """ISO 3166-1 code of the country whose rules apply."""
    host: str = "127.0.0.1"
    """Network address to listen on. Behind a proxy on the same machine the default is right."""
    port: int = Field(default=8100, ge=1, le=65535)
    """Port to listen on."""
    token_seconds: int = Field(default=300, ge=30, le=300)
    """How long an access token is good for."""
    release_on_pull: bool = True
    """Whether a closed period is released when it is first asked for; otherwise only by ``coupole node release``."""
    max_document_bytes: int = Field(default=1_000_000, ge=10_000, le=10_000_000)
    """Largest single document that is read."""
    max_import_bytes: int = Field(default=200_000_000, ge=1_000_000, le=2_000_000_000)
    """Largest import that is read in one request."""
    session_idle_minutes: int = Field(default=15, ge=5, le=120)
    """After so long without a page somebody is signed out."""
    session_hours: int = Field(default=8, ge=1, le=24)
    """After so long somebody is signed out, however busy."""
    oidc_issuer: Annotated[str, AfterValidator(_provider)] = ""
    """Where staff have accounts elsewhere (OpenID Connect). Default: nowhere, and nobody signs in that way."""
    oidc_client_id: str = Field(default="", max_length=200)
    """What that provider calls this node; the secret stands in ``oidc-secret`` in the key directory."""
    oidc_name: str = Field(default="", max_length=60)
    """How people call that provider; its host name if not said."""
    mail_host: str = Field(default="", pattern=r"^[A-Za-z0-9.:-]{0,253}$")
    """Mail server that takes the weekly letters. Default: none, and no letter is sent."""
    mail_port: int = Field(default=587, ge=1, le=65535)
    """Port of the mail server."""
    mail_security: Annotated[Literal["starttls", "tls", "none"], AfterValidator(_encrypted)] = "starttls"
    """How the connection is encrypted: ``starttls`` (usual on 587), ``tls`` (465), ``none`` on this machine only."""
    mail_user: str = Field(default="", max_length=200)
    """Name to sign in to the mail server with; the password stands in ``mail-password`` in the key directory."""
    mail_sender: Annotated[str, AfterValidator(_sender)] = Field(
        default="", pattern=r"^([^\s@<>]+@[^\s@<>]+)?$", validate_default=True
    )
    """Address letters come from."""

    @model_validator(mode="after")
    def _keys_apart(self) -> Self:
        """Whoever copies the node directory must not copy the keys with it."""
        if self.key_directory.absolute().is_relative_to(self.directory.absolute()):
            raise ValueError("the key directory must not lie in the node directory")
        return self

    @property
    def key_directory(self) -> Path:
        """Where ``ring.json`` and the keys of people are."""
        return self.keys or self.directory.with_name(self.directory.name + "-keys")

    @property
    def database(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.directory.absolute() / 'node.sqlite'}"

    @classmethod
    def load(cls, directory: Path) -> NodeSettings:
        """The settings of the node in ``directory``. Raises ``SettingsMissing``, ``SettingsInvalid``."""
        try:
            text = (directory / FILE).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise SettingsMissing() from None
        try:
            written: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            raise SettingsInvalid(findings=[Finding("settings_not_toml")]) from None
        return cls.checked(written | EnvSettingsSource(cls)() | {"directory": directory})

    @classmethod
    def checked(cls, values: Mapping[str, Any]) -> NodeSettings:
        """Settings from plain values. Raises ``SettingsInvalid``."""
        try:
            return cls(**values)
        except ValidationError as error:
            raise SettingsInvalid(findings=_findings(error)) from None

    def save(self) -> None:
        """Write ``coupole.toml`` in the node directory: what differs from the defaults."""
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
