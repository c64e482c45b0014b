"""What a third party may rely on."""

from __future__ import annotations

import types

import coupole_client
from coupole.standard.sentences import known_codes
from coupole_client import errors


def test_the_public_names_are_exactly_those_exported() -> None:
    public = {
        name
        for name, value in vars(coupole_client).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }
    assert public == set(coupole_client.__all__)
    assert coupole_client.__all__ == sorted(coupole_client.__all__)


def test_every_kind_of_error_is_exported_and_has_its_words() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.NodeError)]
    assert len(kinds) > 15
    for kind in kinds:
        assert kind.__name__ in coupole_client.__all__
        assert known_codes()[kind.code]["title"]["en"] == kind.title()
