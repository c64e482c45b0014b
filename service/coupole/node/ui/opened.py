"""What of a file a person may read."""

from __future__ import annotations

from dataclasses import dataclass, replace

from coupole.node.staff import access
from coupole.node.store.changes import Document, StoredDossier


@dataclass(frozen=True, slots=True)
class Admitted:
    """A file that somebody may open: what is known of it, what of that they may read, and what it is to them.

    ``whole`` is for rules and papers that answer to more than one reader; nothing of it is shown as it stands.
    """

    whole: StoredDossier
    shown: StoredDossier
    relation: access.Relation


def readable(role: str, dossier: StoredDossier, relation: access.Relation) -> StoredDossier:
    """The dossier without documents and fields that this role may not see in a file of that relation."""
    documents: dict[str, list[Document]] = {}
    for entity, found in dossier.documents.items():
        whose = relation if relation in access.matrix().relations[entity] else "house"
        shown = [access.shown(role, entity, whose, document) for document in found]
        if kept := [document for document in shown if document]:
            documents[entity] = kept
    return replace(dossier, documents=documents)
