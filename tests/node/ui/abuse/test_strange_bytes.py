"""What is no form, or no text: refused as such on every page, and nothing of it kept in another shape."""

from __future__ import annotations

import re
from typing import Any

import httpx2
import pytest

from coupole.node.staff.accounts import ROLES
from coupole.node.store import queries
from coupole.node.ui.arriving import MOST_FIELDS
from coupole.standard.reading import parse
from tests.desk import signed_in
from tests.factories import id_of
from tests.forms import form_of
from tests.node.ui.abuse.house import FILE, House
from tests.node.ui.abuse.test_random_forms import FORM, body_of, codes_of, head

pytestmark = pytest.mark.processes

LINE = "zz"
END = f"--{LINE}--\r\n".encode()
FILES = f"multipart/form-data; boundary={LINE}"
PLAIN = FORM["content-type"]


def part(name: str, value: bytes, filename: str | None = None) -> bytes:
    """One field of a form that may bring files."""
    named = f'form-data; name="{name}"' + ("" if filename is None else f'; filename="{filename}"')
    return f"--{LINE}\r\nContent-Disposition: {named}\r\n\r\n".encode() + value + b"\r\n"


NO_FORMS = {
    "bytes that are no letters": (PLAIN, b"q=%ff%fe&reason=%ff"),
    "half a pair": (PLAIN, b"q=%ed%a0%80&name=%ed%a0%80"),
    "letters of another set": (PLAIN, b"q=Zo\xeb&name=Zo\xeb"),
    "a name that is no letters": (PLAIN, b"%ff=1"),
    "another set, named": (f"{PLAIN}; charset=iso-8859-1", b"q=Zo%eb"),
    "the character 0": (PLAIN, b"q=a%00b"),
    "a name with the character 0": (PLAIN, b"a%00=b"),
    "ten thousand fields": (PLAIN, b"&".join(b"a%d=1" % number for number in range(MOST_FIELDS + 1))),
    "more than is read": (PLAIN, b"q=" + b"x" * 1_100_000),
    "text": ("text/plain", b"q=1"),
    "JSON": ("application/json", b'{"q":"1"}'),
    "nothing said": ("", b"q=1"),
    "files where there are none": (FILES, part("reason", b"x", "reason.txt") + part("q", b"x", "<b>.txt") + END),
    "text in parts": (FILES, part("reason", b"a good reason") + part("accompaniment", FILE.encode()) + END),
    "another reading of text": (f"{FILES}; charset=utf-7", part("q", b"+2AA-") + END),
    "escaped text": (f"{FILES}; charset=unicode_escape", part("file", b"\\ud800", "a.csv") + END),
    "a reading that always fails": (f"{FILES}; charset=undefined", part("q", b"x") + END),
    "many files": (FILES, b"".join(part("file", b"x", "a.csv") for _ in range(9)) + END),
    "no boundary": ("multipart/form-data", part("q", b"x") + END),
    "an endless head": (FILES, part("q", b"x").replace(b"\r\n\r\n", b"\r\nX: " + b"a" * 200_000 + b"\r\n\r\n")),
}
REFUSED = {(413, "body_too_long"), (415, "body_type_unknown"), (422, "form_unreadable")}
TAKES_FILES = {(422, "sheet_type_unknown"), (403, "access_refused")}
"""What the one page that takes files says of files that are no spreadsheet."""


@pytest.mark.parametrize("what", NO_FORMS)
def test_what_is_no_form_is_refused_by_every_page_to_everybody(house: House, what: str) -> None:
    kind, body = NO_FORMS[what]
    before, faults = head(house), dict[str, object]()
    for address in house.doors("POST"):
        for role in ROLES if address in ("/reason", "/people", "/sheets") else ("admin",):
            answer = house.window(role).post(address, content=body, headers={"content-type": kind} if kind else {})
            found = (answer.status_code, *codes_of(answer))
            if found not in (REFUSED | TAKES_FILES if address == "/sheets" else REFUSED):
                faults[f"{role} {address}"] = found
    assert faults == {}
    assert head(house) == before


