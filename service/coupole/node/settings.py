"""What the operator of a node decides: ``coupole.toml`` in the node directory, overruled by ``COUPOLE_NODE_*``.

No secret stands here: keys are files of their own in the key directory, which must lie outside the node directory, so
that a copy of the one never holds the other.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_settings import SettingsConfigDict

from coupole.errors import CoupoleError
from coupole.web.settings import LOOPBACK, PartySettings, address

MAIL_PASSWORD = "mail-password"  # noqa: S105  # the name of a file
"""The file in the key directory that holds the mail server's password."""
PURPOSES = {"master": "aes", "token": "es256", "sign": "ed25519", "cell": "secret32"}
"""What a node has keys for: wrapping the keys of people, tokens, signatures, the noise in its releases."""


class SettingsInvalid(CoupoleError):
    """The settings of this node do not hold."""


class SettingsMissing(CoupoleError):
    """There is no node in this directory."""


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
    """As ``address``, but it may have a path, and may be nothing."""
    parts = urlsplit(value)
    if value and parts.path not in ("", "/"):
        address(f"{parts.scheme}://{parts.netloc}")
        if value != f"{parts.scheme}://{parts.netloc}{parts.path}":
            raise ValueError("must be a plain address such as https://login.example.org/realm")
    elif value:
        address(value.removesuffix("/"))
    return value


class NodeSettings(PartySettings):
    """What the operator of a node decides."""

    model_config = SettingsConfigDict(env_prefix="COUPOLE_NODE_")
    invalid = SettingsInvalid
    missing = SettingsMissing
    database_file = "node.sqlite"

    directory: Path = Path("node")
    """The node directory: settings and database."""
    node_id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,38}[a-z0-9]$")
    """Short name of this node, the first part of every identifier it gives. Never changed afterwards."""
    name: str = Field(min_length=1, max_length=200)
    """Name of the organisation, as members and the umbrella read it."""
    issuer: Annotated[str, AfterValidator(address)]
    """Address under which others reach this node, without a slash at the end; tokens are good for it alone."""
    database_url: str = ""
    """Where records are kept. Default: ``node.sqlite`` in the node directory; ``postgresql+psycopg://…`` otherwise."""
    language: Literal["en", "nl", "fr", "it"] = "en"
    """Language of pages and messages when a person has not chosen one."""
    country: str = Field(default="BE", pattern=r"^[A-Z]{2}$")
    """ISO 3166-1 code of the country whose rules apply."""
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
    """Where staff have accounts elsewhere (OpenID Connect). Default: nowhere, and nobody signs in that way.

    An invited colleague comes straight in when its ID token bears their ``email`` and ``email_verified``.
    """
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
