"""A release is read only if its member signed it, it has the agreed form, makes sense and is the one asked for."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, cast

import pytest

from coupole.standard.reading import canonical
from coupole.standard.validation import DocumentInvalid
from coupole.wire.documents import DocumentNotCanonical, SignatureInvalid, SignerUnknown, sign
from coupole.wire.keys import KeyRing
from coupole.wire.releases import (
    Release,
    ReleaseInvalid,
    ReleaseUnexpected,
    check_release,
    read_release,
    write_release,
)

RING = KeyRing.create({"sign": "ed25519"})
ASKED = {"node": "north", "catalogue": "core", "version": "1.0.0", "period": "2026-Q3"}

RELEASE: Release = {
    "type": "release",
    "form": 1,
    "node": "north",
    "name": "Atelier Nord",
    "catalogue": "core",
    "version": "1.0.0",
    "standard": "1.0.0",
    "period": "2026-Q3",
    "first_on": "2026-07-01",
    "last_on": "2026-09-30",
    "revision": 1,
    "cause": "first",
    "frozen_at": "2026-10-02T06:00:00Z",
    "noise": {"method": "cell_key", "variance": 2, "bound": 5, "hidden_below": 3},
    "floor": 20,
    "indicators": [
        {
            "id": "S01",
            "state": "reported",
            "parts": ["count"],
            "margins": [
                {"dimension": "total", "codes": ["total"], "values": [[41]], "states": [["perturbed"]]},
                {
                    "dimension": "sex",
                    "codes": ["F", "M", "unknown"],
                    "values": [[18, 24, 0]],
                    "states": [["perturbed", "perturbed", "zero"]],
                },
            ],
        },
        {
            "id": "F07",
            "state": "reported",
            "parts": ["n", "sum"],
            "margins": [
                {
                    "dimension": "total",
                    "codes": ["total"],
                    "values": [[30], [0]],
                    "states": [["perturbed"], ["perturbed"]],
                    "bounds": [[5], [11000]],
                }
            ],
        },
        {"id": "M01", "state": "withheld", "reason": "own_decision", "parts": ["n", "sum"], "margins": []},
    ],
}


def changed(change: Callable[[Any], object]) -> Release:
    release = copy.deepcopy(RELEASE)
    change(release)
    return release


def cell(release: Any) -> Any:
    return release["indicators"][0]["margins"][1]


def test_a_release_is_written_and_read_back() -> None:
    raw = write_release(RELEASE)
    assert read_release(raw) == RELEASE
    assert check_release(raw, sign("release", raw, RING.active("sign")), RING.public_set("sign"), **ASKED) == RELEASE


def test_no_changed_byte_gets_through() -> None:
    raw = write_release(RELEASE)
    signature = sign("release", raw, RING.active("sign"))
    for place in range(len(raw)):
        altered = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        with pytest.raises(SignatureInvalid):
            check_release(altered, signature, RING.public_set("sign"), **ASKED)


def test_a_release_of_somebody_else_is_refused() -> None:
    raw, other = write_release(RELEASE), KeyRing.create({"sign": "ed25519"})
    with pytest.raises(SignerUnknown):
        check_release(raw, sign("release", raw, other.active("sign")), RING.public_set("sign"), **ASKED)


@pytest.mark.parametrize("name", ASKED)
def test_a_release_that_was_not_asked_for_is_refused(name: str) -> None:
    raw = write_release(RELEASE)
    asked = ASKED | {name: {"version": "1.0.1"}.get(name, "other")}
    with pytest.raises(ReleaseUnexpected) as caught:
        check_release(raw, sign("release", raw, RING.active("sign")), RING.public_set("sign"), **asked)
    assert caught.value.pointer == f"/{name}"


def test_a_release_in_another_spelling_is_refused_though_signed() -> None:
    raw = write_release(RELEASE).replace(b'"floor":20', b'"floor": 20')
    with pytest.raises(DocumentNotCanonical):
        check_release(raw, sign("release", raw, RING.active("sign")), RING.public_set("sign"), **ASKED)


FORMS: dict[str, Callable[[Any], object]] = {
    "an unknown field": lambda release: release.update(people=["Anna"]),
    "a field missing": lambda release: release.pop("noise"),
    "a negative figure": lambda release: cell(release)["values"][0].__setitem__(0, -3),
    "an unknown state": lambda release: cell(release)["states"][0].__setitem__(0, "exact"),
    "a withheld indicator with figures": lambda release: release["indicators"][0].update(
        state="withheld", reason="own_decision"
    ),
    "a withheld indicator without a reason": lambda release: release["indicators"][2].pop("reason"),
    "an indicator that is withheld because it is not settled": lambda release: release["indicators"][2].update(
        reason="not_settled"
    ),
    "an indicator of too few people that is called not reported": lambda release: release["indicators"][2].update(
        state="not_reported", reason="too_few_people"
    ),
    "an indicator that does not apply because it is not settled": lambda release: release["indicators"][2].update(
        state="not_applicable", reason="not_settled"
    ),
    "a reported indicator with a reason": lambda release: release["indicators"][0].update(reason="own_decision"),
    "a reported indicator without figures": lambda release: release["indicators"][0].update(margins=[]),
    "a code twice": lambda release: cell(release)["codes"].__setitem__(0, "M"),
    "another method of noise": lambda release: release["noise"].update(method="rounding"),
    "a cause of its own": lambda release: release.update(cause="Anna was forgotten"),
    "a day that is none": lambda release: release.update(first_on="2026-07-32"),
    "a moment without zone": lambda release: release.update(frozen_at="2026-10-02T06:00:00"),
}


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("withheld", "own_decision"),
        ("withheld", "too_few_people"),
        ("not_applicable", "not_counted"),
        ("not_reported", "not_counted"),
        ("not_reported", "not_settled"),
    ],
)
def test_an_indicator_without_figures_says_why(state: str, reason: str) -> None:
    release = changed(lambda release: release["indicators"][2].update(state=state, reason=reason))
    assert read_release(write_release(release)) == release


def test_a_revision_may_be_made_because_figures_are_settled_a_first_release_not() -> None:
    release = changed(lambda release: release.update(revision=2, cause="settled"))
    assert read_release(write_release(release)) == release
    with pytest.raises(ReleaseInvalid):
        write_release(changed(lambda release: release.update(cause="settled")))


@pytest.mark.parametrize("name", FORMS)
def test_a_release_outside_its_form_is_neither_written_nor_read(name: str) -> None:
    release = changed(FORMS[name])
    with pytest.raises(DocumentInvalid):
        write_release(release)
    with pytest.raises(DocumentInvalid):
        read_release(canonical(release))


SENSE: dict[str, tuple[Callable[[Any], object], list[str]]] = {
    "days of another period": (
        lambda release: release.update(first_on="2026-06-01", last_on="2026-09-29"),
        ["/first_on", "/last_on"],
    ),
    "a first revision with a cause": (lambda release: release.update(cause="records_changed"), ["/cause"]),
    "a second revision without one": (lambda release: release.update(revision=2), ["/cause"]),
    "an indicator twice": (
        lambda release: release["indicators"].append(release["indicators"][0]),
        ["/indicators/3/id"],
    ),
    "a margin twice": (
        lambda release: release["indicators"][0]["margins"].append(cell(release)),
        ["/indicators/0/margins"],
    ),
    "no total": (lambda release: release["indicators"][0]["margins"].pop(0), ["/indicators/0/margins"]),
    "a total by something": (
        lambda release: release["indicators"][0]["margins"][0].update(codes=["all"]),
        ["/indicators/0/margins/0/codes"],
    ),
    "figures for two codes of three": (
        lambda release: cell(release)["values"][0].pop(),
        ["/indicators/0/margins/1/values"],
    ),
    "states for a part that is not there": (
        lambda release: cell(release)["states"].append(["zero", "zero", "zero"]),
        ["/indicators/0/margins/1/states"],
    ),
    "bounds for one part of two": (
        lambda release: release["indicators"][1]["margins"][0]["bounds"].pop(),
        ["/indicators/1/margins/0/bounds"],
    ),
    "a count of two": (
        lambda release: cell(release)["values"][0].__setitem__(0, 2),
        ["/indicators/0/margins/1/values/0/0"],
    ),
    "a zero that is seven": (
        lambda release: cell(release)["values"][0].__setitem__(2, 7),
        ["/indicators/0/margins/1/values/0/2"],
    ),
    "a withheld figure that is told": (
        lambda release: cell(release)["states"][0].__setitem__(1, "withheld"),
        ["/indicators/0/margins/1/values/0/1"],
    ),
}


@pytest.mark.parametrize("name", SENSE)
def test_a_release_that_contradicts_itself_is_neither_written_nor_read(name: str) -> None:
    change, pointers = SENSE[name]
    release = changed(change)
    for attempt in (lambda: write_release(release), lambda: read_release(canonical(release))):
        with pytest.raises(ReleaseInvalid) as caught:
            attempt()
        assert [finding.pointer for finding in caught.value.findings] == pointers


def test_a_refusal_quotes_no_value() -> None:
    release = cast(Any, changed(lambda one: cell(one)["values"][0].__setitem__(2, 1234567)))
    with pytest.raises(ReleaseInvalid) as caught:
        write_release(release)
    assert "1234567" not in f"{caught.value} {caught.value.findings}"