def typed(house: House, record: str, **fields: str | list[str]) -> httpx2.Response:
    """What the page of a record answers a colleague who typed that."""
    there, address = signed_in(house.node), f"/records/{record}"
    form = form_of(there.get(address).text, address)
    return there.post(address, content=body_of(form.typed(**fields)), headers=FORM)


def kept(house: House, record: str) -> dict[str, Any]:
    with house.store.reading() as session:
        found: dict[str, Any] = parse(queries.read_version(session, house.store.vault, record)[1])
    return found


@pytest.mark.parametrize("text", ["\u202egnp.exe", "a\u202db", "bell\x07", "\x1b[2J", "del\x7f"])
def test_a_text_with_a_sign_that_is_not_seen_or_turns_letters_round_is_refused_beside_its_field(
    house: House, text: str
) -> None:
    for record, field in ((id_of("participant"), "given_name"), (id_of("team_meeting"), "minutes")):
        answer = typed(house, record, **{field: text})
        assert (answer.status_code, set(codes_of(answer))) == (422, {"document_invalid", "pattern_mismatch"})
        assert "turns letters round" in answer.text
        assert kept(house, record)[field] != text


@pytest.mark.parametrize(
    "text",
    [
        "e" + "\u0301" * 100,
        "\u0627\u062d\u0645\u062f",
        "\u05d0\u200f-1",
        "\U0001f469\u200d\U0001f52c",
        "\u2066abc\u2069",
        "\ufeff.",
        "\u17b4x",
        "\U000e0041x",
    ],
)
def test_every_other_text_is_kept_letter_by_letter(house: House, text: str) -> None:
    record = id_of("participant")
    assert typed(house, record, given_name=text).status_code == 303
    assert kept(house, record)["given_name"] == text
    assert typed(house, id_of("team_meeting"), minutes=f"{text}\r\n{text}").status_code == 303
    assert kept(house, id_of("team_meeting"))["minutes"] == f"{text}\n{text}"


def test_a_word_of_ten_thousand_letters_is_kept_in_a_note_and_too_long_for_a_name(house: House) -> None:
    assert typed(house, id_of("team_meeting"), minutes="w" * 10_000).status_code == 303
    for record, field in ((id_of("team_meeting"), "minutes"), (id_of("participant"), "given_name")):
        answer = typed(house, record, **{field: "w" * 10_001})
        assert (answer.status_code, set(codes_of(answer))) == (422, {"document_invalid", "too_long"})


def test_of_a_field_that_is_sent_twice_one_value_is_kept_whole(house: House) -> None:
    record = id_of("participant", 2)
    typed(house, record, given_name=["Zo\u00eb", "Jan"])
    assert kept(house, record)["given_name"] in ("Zo\u00eb", "Jan")


def test_a_file_is_never_a_reason(house: House) -> None:
    coach = signed_in(house.node, "coach")
    body = part("accompaniment", FILE.encode()) + part("reason", b"x", "a good reason.txt") + END
    answer = coach.post("/reason", content=body, headers={"content-type": FILES})
    assert codes_of(answer) == ["body_type_unknown"]
    assert coach.get(f"/files/{FILE}").status_code == 403


def test_the_name_of_a_spreadsheet_cannot_look_like_another(house: House) -> None:
    admin = house.window("admin")
    answer = admin.post("/sheets", files={"file": ("people\u202evsc.exe\x07.csv", b"Naam;Voornaam\nA;B\n", "text/csv")})
    assert answer.status_code == 303
    page = admin.get("/sheets").text
    assert "peoplevsc.exe" in page
    assert "\u202e" not in page


@pytest.mark.parametrize(
    "bad", ["%00", "a%00b", "%ff", "%ed%a0%80", "%e2%80%ae", "x" * 4_000, "..%2f..%2fetc", "%0d%0aX:y"]
)
def test_an_address_that_names_nothing_finds_nothing(house: House, bad: str) -> None:
    faults = {}
    for method in ("GET", "POST"):
        for route in house.routes(method):
            if "{" in route.path:
                answer = house.window("admin").request(method, re.sub(r"\{\w+\}", bad, route.path), headers=FORM)
                if answer.status_code not in (404, 422) or not codes_of(answer):
                    faults[f"{method} {route.path}"] = answer.status_code
    assert faults == {}
