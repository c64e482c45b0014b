"""The register in memory follows the journal, and forgets with it."""

from __future__ import annotations

from coupole.node.records.register import Register, Registers, full_name, initials
from coupole.node.store import Store
from coupole.node.store.changes import Change
from tests.factories import actor, dossier, id_of, participant
from tests.stores import PARTICIPANT, change, keep, replace, with_files


def current(store: Store, registers: Registers) -> Register:
    with store.reading() as session:
        return registers.current(session, store.vault)


def test_every_living_document_is_there_with_the_fields_lists_show(store: Store) -> None:
    with_files(store, 1, 2)
    register = current(store, Registers())
    assert register.of("participant")[PARTICIPANT] == {
        "local_id": "P00001",
        "family_name": "Famille1",
        "given_name": "Prénom1",
        "consents": [{"purpose": "accompaniment", "granted_on": "2025-01-01"}],
        "extensions": {},
    }
    assert len(register.of("accompaniment")) == 2
    assert register.files[PARTICIPANT] == [id_of("accompaniment")]
    assert register.groups[id_of("accompaniment")] == {"long_unemployed"}
    assert {file for file, _ in register.memberships[id_of("actor", 2)]} == set(register.of("accompaniment"))
    assert "prenom1" in register.words[PARTICIPANT]


def test_names_of_people_staff_and_organisations(store: Store) -> None:
    with_files(store, 1)
    register = current(store, Registers())
    assert register.name(PARTICIPANT) == "Famille1, Prénom1"
    assert register.name(id_of("actor")) == "Coach 1"
    assert register.name(id_of("organisation", 2)) == "Atelier 2"
    assert register.name(None) == register.name(id_of("actor", 99)) == ""


def test_the_register_follows_what_is_written_changed_and_deleted(store: Store) -> None:
    registers = Registers()
    with_files(store, 1)
    before = current(store, registers)
    assert current(store, registers) is before, "nothing was written: nothing is read again"
    keep(store, [actor(3)])
    change(store, replace(participant(), family_name="Ørsted"))
    after = current(store, registers)
    assert after.name(id_of("actor", 3)) == "Coach 3"
    assert after.name(PARTICIPANT) == "Ørsted, Prénom1"
    assert before.name(PARTICIPANT) == "Famille1, Prénom1", "a register that is being read does not change"
    change(store, Change("actor", None, id=id_of("actor", 3), expect=1))
    assert current(store, registers).name(id_of("actor", 3)) == ""


def test_an_erased_person_leaves_nothing_in_the_register(store: Store) -> None:
    registers = Registers()
    with_files(store, 1, 2)
    assert PARTICIPANT in current(store, registers).of("participant")
    store.erase(PARTICIPANT, store.context("anna"))
    assert current(store, registers) == current(store, Registers())
    held = str(current(store, registers).documents)
    assert "Famille1" not in held
    assert "Famille2" in held
    for document in dossier(1):
        assert document["id"] not in held


def test_a_person_erased_while_an_older_view_is_open_does_not_break_the_register(sqlite_store: Store) -> None:
    store = sqlite_store
    with_files(store, 1, 2)
    with store.reading() as session:
        before = Registers().current(session, store.vault)
        assert PARTICIPANT in before.of("participant")
        store.erase(PARTICIPANT, store.context("anna"))
        late = Registers().current(session, store.vault)
    assert list(late.of("participant")) == [id_of("participant", 2)]


def test_a_person_without_a_name_is_listed_by_number() -> None:
    assert full_name({"local_id": "P7"}) == "P7"
    assert full_name({"local_id": "P7", "given_name": "Ana"}) == "Ana"
    assert initials({"local_id": "P7", "family_name": "van Acker", "given_name": "Zoë"}) == "Z. V."
