from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from coupole.node.reminders import outbox
from coupole.node.reminders.outbox import Written
from coupole.node.reminders.sending import MailServer, send_waiting
from coupole.node.staff import accounts
from coupole.node.store import Store
from coupole.node.store.reminder_tables import Letter

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
WEEK = "2026-W48"
TEXT = Written(
    "Trois choses à faire", "É.B. : réunion mensuelle, en retard de 2 jours\nhttps://north.example.org/files/1"
)


class Postbox:
    """A mail server of somebody else: takes letters, or answers what it is told to."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = answers
        self.taken: list[email.message.Message] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 post.example.org\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line.split(":")[0].split(" ")[0].upper()
            if verb == "DATA" and "DATA" not in self.answers:
                writer.write(b"354 go on\r\n")
                raw = await reader.readuntil(b"\r\n.\r\n")
                self.taken.append(email.message_from_bytes(raw[:-5], policy=email.policy.default))
            if verb == "QUIT":
                break
            answer = "550 gone" if "gone@" in line else self.answers.get(verb, "250 good")
            writer.write((answer + "\r\n").encode())
            await writer.drain()
        writer.close()


@asynccontextmanager
async def post_office(**answers: str) -> AsyncIterator[tuple[Postbox, MailServer]]:
    postbox = Postbox(answers)
    server = await asyncio.start_server(postbox.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield postbox, MailServer("127.0.0.1", port, "none", "Coupole North <desk@north.example.org>")


def write(store: Store, recipient: str = "anna@example.org") -> str:
    with store.writing() as session:
        anna = accounts.create(session, login="anna", name="Anna", role="coach", email=recipient)
        outbox.put(session, anna, WEEK, TEXT, NOW)
        return anna.id


def last(store: Store, staff: str) -> Letter:
    with store.reading() as session:
        found = outbox.last(session, staff)
        assert found is not None
        return found


async def test_a_letter_arrives_as_it_was_written(store: Store) -> None:
    anna = write(store)
    async with post_office() as (postbox, server):
        assert await send_waiting(store, server, NOW) == 1
        assert await send_waiting(store, server, NOW) == 0
    (arrived,) = postbox.taken
    assert arrived["To"] == "anna@example.org"
    assert arrived["Subject"] == TEXT.subject
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert arrived.get_content().strip() == TEXT.text  # type: ignore[attr-defined]
    assert last(store, anna).sent_at == NOW


@pytest.mark.parametrize(
    ("verb", "answer", "failure", "again"),
    [
        ("RCPT", "550 no such person", "mail_recipient_refused", False),
        ("MAIL", "451 try later", "mail_refused", True),
        ("DATA", "554 not that", "mail_refused", False),
    ],
)
async def test_a_refusal_is_kept_with_the_letter_and_tried_again_where_that_may_help(
    store: Store, verb: str, answer: str, failure: str, again: bool
) -> None:
    anna = write(store)
    async with post_office(**{verb: answer}) as (postbox, server):
        assert await send_waiting(store, server, NOW) == 0
    assert postbox.taken == []
    letter = last(store, anna)
    assert (letter.failure, letter.next_try_at is not None, letter.sent_at) == (failure, again, None)


async def test_a_server_that_is_away_loses_no_letter(store: Store) -> None:
    anna = write(store)
    async with post_office() as (_, server):
        pass
    assert await send_waiting(store, server, NOW) == 0
    assert last(store, anna).failure == "mail_server_away"
    async with post_office() as (postbox, server):
        assert await send_waiting(store, server, NOW + outbox.WAITS[0]) == 1
    assert len(postbox.taken) == 1


async def test_one_letter_that_is_refused_holds_up_no_other(store: Store) -> None:
    write(store)
    with store.writing() as session:
        bob = accounts.create(session, login="bob", name="Bob", role="coach", email="gone@example.org")
        outbox.put(session, bob, WEEK, TEXT, NOW)
        carla = accounts.create(session, login="carla", name="Carla", role="coach", email="carla@example.org")
        outbox.put(session, carla, WEEK, TEXT, NOW)
    async with post_office() as (postbox, server):
        assert await send_waiting(store, server, NOW) == 2
    assert [letter["To"] for letter in postbox.taken] == ["anna@example.org", "carla@example.org"]


async def test_a_password_is_never_said_without_encryption(store: Store) -> None:
    """A server that knows no STARTTLS gets nothing from whoever asked for it."""
    anna = write(store)
    async with post_office() as (postbox, plain):
        server = MailServer(plain.host, plain.port, "starttls", plain.sender, "desk", "a long secret")
        assert await send_waiting(store, server, NOW) == 0
    assert postbox.taken == []
    assert last(store, anna).failure == "mail_server_away"
