"""Hands letters to the workshop's own mail server: the one thing a node sends without being asked."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal

import aiosmtplib

from coupole.node.reminders import outbox
from coupole.node.store import Store
from coupole.node.store.reminder_tables import Letter

SECONDS = 30
"""A server that says nothing for so long is away."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed over. ``security``: TLS from the first byte, asked for before anything is said, or
    none, which settings allow on this very machine only."""

    host: str
    port: int
    security: Literal["tls", "starttls", "none"]
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None


async def send_waiting(store: Store, server: MailServer, now: datetime | None = None) -> int:
    """Try every letter whose turn it is; how many were sent. What failed says why in the outbox."""
    moment = now or datetime.now(UTC)
    letters = await asyncio.to_thread(_claimed, store, moment)
    done = 0
    for letter in letters:
        failure, for_good = await _sent(server, letter)
        await asyncio.to_thread(_note, store, letter, failure, for_good, moment)
        done += failure is None
    return done


async def _sent(server: MailServer, letter: Letter) -> tuple[str | None, bool]:
    """Why it was not sent, and whether it never will be; nothing when it was."""
    try:
        await aiosmtplib.send(
            message(server, letter),
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            timeout=SECONDS,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=server.tls,
        )
    except aiosmtplib.SMTPAuthenticationError:
        return "mail_login_refused", False
    except aiosmtplib.SMTPRecipientsRefused:
        return "mail_recipient_refused", True
    except aiosmtplib.SMTPResponseException as error:
        return "mail_refused", error.code >= 500
    except (aiosmtplib.SMTPException, OSError):
        return "mail_server_away", False
    return None, False


def message(server: MailServer, letter: Letter) -> EmailMessage:
    """The letter as mail: plain text, marked as automatic so that absence notes do not answer it."""
    mail = EmailMessage()
    mail["From"] = server.sender
    mail["To"] = letter.recipient
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(letter.written_at)
    # The same at every try: a mail program shows a letter that was sent twice once.
    domain = server.sender.rpartition("@")[2].rstrip(">") or "localhost"
    mail["Message-ID"] = f"<{letter.week}.{letter.staff}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text)
    return mail


def _claimed(store: Store, now: datetime) -> list[Letter]:
    with store.writing() as session:
        return outbox.claim(session, now)


def _note(store: Store, letter: Letter, failure: str | None, for_good: bool, now: datetime) -> None:
    with store.writing() as session:
        if failure is None:
            assert letter.id is not None  # noqa: S101  # it was read from the table
            outbox.sent(session, letter.id, now)
        else:
            outbox.failed(session, letter, failure, now, for_good=for_good)
