from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from coupole.node.store import Store
from coupole.node.store.changes import Change, RevisionConflict
from coupole.node.store.journal import verify_chain
from coupole.node.store.queries import read
from coupole.node.store.write import write
from tests.factories import content, participant
from tests.stores import PARTICIPANT, change, keep

WRITERS, TURNS = 8, 12


def test_read_modify_write_by_many_at_once_loses_nothing_and_is_never_locked_out(store: Store) -> None:
    keep(store, [participant(extensions={"org.example": {"count": 0}})])

    def add_one() -> None:
        with store.writing() as session:
            document = read(session, store.vault, PARTICIPANT)
            document["extensions"]["org.example"]["count"] += 1
            # PostgreSQL lets both read: the second writer is told, and tries again.
            put = Change("participant", content(document), id=PARTICIPANT, expect=document["revision"])
            write(session, store.vault, [put], store.context("anna"))

    def turns(_writer: int) -> int:
        again = 0
        for _ in range(TURNS):
            while True:
                try:
                    add_one()
                    break
                except RevisionConflict:
                    again += 1
        return again

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(turns, range(WRITERS)))
    with store.reading() as session:
        found = read(session, store.vault, PARTICIPANT)
        assert found["extensions"]["org.example"]["count"] == WRITERS * TURNS
        assert found["revision"] == WRITERS * TURNS + 1
        assert verify_chain(session).broken_at is None


def test_many_who_create_at_once_all_get_their_record(store: Store) -> None:
    def create(number: int) -> str:
        return change(store, Change("participant", content(participant(number))))[0].id

    with ThreadPoolExecutor(WRITERS) as pool:
        made = set(pool.map(create, range(1, 41)))
    assert len(made) == 40
    with store.reading() as session:
        assert verify_chain(session).rows == 40
