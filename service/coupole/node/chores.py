"""What a running node does by itself: letters on Monday morning, the clearing away of what has had its time, and once a
day a word with the hub.

One turn a minute. A turn that fails is noted without a value and the next one comes; nothing else waits for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from coupole.node.api.node import Node
from coupole.node.federation import following, leaving
from coupole.node.records.due import due_list
from coupole.node.reminders import outbox
from coupole.node.reminders.sending import MailServer, send_waiting
from coupole.node.staff import log, openings, sessions
from coupole.node.store import drafts, sheets
from coupole.node.ui.reminders.letters import write_letters
from coupole.web.pages import Pages

EVERY = 60.0
"""Seconds between two turns."""
MONDAY_AT = 7
"""The hour of the day, at the workshop, from which the letters of a week are written."""
CLEARED_EVERY = timedelta(hours=24)
LOG = logging.getLogger(__name__)

CLEARING: tuple[Callable[[Session, datetime], object], ...] = (
    outbox.clear,
    drafts.clear,
    sessions.clear,
    log.clear,
    openings.clear,
)
"""What forgets the old rows of a table."""


class Chores:
    """The turns of one node. ``mail``: where letters go; none, and no letter is written."""

    def __init__(self, node: Node, pages: Pages, mail: MailServer | None) -> None:
        self.node, self.pages, self.mail = node, pages, mail
        self._week = ""
        self._cleared: datetime | None = None

    async def keep_going(self) -> None:
        """Turn after turn, until it is cancelled."""
        while True:
            await self._guarded(self.warm)
            await asyncio.sleep(EVERY)
            await self._guarded(self.turn)

    async def _guarded(self, chore: Callable[[datetime], Awaitable[None]]) -> None:
        try:
            await chore(datetime.now(UTC))
        except Exception as error:  # the next one must come, whatever happened to this one
            LOG.error("a chore failed: %s", type(error).__name__)

    async def warm(self, now: datetime) -> None:
        """Have what is due today known before somebody asks: the first question of a day reads every file."""
        await asyncio.to_thread(self._look, now)

    def _look(self, now: datetime) -> None:
        with self.node.store.reading() as session:
            due_list(session, self.node.store, now.astimezone().date())
            self.node.registers.current(session, self.node.store.vault)

    async def turn(self, now: datetime) -> None:
        """Do what it is time for."""
        if self.mail:
            if (week := self._due_week(now)) != self._week:
                await asyncio.to_thread(write_letters, self.node, self.pages, week, now)
                self._week = week
            await send_waiting(self.node.store, self.mail, now)
        if self._cleared is None or now - self._cleared >= CLEARED_EVERY:
            await asyncio.to_thread(self._clear, now)
            await asyncio.to_thread(self._hear, now)
            self._cleared = now

    def _due_week(self, now: datetime) -> str:
        """The week whose letters are to be written by now."""
        return outbox.week_of((now.astimezone() - timedelta(hours=MONDAY_AT)).date())

    def _hear(self, now: datetime) -> None:
        """What the federation's hub has to say; and what is left to do of leaving it."""
        node = self.node
        following.follow(node.store, node.way, node.node_id, now)
        leaving.go_on(node.store, node.way, node.ring, node.node_id, now)

    def _clear(self, now: datetime) -> None:
        for clear in CLEARING:
            with self.node.store.writing() as session:
                clear(session, now)
        sheets.tidy(self.node.store.engine, now)
        self.node.store.finish_erasures()
