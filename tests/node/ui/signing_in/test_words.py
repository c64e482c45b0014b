"""Whatever is noted, and whoever somebody is, has its words."""

from __future__ import annotations

from typing import get_args

from coupole.node.staff import accounts, devices, log
from coupole.node.ui.signing_in import NUMBERS, words
from coupole.standard.sentences import sentence


def test_every_event_role_and_relation_has_its_words() -> None:
    assert set(words.EVENTS) == set(log.EVENTS) == set(get_args(log.What))
    assert set(words.ROLES) == set(accounts.ROLES)
    assert set(words.RELATIONS) == {"assigned", "team", "other"}
    assert set(words.BROWSERS) == {name for name, _ in devices.BROWSERS}
    assert set(words.SYSTEMS) == {name for name, _ in devices.SYSTEMS}


def test_every_refusal_is_said_in_four_languages() -> None:
    for kind in NUMBERS:
        said = {sentence(kind.code, language, {"limit": 8, "seconds": 5}) for language in ("en", "nl", "fr", "it")}
        assert len(said) == 4, kind.code
        assert all(title and remedy for title, remedy in said)
