"""What the plumbing itself refuses, whatever the service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from coupole.errors import CoupoleError, Finding


class WebError(CoupoleError):
    """The request was refused."""

    def __init__(
        self,
        pointer: str = "",
        *,
        findings: Iterable[Finding] = (),
        headers: Mapping[str, str] | None = None,
        **params: str | int,
    ) -> None:
        super().__init__(pointer, findings=findings, **params)
        self.headers = dict(headers or {})
        """Headers the answer must carry, such as ``Allow``."""


class PathUnknown(WebError):
    """There is nothing at this address."""


class MethodUnknown(WebError):
    """This address does not know that method."""


class BodyTooLong(WebError):
    """What was sent is too long."""


class BodyTypeUnknown(WebError):
    """What was sent is not of a type that is read here."""


class RequestInvalid(WebError):
    """The request does not have the form this address asks for."""


class QueryUnknown(WebError):
    """The address carries a parameter that is not known here."""


class QueryRepeated(WebError):
    """The address carries the same parameter twice."""


class CursorInvalid(WebError):
    """The place to go on from is not one that this service gave."""


class ServiceBusy(WebError):
    """The service has more to do than it can take."""


class UnexpectedFailure(WebError):
    """Something failed that should not have."""
