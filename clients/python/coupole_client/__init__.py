"""Speak with a Coupole node from Python.

async with NodeClient("https://node.example.org", auth=credentials) as node:
    async for evaluation in node.list("evaluations", accompaniment="north:accompaniment:01J…"):
        …
"""

from coupole_client.auth import ClientCredentials
from coupole_client.client import Limits, NodeClient, SignedAnswer
from coupole_client.errors import (
    NodeAccessRefused,
    NodeAddressInside,
    NodeAddressInvalid,
    NodeAnswerInvalid,
    NodeBusy,
    NodeCertificateInvalid,
    NodeClockDiffers,
    NodeConflict,
    NodeDisconnected,
    NodeError,
    NodeFailed,
    NodeIdentityWrong,
    NodeInputRefused,
    NodeNotFound,
    NodeProblem,
    NodeRedirected,
    NodeRefused,
    NodeTimeout,
    NodeTokenDowngraded,
    NodeTooLarge,
    NodeUnreachable,
)
from coupole_client.hub import HubClient
from coupole_client.places import check_place

__all__ = [
    "ClientCredentials",
    "HubClient",
    "Limits",
    "NodeAccessRefused",
    "NodeAddressInside",
    "NodeAddressInvalid",
    "NodeAnswerInvalid",
    "NodeBusy",
    "NodeCertificateInvalid",
    "NodeClient",
    "NodeClockDiffers",
    "NodeConflict",
    "NodeDisconnected",
    "NodeError",
    "NodeFailed",
    "NodeIdentityWrong",
    "NodeInputRefused",
    "NodeNotFound",
    "NodeProblem",
    "NodeRedirected",
    "NodeRefused",
    "NodeTimeout",
    "NodeTokenDowngraded",
    "NodeTooLarge",
    "NodeUnreachable",
    "SignedAnswer",
    "check_place",
]
