from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coupole.node.store import Store, open_store, open_vault, restore
from coupole.node.store.backup import BackupExists, BackupNotPossible, BackupUnreadable
from coupole.node.store.changes import Change, RecordNotFound
from coupole.node.store.journal import verify_chain
from coupole.node.store.queries import counts, history, read
from coupole.node.store.tables import Erasure
from coupole.node.store.vault import PersonErased
from coupole.wire.keys import KeyRing
from tests.factories import NODE, SHARED, content, dossier, id_of, objective, participant
from tests.stores import NOW, PARTICIPANT, change, keep, replace, with_files

NAMES = ("Zebedeus", "Quackenbosch", "Vroeger")


def _with_names(store: Store) -> None:
    """Two files; the first names its person in a name, in free words and in the reason of a change."""
    named = participant(1, family_name=NAMES[0])
    words = objective(1, wording=f"{NAMES[1]} comes on time")
    others = [document for document in dossier(1) if document["id"] not in (named["id"], words["id"])]
    keep(store, [*SHARED, *others, named, words, *dossier(2)])
    change(store, replace(named, family_name=NAMES[0] + "x"), reason=f"was {NAMES[2]}")


def files_that_hold(place: Path, *texts: str) -> Iterator[tuple[str, str]]:
    """Every file below ``place`` that holds one of these texts, in any of the usual ways to write them."""
    for path in place.rglob("*"):
        if path.is_file():
            raw = path.read_bytes()
            for text in texts:
                if any(text.encode(encoding) in raw for encoding in ("utf-8", "utf-16-le", "utf-16-be")):
                    yield path.name, text


def test_nothing_of_a_person_is_readable_in_any_file_even_while_they_are_here(
    sqlite_store: Store, tmp_path: Path
) -> None:
    _with_names(sqlite_store)
    (tmp_path / "proof").write_text(NAMES[0])
    assert list(files_that_hold(tmp_path, *NAMES)) == [("proof", NAMES[0])]


def test_an_erased_person_is_gone_from_everything(store: Store) -> None:
    _with_names(store)
    assert store.erase(PARTICIPANT, store.context("anna", now=NOW, reason=NAMES[0]))
    with store.reading() as session:
        for document in dossier(1):
            with pytest.raises((RecordNotFound, PersonErased)):
                read(session, store.vault, document["id"])
            with pytest.raises(PersonErased):
                history(session, store.vault, document["id"])
        left = counts(session)
        assert (left["participant"], left["plan"], left["organisation"]) == (1, 1, 2)
        assert read(session, store.vault, id_of("participant", 2))
        assert verify_chain(session).broken_at is None
    with pytest.raises(PersonErased):
        change(store, Change("participant", content(participant()), id=PARTICIPANT))
    with pytest.raises(RecordNotFound):
        store.erase(id_of("participant", 9), store.context("anna"))


def test_erasing_destroys_the_wrapped_key_in_the_file_and_in_its_log(sqlite_store: Store, tmp_path: Path) -> None:
    _with_names(sqlite_store)
    query = "SELECT wrapped FROM person_key WHERE owner = ?"
    wrapped = sqlite_store.vault._file.execute(query, (PARTICIPANT,)).fetchone()[0]
    held = [path for path in (tmp_path / "keys").iterdir() if wrapped in path.read_bytes()]
    assert held
    assert sqlite_store.erase(PARTICIPANT, sqlite_store.context("anna"))
    assert [path for path in tmp_path.rglob("*") if path.is_file() and wrapped in path.read_bytes()] == []


def test_a_backup_taken_before_an_erasure_opens_for_the_others_only(
    sqlite_store: Store, tmp_path: Path, keys: Path, ring: KeyRing
) -> None:
    _with_names(sqlite_store)
    sqlite_store.back_up(tmp_path / "backup.sqlite")
    sqlite_store.erase(PARTICIPANT, sqlite_store.context("anna"))
    sqlite_store.close()
    back = f"sqlite:///{tmp_path / 'back' / 'node.sqlite'}"
    (tmp_path / "back").mkdir()
    vault = open_vault(keys, ring)
    opened = restore(tmp_path / "backup.sqlite", back, NODE, vault, sqlite_store.context("anna"))
    try:
        with opened.reading() as session:
            assert counts(session)["participant"] == 1
            assert read(session, vault, id_of("participant", 2))
            with pytest.raises(PersonErased):
                read(session, vault, PARTICIPANT, 1)
            assert verify_chain(session).broken_at is None
    finally:
        opened.close()
    assert list(files_that_hold(tmp_path, *NAMES)) == []


def test_an_erasure_that_was_interrupted_is_finished_at_the_next_start(
    sqlite_store: Store, tmp_path: Path, keys: Path, ring: KeyRing
) -> None:
    _with_names(sqlite_store)
    with sqlite_store.reading() as session:
        counts(session)  # a reader with a snapshot keeps the log from being emptied
        assert not sqlite_store.erase(PARTICIPANT, sqlite_store.context("anna"))
    assert sqlite_store.vault.erased(PARTICIPANT)
    sqlite_store.close()
    again = open_store(f"sqlite:///{tmp_path / 'node.sqlite'}", NODE, open_vault(keys, ring))
    with again.reading() as session:
        assert counts(session)["participant"] == 1
        assert session.get_one(Erasure, PARTICIPANT).done_at is not None
    again.close()


def test_a_backup_holds_all_records_and_no_key(sqlite_store: Store, tmp_path: Path) -> None:
    with_files(sqlite_store, 1)
    target = tmp_path / "backup.sqlite"
    sqlite_store.back_up(target)
    assert target.stat().st_mode & 0o077 == 0
    with pytest.raises(BackupExists):
        sqlite_store.back_up(target)
    assert b"person_key" not in target.read_bytes()


def test_what_is_no_backup_is_not_put_back(sqlite_store: Store, tmp_path: Path, keys: Path, ring: KeyRing) -> None:
    context = sqlite_store.context("anna")
    (tmp_path / "other").write_bytes(b"not a database, but long enough to look like something")
    with pytest.raises(BackupUnreadable):
        restore(tmp_path / "other", f"sqlite:///{tmp_path / 'new.sqlite'}", NODE, open_vault(keys, ring), context)
    assert not (tmp_path / "new.sqlite").exists()
    with pytest.raises(BackupExists):
        restore(tmp_path / "other", f"sqlite:///{tmp_path / 'node.sqlite'}", NODE, open_vault(keys, ring), context)


def test_postgresql_is_backed_up_with_its_own_tools(tmp_path: Path, keys: Path, ring: KeyRing) -> None:
    from coupole.database import engine
    from coupole.node.store.backup import back_up

    with pytest.raises(BackupNotPossible):
        back_up(engine("postgresql+psycopg://nobody@127.0.0.1/none"), tmp_path / "backup")
