"""What can go wrong with a node.

    NodeError
    ├── NodeAddressInvalid           the address we were given
    ├── NodeAddressInside            it leads inside a house, where nobody listed it
    ├── NodeUnreachable              nothing came; safe to try again
    │   ├── NodeCertificateInvalid
    │   ├── NodeDisconnected
    │   ├── NodeTimeout
    │   ├── NodeBusy
    │   └── NodeFailed
    ├── NodeRefused                  the node said no, and usually why (``problem``)
    │   ├── NodeAccessRefused
    │   ├── NodeClockDiffers
    │   ├── NodeNotFound
    │   ├── NodeConflict
    │   └── NodeInputRefused
    └── NodeAnswerInvalid            something came that must not be used
        ├── NodeTooLarge
        ├── NodeRedirected
        ├── NodeIdentityWrong
        └── NodeTokenDowngraded

No exception of the HTTP library leaves this package, and no status code: the classes say what a caller can act on.
``explain(language)`` gives the title and what to do about it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from coupole.errors import CoupoleError, Finding
from coupole.standard.sentences import Sentence, sentence


@dataclass(frozen=True, slots=True)
class NodeProblem:
    """What the node itself said was wrong (RFC 9457, or an OAuth error). Shortened, and never to be trusted as HTML."""

    code: str
    title: str = ""
    detail: str = ""


class NodeError(CoupoleError):
    """The node could not be used."""

    retry: ClassVar[bool] = False
    """Whether the same request may succeed a little later without anybody doing something."""

    def __init__(
        self,
        node: str = "",
        *,
        problem: NodeProblem | None = None,
        findings: Iterable[Finding] = (),
        **params: str | int,
    ) -> None:
        """``node``: the address of the node; ``problem``: what it answered, when it answered one."""
        self.node = node
        self.problem = problem
        super().__init__("", findings=findings, node=node, **params)

    def __str__(self) -> str:
        said = f" It says: {self.problem.title or self.problem.code}." if self.problem else ""
        return f"{self.node}: {self.title()}{said}"

    def explain(self, language: str = "en") -> Sentence:
        """What happened and what to do, in ``en``, ``nl``, ``fr`` or ``it``."""
        return sentence(self.code, language, self.params)


class NodeAddressInvalid(NodeError):
    """The address of a node begins with https:// and has no path."""


class NodeAddressInside(NodeError):
    """The address leads to a machine inside a house, which the operator did not list."""


class NodeUnreachable(NodeError):
    """Nobody answers at the address of this node."""

    retry = True


class NodeCertificateInvalid(NodeUnreachable):
    """The certificate of this node cannot be trusted; nothing was sent to it."""

    retry = False


class NodeDisconnected(NodeUnreachable):
    """The answer of this node broke off, or was no HTTP at all."""


class NodeTimeout(NodeUnreachable):
    """This node took longer to answer than we wait."""


class NodeBusy(NodeUnreachable):
    """This node has too much to do at the moment."""


class NodeFailed(NodeUnreachable):
    """This node ran into a fault of its own."""


class NodeRefused(NodeError):
    """This node refused what we asked for."""


class NodeAccessRefused(NodeRefused):
    """This node does not let us in, or not to this."""


class NodeClockDiffers(NodeRefused):
    """The clock of this node and ours disagree, so neither can trust the other's messages."""


class NodeNotFound(NodeRefused):
    """This node has nothing under that name."""


class NodeConflict(NodeRefused):
    """Somebody changed this record at the node in the meantime, or it exists already."""


class NodeInputRefused(NodeRefused):
    """This node refused what was sent to it; the findings say what and where."""


class NodeAnswerInvalid(NodeError):
    """The answer of this node is not what the standard says."""


class NodeTooLarge(NodeAnswerInvalid):
    """The answer of this node is larger than anything we asked for can be."""


class NodeRedirected(NodeAnswerInvalid):
    """This node points to another address; it was not followed."""


class NodeIdentityWrong(NodeAnswerInvalid):
    """What answers at this address says that it is another node."""


class NodeTokenDowngraded(NodeAnswerInvalid):
    """This node offered a token that anybody who finds it could use; it was not accepted."""
