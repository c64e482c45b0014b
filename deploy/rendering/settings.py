"""Examples of settings as variables, with the words that stand beside each setting in the sources."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from coupole.hub.settings import HubSettings
from coupole.node.settings import NodeSettings
from coupole.trustee.settings import TrusteeSettings

PARTIES: dict[str, type[BaseSettings]] = {"node": NodeSettings, "hub": HubSettings, "trustee": TrusteeSettings}


def examples() -> Iterator[tuple[str, str]]:
    """One example for each party."""
    for party, settings in PARTIES.items():
        yield party, "\n".join(_lines(party, settings))


def _lines(party: str, settings: type[BaseSettings]) -> Iterator[str]:
    yield f"# Settings of a {party} as variables. `coupole {party} init` writes coupole.toml in the {party} directory;"
    yield "# a variable overrules what stands there. Keys and passwords are never settings."
    yield "# Rendered from the sources by `python3 deploy render`."
    prefix = settings.model_config["env_prefix"]
    for name, field in settings.model_fields.items():
        if name == "directory":  # said on the command line
            continue
        yield ""
        yield from (f"# {line}" for line in textwrap.wrap(field.description or "", 116))
        variable = f"{prefix}{name.upper()}"
        if field.default is PydanticUndefined:
            yield f"{variable}="
        else:
            yield f"# {variable}={'' if field.default in (None, ()) else field.default}"
    yield ""
