"""What people, places, codes and objectives of a file are called, in the reader's language."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from coupole.node.records.project import named
from coupole.node.records.register import spoken_name
from coupole.node.store.changes import Document, StoredDossier
from coupole.standard.codes import code_list
from coupole.standard.entities import ENTITIES
from coupole.web.languages import Language


@dataclass(frozen=True, slots=True)
class Names:
    """Names of one file. ``outside``: actors and organisations beside those the file refers to."""

    dossier: StoredDossier
    language: Language
    outside: Mapping[str, Document]

    def code(self, codes: str, code: str | None) -> str:
        """A code in words; empty when there is none."""
        return "" if code is None else code_list(codes).labels(code, self.language)

    def coded(self, document: Document, *path: str) -> str:
        """The value of a choice of this document in words, by the schema; empty when it was not made."""
        field = ENTITIES[document["id"].split(":")[1]].fields[path[0]]
        value = document.get(path[0])
        for name in path[1:]:
            field = field.fields[name]
            value = (value or {}).get(name)
        return "" if value is None else dict(field.options(self.language)).get(value, str(value))

    def label(self, entity: str, *path: str) -> str:
        """What an entity or one of its fields is called."""
        known = ENTITIES[entity]
        if not path:
            return known.labels.get(self.language, known.labels["en"])
        field = known.fields[path[0]]
        for name in path[1:]:
            field = field.fields[name]
        return field.label(self.language)

    @property
    def person(self) -> str:
        """Whose file it is."""
        return spoken_name(self.participant)

    @property
    def participant(self) -> Document:
        """The person's own document."""
        return self.dossier.documents["participant"][0]

    def actor(self, record: str | None) -> str:
        """A professional; empty when there is none or nobody knows who it was."""
        return str(self._found(record).get("display_name", ""))

    def organisation(self, record: str | None) -> str:
        """An organisation; empty when there is none or it is not known here."""
        return str(self._found(record).get("name", ""))

    def objective(self, document: Document) -> str:
        """The objective in the words agreed with the person, else its competence or domain."""
        wording = document.get("wording")
        if wording:
            return str(wording)
        return self.code("competence", document.get("competence")) or self.code("objective_domain", document["domain"])

    def rated(self, record: str) -> str:
        """What a score is about: an objective of the file or a competence."""
        if ":" not in record:
            return self.code("competence", record)
        placed = named(self.dossier, record)
        return self.objective(placed.document) if placed else ""

    def _found(self, record: str | None) -> Document:
        if record is None:
            return {}
        return self.dossier.outside.get(record) or self.outside.get(record) or {}

    def options(self, codes: str, chosen: Collection[str] | None = None) -> list[tuple[str, str]]:
        """Codes to choose from with their labels: all of a list, or those chosen."""
        known = code_list(codes)
        return [(code, known.labels(code, self.language)) for code in known.ids if chosen is None or code in chosen]

    @property
    def scale(self) -> Scale:
        """The scale of scores in words."""
        return Scale(dict(self.options("evaluation_scale")))


@dataclass(frozen=True, slots=True)
class Scale:
    """The scale of scores: the words of each level."""

    words: Mapping[str, str]

    def __getitem__(self, level: str) -> str:
        return self.words[level]

    @property
    def options(self) -> list[tuple[str, str]]:
        """The five levels as choices."""
        return [(level, f"{level} – {words}") for level, words in self.words.items() if level.isdigit()]
