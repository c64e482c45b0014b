"""The family of errors every room raises. Imports nothing of ours.

    CoupoleError            what we refuse or could not do; never a bug
    └── one class per kind, in the room that raises it

A class is one kind of problem: its docstring is the English title, its ``code`` (the class name in
snake case) is stable and is the key of the sentences in ``schema/v1/problems/``. HTTP numbers
live in ``coupole.web.problems`` alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with one place of a document.

    ``pointer`` is a JSON pointer (RFC 6901) into the document, ``rule`` the place in the schema or the
    rule of the method (``R12``) that says so. ``params`` holds only words of the standard (a limit, the
    name of a code list), never a value from the document: findings are shown, logged and sent.
    """

    code: str
    pointer: str = ""
    rule: str = ""
    params: dict[str, str | int] = field(default_factory=dict)
    blocking: bool = True


class CoupoleError(Exception):
    """Coupole could not do what was asked."""

    code: ClassVar[str] = "coupole_error"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", cls.__name__).lower()

    def __init__(self, pointer: str = "", *, findings: Iterable[Finding] = (), **params: str | int) -> None:
        self.pointer = pointer
        self.findings = tuple(findings)
        self.params = params
        super().__init__(self.title() + (f" ({pointer})" if pointer else ""))

    @classmethod
    def title(cls) -> str:
        """The first sentence of the docstring: what happened, in English."""
        return (cls.__doc__ or cls.code).strip().splitlines()[0]
