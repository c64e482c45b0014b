"""Everything a workshop holds about one person, and the copy of it they may take along (GDPR 15 and 20).

Records of several people are cut down to this person: of a meeting of officers remains that the file was discussed,
when and by whom; of an agreement, that it covers them. Texts lose the names of other participants.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from sqlmodel import Session

from coupole.node.records.others import Others, free_texts_changed
from coupole.node.store.changes import Document, RecordNotFound
from coupole.node.store.queries import EXPORT_ORDER, Version, history_of_person, page
from coupole.node.store.vault import Vault
from coupole.standard.entities import NAMES
from coupole.standard.reading import canonical, parse

SOMEBODY = "…"
"""What stands for a name in a copy: no longer than any name, so that no text grows beyond its limit."""


@dataclass(frozen=True, slots=True)
class PersonFile:
    """What is known of ``participant``.

    ``documents``: living ones by entity. ``agreements``, ``meetings``: of several people, cut down to this one.
    ``outside``: organisations and actors that are referred to. ``versions``: every version ever written. ``others``
    takes other people's names out of a text.
    """

    participant: Document
    documents: Mapping[str, list[Document]]
    agreements: tuple[Document, ...]
    meetings: tuple[Document, ...]
    outside: Mapping[str, Document]
    versions: tuple[Version, ...]
    others: Others

    @property
    def accompaniments(self) -> list[Document]:
        """Their accompaniments, the earliest first."""
        return sorted(self.documents.get("accompaniment", []), key=lambda one: str(one["opened_on"]))


def person_file(session: Session, vault: Vault, participant: str) -> PersonFile:
    """Everything about one person. Raises ``RecordNotFound``, ``PersonErased``."""
    versions = history_of_person(session, vault, participant)
    documents = _living(versions)
    if "participant" not in documents:
        raise RecordNotFound()
    own = documents["participant"][0]
    actors = {one["id"]: one for one in _all(session, vault, "actor")}
    organisations = {one["id"]: one for one in _all(session, vault, "organisation")}
    mine = {one["id"] for one in documents.get("accompaniment", [])}
    named = {text for document in _every(documents) for text in _texts(document)}
    agreements = tuple(_agreements(_all(session, vault, "agreement"), named, mine))
    meetings = tuple(_meetings(session, vault, mine))
    outside = _named({**organisations, **actors}, [*_every(documents), *agreements, *meetings])
    known = [one["display_name"] for name, one in outside.items() if name in actors]
    staff = [one["display_name"] for one in actors.values()]
    others = Others(own, _all(session, vault, "participant"), staff, known)
    return PersonFile(own, documents, agreements, meetings, outside, tuple(versions), others)


def copy_lines(file: PersonFile) -> Iterator[bytes]:
    """The copy a person takes along: a document a line, owners before what names them; another workshop imports it.

    Agreements that name other people's files are left out, meetings of officers too: they are not about one person.
    """
    silent = partial(file.others.without, instead=SOMEBODY)
    mine = {one["id"] for one in file.accompaniments}
    agreements = [one for one in file.agreements if set(one["covers"].get("accompaniments", ())) <= mine]
    found = [*file.outside.values(), *agreements, *_every(file.documents)]
    order = {name: place for place, name in enumerate((*EXPORT_ORDER, *sorted(set(NAMES) - set(EXPORT_ORDER))))}
    for document in sorted(found, key=lambda one: (order[_entity(one["id"])], one["id"])):
        entity = _entity(document["id"])
        if entity not in ("organisation", "actor"):  # these are about no participant: what they are called stays
            document = free_texts_changed(entity, document, silent)
        yield canonical(document) + b"\n"


def _living(versions: Iterable[Version]) -> dict[str, list[Document]]:
    """The documents that were not deleted, as they are now."""
    last: dict[str, Version] = {version.id: version for version in versions}
    found: dict[str, list[Document]] = {}
    for version in last.values():
        if version.text is not None:
            found.setdefault(version.entity, []).append(parse(version.text))
    return found


def _every(documents: Mapping[str, list[Document]]) -> list[Document]:
    return [one for found in documents.values() for one in found]


def _all(session: Session, vault: Vault, entity: str) -> Iterator[Document]:
    after = None
    while found := page(session, vault, entity, after=after, limit=500):
        yield from (stored.document for stored in found)
        after = found[-1].id


def _agreements(agreements: Iterable[Document], named: set[str], mine: set[str]) -> Iterator[Document]:
    """The agreements a file refers to or that name it."""
    for agreement in agreements:
        if agreement["id"] in named or mine & set(agreement["covers"].get("accompaniments", ())):
            yield agreement


def _meetings(session: Session, vault: Vault, mine: set[str]) -> Iterator[Document]:
    """Meetings of officers that discussed a file of this person; what else was spoken of is not theirs to read."""
    for meeting in _all(session, vault, "coordination_meeting"):
        discussed = [one for one in meeting.get("accompaniments_reviewed") or () if one in mine]
        if discussed:
            kept = {name: value for name, value in meeting.items() if name not in ("topics", "training_planned")}
            yield {**kept, "accompaniments_reviewed": discussed, "extensions": {}}


def _named(known: Mapping[str, Document], documents: Iterable[Document]) -> dict[str, Document]:
    """Those organisations and actors that the documents refer to."""
    named = {text for document in documents for text in _texts(document)}
    return {name: one for name, one in known.items() if name in named}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _entity(record: str) -> str:
    return record.split(":")[1]
