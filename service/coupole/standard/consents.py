"""What a person said of a purpose: agreed to it, took it back, or was never asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

STATISTICS = "statistics"


class Consent(NamedTuple):
    """What a person said last of a purpose. ``stands``: it was not taken back; ``day``: since when."""

    stands: bool
    day: str


def consent(participant: Mapping[str, Any], purpose: str) -> Consent | None:
    """What the person said last of that purpose; none when they were not asked. Of one day, that it was taken back."""
    said = [one for one in participant.get("consents") or () if one["purpose"] == purpose]
    if not said:
        return None
    last = max(said, key=lambda one: (str(one["granted_on"]), bool(one.get("withdrawn_on"))))
    withdrawn = last.get("withdrawn_on")
    return Consent(not withdrawn, withdrawn or last["granted_on"])


def left_out(participant: Mapping[str, Any]) -> bool:
    """Whether the person is in no figure but those that a law demands: they took back their consent to statistics.

    Nobody is asked for consent to be counted. Whoever was, and takes it back, or objects (GDPR 21), is heard; it is
    written down in the same place.
    """
    said = consent(participant, STATISTICS)
    return said is not None and not said.stands
