from __future__ import annotations

import pytest

from coupole.node.store import Store
from coupole.node.store.changes import (
    Change,
    OwnerChanged,
    RecordExists,
    RecordInUse,
    RecordNotFound,
    ReferenceMissing,
    Refused,
    RevisionConflict,
    Written,
)
from coupole.node.store.queries import counts, page, read
from coupole.node.store.write import Rehearsal, write_each, write_groups
from coupole.standard.validation import DocumentInvalid
from tests.factories import SHARED, accompaniment, content, dossier, id_of, participant, referral
from tests.stores import NOW, PARTICIPANT, change, keep, replace, with_files


def test_a_new_document_gets_its_envelope_from_the_node(store: Store) -> None:
    written = change(store, Change("participant", content(participant())))[0]
    with store.reading() as session:
        kept = read(session, store.vault, written.id)
    assert written.kind == "created"
    assert (kept["id"], kept["node"], kept["revision"], kept["deleted"]) == (written.id, "north", 1, False)
    assert kept["updated_at"] == "2026-03-01T12:00:00.000Z"


def test_what_is_read_is_what_was_written(store: Store) -> None:
    keep(store, [participant()])
    with store.reading() as session:
        assert read(session, store.vault, PARTICIPANT) == participant()


def test_a_replaced_document_has_the_next_revision(store: Store) -> None:
    keep(store, [participant()])
    assert change(store, replace(participant(), sex="F"))[0].revision == 2
    with store.reading() as session:
        assert read(session, store.vault, PARTICIPANT)["sex"] == "F"


def test_equal_content_makes_no_new_revision(store: Store) -> None:
    keep(store, [participant()])
    again = change(store, Change("participant", content(participant()), id=PARTICIPANT, expect=1))[0]
    assert (again.kind, again.revision) == ("unchanged", 1)


def test_a_whole_file_is_written_in_any_order(store: Store) -> None:
    keep(store, reversed([*SHARED, *dossier(1), *dossier(2)]))
    with store.reading() as session:
        assert counts(session)["accompaniment"] == 2


@pytest.mark.parametrize(
    ("refused", "kind"),
    [
        (replace(participant(), expect=2, sex="F"), RevisionConflict),
        (replace(participant(), expect=2), RevisionConflict),
        (replace(participant(9)), RecordNotFound),
        (Change("participant", content(participant(sex="F")), id=PARTICIPANT), RecordExists),
        (Change("participant", content(participant(sex="?"))), DocumentInvalid),
        (Change("referral", content(referral(5))), ReferenceMissing),
        (Change("accompaniment", content(accompaniment(1, referral=id_of("referral", 2)))), ReferenceMissing),
        (replace(referral(1), participant=id_of("participant", 2)), OwnerChanged),
        (Change("participant", None, id=PARTICIPANT, expect=1), RecordInUse),
        (Change("participant", None, id=id_of("participant", 9), expect=1), RecordNotFound),
        (Change("plan", None, id=PARTICIPANT, expect=1), RecordNotFound),
        (Change("evaluation", None, id=id_of("evaluation"), expect=7), RevisionConflict),
    ],
)
def test_a_refused_change_leaves_everything_as_it_was(store: Store, refused: Change, kind: type[Exception]) -> None:
    with_files(store, 1, 2)
    with store.reading() as session:
        before = counts(session)
    with pytest.raises(kind):
        change(store, Change("organisation", content(SHARED[0])), refused)
    with store.reading() as session:
        assert counts(session) == before


def test_a_document_of_another_kind_than_said_is_refused(store: Store) -> None:
    with pytest.raises(DocumentInvalid):
        change(store, Change("participant", participant(id=id_of("plan")), keep_envelope=True))


def test_a_deleted_document_is_gone_and_its_id_goes_on_with_the_next_revision(store: Store) -> None:
    keep(store, [participant()])
    assert change(store, Change("participant", None, id=PARTICIPANT, expect=1))[0].revision == 2
    with store.reading() as session, pytest.raises(RecordNotFound):
        read(session, store.vault, PARTICIPANT)
    assert change(store, Change("participant", content(participant()), id=PARTICIPANT))[0].revision == 3


