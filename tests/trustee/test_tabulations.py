"""What a trustee agrees to sum, after a person read it in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from coupole.standard.validation import DocumentInvalid
from coupole.trustee import tabulations
from coupole.trustee.tabulations import TabulationNotAgreed, TabulationOfOthers, TabulationOlder
from coupole.wire.documents import SignatureInvalid, SignerUnknown, sign, verify, written
from coupole.wire.keys import KeyRing
from coupole.wire.tabulations import TabulationInvalid, tabulation_id, write_tabulation
from tests.trustee.sealed_federation import EXACT, Federation, table


@pytest.fixture(scope="module")
def federation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    made = Federation(tmp_path_factory.mktemp("federation"), 0)
    yield made
    made.close()


def test_the_countersignature_is_kept_and_given_again(federation: Federation) -> None:
    signature = federation.agree(federation.trustee, federation.raw)
    verify("tabulation", federation.raw, signature, federation.trustee.ring.public_set("sign"))
    assert federation.agree(federation.trustee, federation.raw) == signature
    with federation.trustee.store.reading() as session:
        assert tabulations.tabulation(session, federation.id).body == federation.raw
        with pytest.raises(TabulationNotAgreed):
            tabulations.tabulation(session, "0" * 64)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"m": 4}, DocumentInvalid),
        ({"tables": [*EXACT, table("x", "S01", "stock", "sex", "age_band", noise="none")]}, TabulationInvalid),
        ({"tables": [one | {"part": "sum"} for one in EXACT]}, TabulationInvalid),
        ({"trustees": []}, DocumentInvalid),
        ({"more": 1}, DocumentInvalid),
    ],
)
def test_what_no_trustee_may_agree_to_is_refused_before_anybody_reads_it(
    federation: Federation, changes: dict[str, Any], refusal: type[Exception]
) -> None:
    raw = written(dict(federation.proposed()) | changes)
    with pytest.raises(refusal):
        tabulations.proposed(federation.trustee, raw, sign("tabulation", raw, federation.hub))


def test_a_tabulation_its_hub_did_not_sign_or_that_names_other_trustees_is_refused(federation: Federation) -> None:
    stranger = KeyRing.create({"sign": "ed25519"}).active("sign")
    with pytest.raises(SignerUnknown):
        tabulations.proposed(federation.trustee, federation.raw, sign("tabulation", federation.raw, stranger))
    signature = sign("release", federation.raw, federation.hub)
    with pytest.raises(SignatureInvalid):
        tabulations.proposed(federation.trustee, federation.raw, signature)
    raw = write_tabulation(federation.proposed(trustees=[{"name": "Trustee 0", "key": stranger.public()}]))
    with pytest.raises(TabulationOfOthers):
        tabulations.proposed(federation.trustee, raw, sign("tabulation", raw, federation.hub))


def test_the_same_people_are_never_counted_by_two_tabulations_of_one_epoch(federation: Federation) -> None:
    for changes in ({"m": 6}, {"tables": EXACT}, {"first_slot": "2027-01"}):
        with pytest.raises(TabulationOlder):
            federation.agree(federation.trustee, write_tabulation(federation.proposed(**changes)))
    other = write_tabulation(federation.proposed(population="hires"))
    assert federation.agree(federation.trustee, other)
    later = write_tabulation(federation.proposed(epoch=3, first_slot="2028-01"))
    assert federation.agree(federation.trustee, later)
    with pytest.raises(TabulationOlder):
        federation.agree(federation.trustee, write_tabulation(federation.proposed(epoch=2)))


def test_each_tabulation_has_a_noise_secret_of_its_own_for_its_owner_alone(federation: Federation) -> None:
    raw = write_tabulation(federation.proposed(population="entries"))
    federation.agree(federation.trustee, raw)
    files = list((federation.trustee.keys / "epochs").iterdir())
    assert {federation.id, tabulation_id(raw)} <= {path.stem for path in files}
    assert len({path.read_bytes() for path in files}) == len(files)
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
