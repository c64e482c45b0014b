"""A trustee's key lists and certificates hold only as it signed them, in the order in which it made them."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from coupole.standard.validation import DocumentInvalid
from coupole.wire.certificates import (
    CERTIFICATE,
    GENESIS,
    KEY_LIST,
    CertificateChainBroken,
    CertificateInvalid,
    KeyListInvalid,
    SealingKeyMissing,
    check_certificate,
    check_chain,
    check_key_list,
    counted,
    from_text,
    key_month,
    last_counted,
    listed,
    refusals,
    sealing_key,
    to_text,
    write_certificate,
    write_key_list,
    write_log,
)
from coupole.wire.documents import DocumentNotCanonical, SignatureInvalid, SignerUnknown, canonical_only, digest, sign
from coupole.wire.keys import Key
from tests.wire.federation import ELSEWHERE, HUB, NOTHING, NOVEMBER, OCTOBER, RAW, TRUSTEE, key_set, report

KNOWN = key_set(TRUSTEE)
REPORT = report().header


def certificate(**changes: Any) -> Any:
    made = {
        "type": "certificate",
        "form": 1,
        "number": 1,
        "previous": GENESIS,
        "trustee": "Université",
        "tabulation": digest(RAW),
        "slot": "2026-10",
        "outcome": "released",
        "groups": [
            {"id": "all", "members": [{"node": "north", "report": digest(REPORT)}], "sum": NOTHING, "state": NOTHING}
        ],
        "refused": [{"node": "south", "reason": "report_inconsistent"}],
        "left_out": [],
        "made_at": "2026-11-03T08:00:00Z",
    }
    return copy.deepcopy(made | changes)


def void(**changes: Any) -> Any:
    return certificate(**{"outcome": "void", "reason": "quorum_missing", "groups": [], "left_out": ["all"]} | changes)


def key_list(**changes: Any) -> Any:
    keys = [
        listed("oct", "2026-10", OCTOBER.public.kem, OCTOBER.public.key, "2026-12-31"),
        listed("dec", "2026-12", NOVEMBER.public.kem, NOVEMBER.public.key, "2027-02-28"),
        listed("plain", "2027-01", ELSEWHERE.public.kem, ELSEWHERE.public.key, "2027-03-31"),
    ]
    made = {"type": "key_list", "form": 1, "trustee": "Université", "made_at": "2026-09-30T08:00:00Z", "keys": keys}
    return made | changes


def signed(raw: bytes, kind: str = CERTIFICATE, key: Key = TRUSTEE) -> tuple[bytes, str]:
    return raw, sign(kind, raw, key)


def chain(number: int) -> Iterator[tuple[bytes, str]]:
    previous = GENESIS
    for step in range(1, number + 1):
        raw = write_certificate(certificate(number=step, previous=previous, slot=f"2026-{step:02}"))
        previous = digest(raw)
        yield signed(raw)


def test_the_key_of_a_slot_is_that_of_its_month_or_of_its_quarters_last():
    found = check_key_list(*signed(write_key_list(key_list()), KEY_LIST), KNOWN)

    assert sealing_key(found, "2026-10") == OCTOBER.public
    assert sealing_key(found, "2026-10/opening") == OCTOBER.public
    assert sealing_key(found, "2026-Q4").id == sealing_key(found, "2026-Q4/opening").id == "dec"
    assert sealing_key(found, "2027-01") == (*("plain", ELSEWHERE.public.key), "x25519")
    assert [key_month(f"2026-Q{number}") for number in range(1, 5)] == ["2026-03", "2026-06", "2026-09", "2026-12"]
    with pytest.raises(SealingKeyMissing):
        sealing_key(found, "2026-11")


def test_a_key_list_is_believed_from_its_trustee_only():
    raw = write_key_list(key_list())

    with pytest.raises(SignerUnknown):
        check_key_list(*signed(raw, KEY_LIST, HUB), KNOWN)
    with pytest.raises(SignatureInvalid):
        check_key_list(*signed(raw, CERTIFICATE), KNOWN)
    with pytest.raises(DocumentNotCanonical):
        check_key_list(*signed(raw.replace(b":", b": ", 1), KEY_LIST), KNOWN)


def one_key(**changes: Any) -> Any:
    return [{**key_list()["keys"][0], **changes}]


@pytest.mark.parametrize(
    ("keys", "pointer"),
    [
        (key_list()["keys"] + one_key(slot="2026-11"), "/keys/3/id"),
        (key_list()["keys"] + one_key(id="other"), "/keys/3/slot"),
        (one_key(kem="x25519"), "/keys/0/key"),
        (one_key(key=to_text(ELSEWHERE.public.key)), "/keys/0/key"),
        (one_key(key=to_text(OCTOBER.public.key)[:-1]), "/keys/0/key"),
        (one_key(kem="x25519", key="A" * 42 + "B"), "/keys/0/key"),
        (one_key(kem="x25519", key="A" * 45), "/keys/0/key"),
    ],
)
def test_a_key_list_that_contradicts_itself_is_refused(keys, pointer):
    with pytest.raises(KeyListInvalid) as refused:
        write_key_list(key_list(keys=keys))

    assert [(one.code, one.pointer) for one in refused.value.findings] == [("key_list_inconsistent", pointer)]


@pytest.mark.parametrize(
    "changes",
    [{"keys": []}, {"keys": one_key(kem="rsa")}, {"keys": one_key(slot="2026-Q4")}, {"made_at": "today"}, {"more": 1}],
)
def test_a_key_list_of_another_form_is_refused(changes):
    with pytest.raises(DocumentInvalid):
        write_key_list(key_list(**changes))


def test_a_key_list_of_good_form_that_contradicts_itself_is_not_read_either():
    raw = write_key_list(key_list()).replace(b'"id":"dec"', b'"id":"oct"')

    with pytest.raises(KeyListInvalid):
        check_key_list(*signed(raw, KEY_LIST), KNOWN)


def test_a_certificate_says_whose_report_was_counted_and_in_which_group():
    found = check_certificate(*signed(write_certificate(certificate())), KNOWN)

    assert counted(found, "north", REPORT) == "all"
    assert counted(found, "south", REPORT) is None
    assert counted(found, "north", report().header) is None, "another report of the same member"
    assert counted(check_certificate(*signed(write_certificate(void())), KNOWN), "north", REPORT) is None


def test_a_certificate_is_believed_from_its_trustee_only():
    raw = write_certificate(certificate())

    with pytest.raises(SignerUnknown):
        check_certificate(*signed(raw, key=HUB), KNOWN)
    with pytest.raises(SignatureInvalid):
        check_certificate(*signed(raw, KEY_LIST), KNOWN)
    with pytest.raises(DocumentNotCanonical):
        check_certificate(*signed(raw.replace(b":", b": ", 1)), KNOWN)
    with pytest.raises(CertificateInvalid):
        check_certificate(*signed(raw.replace(b'"south"', b'"north"')), KNOWN)


GROUP = certificate()["groups"][0]


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        (certificate(number=2), "/previous"),
        (certificate(previous=NOTHING), "/previous"),
        (certificate(groups=[GROUP, {**GROUP, "members": [{"node": "east", "report": NOTHING}]}]), "/groups"),
        (certificate(groups=[GROUP, {**GROUP, "id": "south"}]), "/groups"),
        (certificate(left_out=["all"]), "/groups"),
        (certificate(refused=[{"node": "north", "reason": "report_repeated"}]), "/refused"),
    ],
)
def test_a_certificate_that_contradicts_itself_is_refused(document, pointer):
    with pytest.raises(CertificateInvalid) as refused:
        write_certificate(document)

    assert [(one.code, one.pointer) for one in refused.value.findings] == [("certificate_inconsistent", pointer)]


@pytest.mark.parametrize(
    "document",
    [
        certificate(reason="quorum_missing"),
        certificate(groups=[]),
        certificate(groups=[{**GROUP, "members": []}]),
        certificate(number=0),
        certificate(refused=[{"node": "south", "reason": "Because of 3 people"}]),
        void(groups=[GROUP]),
        {name: value for name, value in void().items() if name != "reason"},
    ],
)
def test_a_certificate_of_another_form_is_refused(document):
    with pytest.raises(DocumentInvalid):
        write_certificate(document)


def test_certificates_that_follow_each_other_are_a_chain_from_any_of_them_on():
    made = list(chain(4))

    assert [one["number"] for one in check_chain(made, GENESIS, KNOWN)] == [1, 2, 3, 4]
    assert [one["number"] for one in check_chain(made[2:], digest(made[1][0]), KNOWN)] == [3, 4]
    assert check_chain([], GENESIS, KNOWN) == []


def test_a_certificate_left_out_repeated_or_put_elsewhere_breaks_the_chain():
    one, two, three, four = chain(4)

    for broken in ([one, three], [two, three], [one, one], [one, three, two], [one, two, four], [four]):
        with pytest.raises(CertificateChainBroken):
            check_chain(broken, GENESIS, KNOWN)
    with pytest.raises(CertificateChainBroken):
        check_chain([two], digest(two[0]), KNOWN)


@pytest.mark.parametrize("changes", [{"number": 3}, {"trustee": "Another"}, {"tabulation": NOTHING}])
def test_a_certificate_of_another_number_trustee_or_tabulation_breaks_the_chain(changes):
    [first] = chain(1)
    second = write_certificate(certificate(**{"number": 2, "previous": digest(first[0])} | changes))

    with pytest.raises(CertificateChainBroken):
        check_chain([first, signed(second)], GENESIS, KNOWN)


def test_one_certificate_that_somebody_else_signed_spoils_the_chain():
    one, two = chain(2)

    with pytest.raises(SignerUnknown):
        check_chain([one, signed(two[0], key=HUB)], GENESIS, KNOWN)


def test_bytes_have_one_spelling():
    assert from_text(to_text(b"\xfb\xff")) == b"\xfb\xff"
    for text in ("-_9", "-_8=", "-_8 ", "-_", "+/8", "é"):
        if text != "-_":
            with pytest.raises(ValueError, match=r"."):
                from_text(text)


def test_a_log_names_every_certificate_by_its_hash_and_says_how_its_slot_ended() -> None:
    chain = [write_certificate(certificate()), write_certificate(void(number=2, previous=NOTHING, slot="2026-11"))]
    log = canonical_only(write_log("Université", {"version": 3, "digest": NOTHING}, chain))
    assert (log["trustee"], log["roster"]) == ("Université", {"version": 3, "digest": NOTHING})
    assert [(one["number"], one["slot"], one["outcome"], one["digest"]) for one in log["certificates"]] == [
        (1, "2026-10", "released", digest(chain[0])),
        (2, "2026-11", "void", digest(chain[1])),
    ]


def test_of_each_member_the_last_certificate_that_counted_it_is_found_and_why_others_were_refused() -> None:
    chain = [certificate(), certificate(slot="2026-11"), void(slot="2026-12")]
    assert {node: one["slot"] for node, one in last_counted(chain).items()} == {"north": "2026-11"}
    assert refusals(chain[0]) == {"south": "report_inconsistent"}