def test_a_person_and_all_that_hangs_on_them_can_be_deleted_at_once(store: Store) -> None:
    with_files(store, 1)
    change(store, *(Change(d["id"].split(":")[1], None, id=d["id"], expect=1) for d in dossier(1)))
    with store.reading() as session:
        assert set(counts(session)) == {"organisation", "actor", "agreement"}


def test_of_a_bulk_every_change_that_can_be_made_is_made(store: Store) -> None:
    changes = [Change("participant", content(participant(n, sex="?" if n == 2 else "F"))) for n in (1, 2, 3)]
    with store.writing() as session:
        verdicts = write_each(session, store.vault, changes, store.context("anna", now=NOW))
    assert [type(verdict) for verdict in verdicts] == [Written, Refused, Written]
    with store.reading() as session:
        assert len(page(session, store.vault, "participant")) == 2


def _groups() -> list[list[Change]]:
    """Three people with a referral each; the second's referral is wrong, the third's names the second's."""
    groups = []
    for number in (1, 2, 3):
        fields = {"decision": "?"} if number == 2 else {}
        wrong = referral(number, **fields)
        groups.append([_kept(participant(number)), _kept(wrong)])
    return groups


def _kept(document: dict[str, object]) -> Change:
    return Change(str(document["id"]).split(":")[1], document, keep_envelope=True)


def test_a_group_with_one_refused_change_is_left_out_whole(store: Store) -> None:
    with store.writing() as session:
        answers = write_groups(session, store.vault, _groups(), store.context("anna", now=NOW))
    assert [isinstance(answer, Refused) for group in answers for answer in group] == [False] * 3 + [True] + [False] * 2
    with store.reading() as session:
        assert counts(session) == {"participant": 2, "referral": 2}


def test_what_stood_before_a_refused_group_stands_after_it(store: Store) -> None:
    with_files(store, 1)
    person, file = participant(1, sex="F", revision=2), accompaniment(1, phase="?", revision=2)
    groups = [[_kept(person), _kept(file)], [_kept(participant(1, sex="X", revision=2))]]
    with store.writing() as session:
        answers = write_groups(session, store.vault, groups, store.context("anna", now=NOW))
    assert isinstance(answers[0][1], Refused)
    assert isinstance(answers[1][0], Written)
    with store.reading() as session:
        assert read(session, store.vault, PARTICIPANT)["sex"] == "X"


def test_a_rehearsal_says_the_same_as_writing_and_writes_nothing(store: Store) -> None:
    with_files(store, 1)
    groups = _groups()
    with store.reading() as session:
        rehearsal = Rehearsal(session, store.vault, store.context("anna", now=NOW))
        said = [rehearsal.read([group])[0] for group in groups]
        before = counts(session)
    assert before["participant"] == 1
    with store.writing() as session:
        done = write_groups(session, store.vault, groups, store.context("anna", now=NOW))

    def words(answers: list[list[Written | Refused]]) -> list[object]:
        return [a.kind if isinstance(a, Written) else a.error.code for group in answers for a in group]

    assert words(said) == words(done) == ["unchanged", "unchanged", "created", "document_invalid", "created", "created"]


def test_a_rehearsal_remembers_what_it_said_before(store: Store) -> None:
    with store.reading() as session:
        rehearsal = Rehearsal(session, store.vault, store.context("anna", now=NOW))
        rehearsal.read([[_kept(participant(1))]])
        again = rehearsal.read([[_kept(participant(1))], [_kept(referral(1))], [_kept(referral(2))]])
    assert isinstance(again[0][0], Written)
    assert again[0][0].kind == "unchanged"
    assert isinstance(again[1][0], Written)
    assert isinstance(again[2][0], Refused)
