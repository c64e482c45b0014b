"""The copy of a person's file as lines, and other people's names taken out of texts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupole.node.records.importing import write_all
from coupole.node.records.others import Others
from coupole.node.records.person import copy_lines, person_file
from coupole.node.records.reading import document_rows
from coupole.node.store import Store, open_store, open_vault
from coupole.node.store.changes import RecordNotFound
from coupole.node.store.queries import export
from coupole.standard.reading import parse
from coupole.standard.validation import findings
from coupole.wire.keys import KeyRing
from tests.factories import SHARED, agreement, dossier, id_of, participant, team_meeting
from tests.stores import entity_of, keep

PERSON = id_of("participant")


@pytest.fixture
def elsewhere(tmp_path: Path, ring: KeyRing) -> Iterator[Store]:
    """Another workshop's store."""
    keys = tmp_path / "elsewhere-keys"
    keys.mkdir(mode=0o700)
    opened = open_store(f"sqlite:///{tmp_path / 'elsewhere.sqlite'}", "south", open_vault(keys, ring))
    yield opened
    opened.close()


def lines_of(store: Store, person: str = PERSON) -> list[bytes]:
    with store.reading() as session:
        return list(copy_lines(person_file(session, store.vault, person)))


def test_the_copy_is_valid_and_another_workshop_imports_it_unchanged(store: Store, elsewhere: Store) -> None:
    keep(store, [*SHARED, *dossier(1), *dossier(2)])
    lines = lines_of(store)
    assert [findings(entity_of(parse(line)), parse(line)) for line in lines] == [[] for _ in lines]
    with elsewhere.writing() as session:
        verdicts = list(write_all(session, document_rows(lines, 1_000_000), elsewhere, elsewhere.context("import")))
    assert {verdict.outcome for verdict in verdicts} == {"created"}
    with elsewhere.reading() as session:
        kept = {stored.text for stored in export(session, elsewhere.vault)}
    assert kept == {line.rstrip(b"\n") for line in lines}


def test_the_copy_holds_every_document_of_the_person_and_of_nobody_else(sqlite_store: Store) -> None:
    keep(sqlite_store, [*SHARED, *dossier(1), *dossier(2)])
    found = {parse(line)["id"] for line in lines_of(sqlite_store)}
    assert {document["id"] for document in dossier(1)} <= found
    assert not {document["id"] for document in dossier(2)} & found


def test_an_agreement_that_names_other_files_is_left_out(sqlite_store: Store) -> None:
    keep(sqlite_store, [*SHARED, *dossier(1), *dossier(2)])
    mine, theirs = id_of("accompaniment"), id_of("accompaniment", 2)
    keep(sqlite_store, [agreement(5, covers={"accompaniments": [mine, theirs]})])
    keep(sqlite_store, [agreement(6, covers={"accompaniments": [mine]})])
    found = {parse(line)["id"] for line in lines_of(sqlite_store)}
    assert id_of("agreement", 6) in found
    assert id_of("agreement", 5) not in found


def test_a_text_full_of_names_still_fits_its_field(sqlite_store: Store) -> None:
    keep(sqlite_store, [*SHARED, *dossier(1), participant(2, family_name="Li", given_name="Bo")])
    keep(sqlite_store, [{**team_meeting(), "revision": 2, "minutes": ("Li " * 3_400)[:10_000]}])
    document = next(one for line in lines_of(sqlite_store) if entity_of(one := parse(line)) == "team_meeting")
    assert findings("team_meeting", document) == []
    assert "Li" not in document["minutes"]


def test_there_is_no_file_of_somebody_unknown_or_removed(sqlite_store: Store) -> None:
    with sqlite_store.reading() as session, pytest.raises(RecordNotFound):
        person_file(session, sqlite_store.vault, PERSON)


OWN = participant(1, family_name="De Wit", given_name="Anna Maria")
LUC = participant(2, family_name="Van den Berghe", given_name="Luc", national_identifier="77.01.01-555.66")
ZOE = participant(3, family_name="O’Brien", given_name="Zoë", local_id="XX-90210")
ROSSI = participant(4, family_name="Rossi", given_name="Gianni")


def others(*, staff: tuple[str, ...] = ("Carlo Rossi", "Mia Jans"), known: tuple[str, ...] = ()) -> Others:
    return Others(OWN, [OWN, LUC, ZOE, ROSSI], staff, known)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Luc was late.", "# was late."),
        ("With Luc Van den Berghe and VAN DEN BERGHE Luc.", "With # and #."),
        ("van den berghe luc", "#"),
        ("Mr Van den Berghe", "Mr #"),
        ("ZOE and Zoe and Zoë's", "# and # and #'s"),
        ("Zoe\u0308 spoke", "# spoke"),
        ("O'Brien, O’Brien, O Brien", "#, #, #"),
        ("He is lucid; luc is a stop.", "He is lucid; luc is a stop."),
        ("Anna Maria De Wit, Anna, De Wit", "Anna Maria De Wit, Anna, De Wit"),
        ("Carlo Rossi said", "Carlo Rossi said"),
        ("Gianni Rossi said", "# said"),
        ("Rossi said", "# said"),
        ("number 77.01.01-555.66 or 77010155566", "number # or #"),
        ("XX-90210 XX90210 xx 90210", "# # #"),
        ("nothing at all", "nothing at all"),
        ("", ""),
    ],
)
def test_names_and_numbers_of_others_are_found_however_they_are_written(text: str, left: str) -> None:
    assert others().without(text, "#") == left


def test_a_colleague_in_the_file_may_go_by_one_name() -> None:
    assert others(known=("Carlo Rossi",)).without("Rossi said", "#") == "Rossi said"


def test_whoever_has_the_same_name_as_the_person_is_not_hidden_by_it() -> None:
    twin = participant(5, family_name="De Wit", given_name="Anna Maria")
    assert Others(OWN, [OWN, twin], (), ()).without("Anna Maria De Wit came", "#") == "Anna Maria De Wit came"


def test_every_name_that_was_hidden_is_counted() -> None:
    found = others()
    found.without("Luc met Zoë and Luc again", "#")
    assert found.hidden == 3


NAMES = st.text("abcdefghij", min_size=3, max_size=8).map(str.title)


@given(NAMES, NAMES, st.lists(st.sampled_from(["and", "with", "1", ",", "l’", "(", "»"]), max_size=4), st.booleans())
def test_a_full_name_never_gets_through(family: str, given_name: str, around: list[str], swapped: bool) -> None:
    person = participant(9, family_name=family, given_name=given_name)
    own = participant(1, family_name="Xxxxxx", given_name="Yyyyyy")
    name = f"{family} {given_name}" if swapped else f"{given_name} {family}"
    text = " ".join([*around, name, *around])
    left = Others(own, [own, person], (), ()).without(text, "#")
    assert family not in left.split()
    assert given_name not in left.split()
    assert "#" in left


@given(st.text(max_size=200))
def test_a_text_without_names_stays_as_it_is(text: str) -> None:
    import unicodedata

    known = Others(OWN, [OWN], (), ())
    assert known.without(text, "#") == unicodedata.normalize("NFC", text)
