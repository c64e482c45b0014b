"""What is asked of the store, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from coupole.errors import CoupoleError

Document = dict[str, Any]


class RecordNotFound(CoupoleError):
    """No record of this node has that identifier."""


class RecordExists(CoupoleError):
    """A record with that identifier is there already, with another content."""


class RecordInUse(CoupoleError):
    """Other records depend on this one; they must go first."""


class RevisionConflict(CoupoleError):
    """Somebody changed the record since it was read."""


class ReferenceMissing(CoupoleError):
    """The record names another one that is not there."""


class OwnerChanged(CoupoleError):
    """A record cannot be moved to another person."""


@dataclass(frozen=True, slots=True)
class Change:
    """One document to put or delete. What makes which:

    - create: ``document`` alone; the node gives it an id. With ``id`` (an import that makes the same id from the same
      row each time) a known record of equal content is left unchanged, another content is ``RecordExists``.
    - replace: ``document``, ``id`` and ``expect``, the revision that was read.
    - delete: ``id`` and ``expect``, no document.
    - keep: a whole document of another node or an earlier export; its envelope stays as it is. A known record is
      replaced only by a higher revision; equal content is left unchanged.
    """

    entity: str
    document: Document | None
    id: str | None = None
    expect: int | None = None
    keep_envelope: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one change. ``body`` is the document as stored, canonical JSON; none after a delete."""

    entity: str
    id: str
    revision: int
    kind: Literal["created", "replaced", "deleted", "unchanged"]
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Refused:
    """A change that was not made, and why."""

    error: CoupoleError


@dataclass(frozen=True, slots=True)
class StoredDossier:
    """Everything known of one root, as plain documents; what the catalogue counts.

    ``root`` is the entity of ``id``: accompaniment, a referral no accompaniment names yet, agreement, organisation
    (with the coordination meetings of that agency), or an action without accompaniment. ``documents`` by entity,
    the root and the participant included; ``outside``: organisations, agreements and actors they refer to, by id.
    """

    id: str
    root: str
    documents: Mapping[str, list[Document]]
    outside: Mapping[str, Document]


@dataclass(frozen=True, slots=True)
class MadeFacts:
    """The packed facts of a dossier; the first day any counts for and the last (none = still open)."""

    body: bytes
    first_on: date | None
    last_on: date | None


FactMaker = Callable[[StoredDossier, Callable[[str, str], int]], MadeFacts]
"""Makes a dossier's facts; the second argument numbers a code of an open dimension (dimension, code)."""


@dataclass(frozen=True, slots=True)
class Context:
    """Who writes, when, and why. ``now`` is the moment the journal will show.

    ``professional``: their document among the professionals, by which files are theirs; ``assigns``: whether they may
    give files of others into other hands.
    """

    node: str
    actor: str
    now: datetime
    client: str | None = None
    reason: str | None = field(default=None, repr=False)
    make_facts: FactMaker | None = field(default=None, repr=False)
    professional: str | None = None
    assigns: bool = False
