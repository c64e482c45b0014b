from __future__ import annotations

import pytest

from coupole.standard.entities import ENTITIES
from coupole.standard.validation import check
from tests.factories import FACTORIES, SHARED, dossier


def test_there_is_a_valid_document_of_every_entity() -> None:
    assert set(FACTORIES) == set(ENTITIES)


@pytest.mark.parametrize("entity", sorted(FACTORIES))
def test_the_documents_of_the_factories_are_valid(entity: str) -> None:
    check(entity, FACTORIES[entity](7))


def test_a_whole_file_uses_every_entity_that_hangs_on_a_person() -> None:
    used = {document["id"].split(":")[1] for document in (*SHARED, *dossier(3))}
    assert used == set(ENTITIES) - {"coordination_meeting"}
