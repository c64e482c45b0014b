"""What the printed documents have in common: whose paper it is, its mark, the documents it shows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from coupole.node.store.changes import Document, StoredDossier
from coupole.node.ui.printing.naming import called, entity_of, learn
from coupole.node.ui.printing.paper import Box, Mark, Row, Section, Source, Table, Words
from coupole.node.ui.printing.pen import Pen
from coupole.standard.reading import canonical
from coupole.web.languages import LANGUAGES, Language

LEVELS = ("", "A1", "A2", "B1", "B2", "C1", "C2")


@dataclass(frozen=True, slots=True)
class Printed:
    """What a paper is made of: a dossier, who prints it, on which day. The pen knows what its records are called.

    ``dossier``: as far as the reader may see it. ``hashes``: of each document as it is stored, whoever prints it.
    """

    pen: Pen
    dossier: StoredDossier
    hashes: Mapping[str, str]
    house: str
    today: date

    @property
    def participant(self) -> Document:
        """Whose file it is."""
        return self.dossier.documents["participant"][0]

    def document(self, record: str) -> Document | None:
        """A document of the dossier."""
        found = self.dossier.documents.get(record.split(":")[1], [])
        return next((one for one in found if one["id"] == record), None)


def printed(pen: Pen, stored: StoredDossier, shown: StoredDossier, house: str, today: date) -> Printed:
    """The same, after the pen learned the names. ``shown``: as much of ``stored`` as the reader may see."""
    learn(pen, [*shown.outside.values(), *(one for found in shown.documents.values() for one in found)])
    hashes = {one["id"]: sha256(one) for found in stored.documents.values() for one in found}
    return Printed(pen, shown, hashes, house, today)


def sha256(document: Document) -> str:
    """The hash of a document's canonical JSON, which is how the journal keeps it."""
    return hashlib.sha256(canonical(document)).hexdigest()


def language_of(participant: Document, otherwise: Language) -> Language:
    """The language a person is written to: of ours the one they know best, the first they named of equals."""
    best, found = -1, otherwise
    for spoken in participant.get("languages") or ():
        level = LEVELS.index(spoken.get("cefr", "")) or len(LEVELS)  # no level: their own
        for language in LANGUAGES:
            if spoken["tag"].partition("-")[0] == language and level > best:
                best, found = level, language
    return found


def words(pen: Pen, today: date) -> Words:
    """What stands around the content."""
    return Words(
        signatures=pen.gettext("Signatures"),
        day_and_signature=pen.gettext("Date and signature"),
        sources=pen.gettext("What this paper shows"),
        source_columns=(pen.gettext("Document and its fingerprint (SHA-256)"), pen.gettext("Edition")),
        sources_note=pen.gettext(
            "The fingerprint is worked out from the document as it is kept. It changes with every change, so a signed"
            " sheet can be matched with the edition it was printed from."
        ),
        foot=printed_on(pen, today),
    )


def printed_on(pen: Pen, today: date) -> str:
    """When the paper was printed."""
    return pen.gettext("Printed on %(day)s", day=pen.day(today))


def source(of: Printed, document: Document) -> Source:
    """A document that the paper shows, by the hash of its canonical JSON."""
    what, entity = called(of.pen, document), of.pen.entity(entity_of(document))
    title = what if what.startswith(entity) else of.pen.labelled(entity, what)
    return Source(title, document["revision"], of.hashes[document["id"]])


def mark(of: Printed, document: Document) -> Mark:
    """What each page of a document's paper says of itself."""
    version = int(document.get("version", 0))
    return Mark(entity_of(document), version, int(document["revision"]), of.hashes[document["id"]])


def row(label: str, *lines: str) -> tuple[Row, ...]:
    """A row, or none when there is nothing to say."""
    said = tuple(line for line in lines if line)
    return (Row(label, said),) if said else ()


def table(title: str, columns: Iterable[str], rows: Iterable[tuple[str, ...]]) -> tuple[Table, ...]:
    """A table, or none when it would be empty. Columns that hold nothing are left out."""
    found, heads = list(rows), tuple(columns)
    kept = [place for place in range(len(heads)) if any(line[place] for line in found)]
    if not found:
        return ()
    return (Table(title, tuple(heads[at] for at in kept), tuple(tuple(line[at] for at in kept) for line in found)),)


def filled(sections: Iterable[Section]) -> tuple[Section, ...]:
    """The sections that have something to say."""
    return tuple(one for one in sections if one.rows or one.tables or one.notes or one.lines)


def box(who: str, name: str = "", signed: str = "") -> Box:
    """Where somebody signs."""
    return Box(who, name, signed)
