"""What the operator of a hub decides: ``coupole.toml`` in the hub directory, overruled by ``COUPOLE_HUB_*``.

No secret stands here: the keys are a file of their own in the key directory, outside the hub directory.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_settings import SettingsConfigDict

from coupole.errors import CoupoleError
from coupole.web.settings import PartySettings, address

PURPOSES = {"client": "es256", "dpop": "es256", "sign": "ed25519"}
"""What a hub has keys for: signing in at nodes, binding tokens, signing publications."""


class HubSettingsInvalid(CoupoleError):
    """The settings of this hub do not hold."""


class HubSettingsMissing(CoupoleError):
    """There is no hub in this directory."""


class HubSettings(PartySettings):
    """What the operator of a hub decides."""

    model_config = SettingsConfigDict(env_prefix="COUPOLE_HUB_")
    invalid = HubSettingsInvalid
    missing = HubSettingsMissing
    database_file = "hub.sqlite"

    directory: Path = Path("hub")
    """The hub directory: settings and database."""
    name: str = Field(min_length=1, max_length=200)
    """Name of the federation, as readers of its figures see it."""
    issuer: Annotated[str, AfterValidator(address)]
    """Address under which readers reach this hub, without a slash at the end."""
    client_id: str = Field(default="hub", pattern=r"^[a-z][a-z0-9-]{1,38}[a-z0-9]$")
    """Name under which members register this hub as a client of their nodes."""
    database_url: str = ""
    """Where everything is kept. Default: ``hub.sqlite`` in the hub directory; ``postgresql+psycopg://…`` otherwise.

    With PostgreSQL, ``coupole hub work`` helps to collect from further machines. Tasks under way are kept there in a
    schema ``dbos``, which the account must be allowed to make.
    """
    language: Literal["en", "nl", "fr", "it"] = "en"
    """Language of pages and messages when a reader has not chosen one."""
    catalogue: str = "core"
    """The catalogue of indicators that is collected."""
    catalogue_version: str = "1.0.0"
    """The version of that catalogue."""
    asks_every: Literal["month", "quarter", "year"] = "month"
    """How often members are asked for their figures, as they read it before they join."""
    group_members: int = Field(default=20, ge=8, le=10_000)
    """From how many members on the sealed totals of a group are shown apart; smaller groups are put together."""
    collects_by_itself: bool = True
    """Whether the running service collects and publishes each period when it is over, in that rhythm."""
    collects_after_days: int = Field(default=5, ge=1, le=90)
    """How many days after the end of a period members are asked for it first."""
    collects_at_hour: int = Field(default=3, ge=0, le=23)
    """At which hour of that day (UTC)."""
    collects_again_days: int = Field(default=7, ge=1, le=90)
    """After how many days all are asked again, as long as there is grace: late members then come into the figures."""
    grace_days: int = Field(default=35, ge=0, le=366)
    """For how many days after it was first collected a period is collected again. Some figures settle after 28 days."""
    port: int = Field(default=8200, ge=1, le=65535)
    """Port to listen on."""
    concurrency: int = Field(default=64, ge=1, le=256)
    """How many members are asked at the same time, by all workers together."""
    per_host: int = Field(default=16, ge=1, le=256)
    """How many of them on one machine, by each worker: members may share a provider."""
    ask_again_seconds: float = Field(default=30.0, ge=0, le=3600)
    """For how long a member that cannot be reached is asked again, three times, before a collection ends."""
    pull_seconds: float = Field(default=60.0, gt=0, le=600)
    """Longest time a member may take to answer, signing in included."""
    max_release_bytes: int = Field(default=4_000_000, ge=100_000, le=20_000_000)
    """Largest release that is read."""
