"""What the operator of a trustee decides: ``coupole.toml`` in its directory, overruled by ``COUPOLE_TRUSTEE_*``.

No secret stands here: the keys are a file of their own in the key directory, outside the trustee directory.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from coupole.errors import CoupoleError
from coupole.web.settings import PartySettings

PURPOSES = {"sign": "ed25519"}
"""What a trustee has keys for: signing whatever it says. Keys of months and epochs are files of their own."""


class TrusteeSettingsInvalid(CoupoleError):
    """The settings of this trustee do not hold."""


class TrusteeSettingsMissing(CoupoleError):
    """There is no trustee in this directory."""


class TrusteeSettings(PartySettings):
    """What the operator of a trustee decides."""

    model_config = SettingsConfigDict(env_prefix="COUPOLE_TRUSTEE_")
    invalid = TrusteeSettingsInvalid
    missing = TrusteeSettingsMissing
    database_file = "trustee.sqlite"

    directory: Path = Path("trustee")
    """The trustee directory: settings and database."""
    quorum: int = Field(default=5, ge=5, le=1000)
    """Fewest members whose shares are ever added up (release protocol 3.5, T4)."""
    port: int = Field(default=8300, ge=1, le=65535)
    """Port to listen on."""
