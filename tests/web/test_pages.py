"""Pages are whole without script, speak four languages and call nobody."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from httpx2 import ASGITransport, AsyncClient
from jinja2 import UndefinedError
from starlette.requests import Request
from starlette.responses import Response

from coupole.web import apps
from coupole.web.pages import HERE, POLICY, Pages

pytestmark = pytest.mark.anyio

PAGE = """{% extends "shell.html" %}{% block title %}{{ _("In %(place)s", place=place) }}{% endblock %}
{% block main %}<h1>{{ place }}</h1><p>{{ 12345.5 | number }}; {{ on | day }}; {{ at | moment }}</p>{% endblock %}"""
WORDS = {"nl": "In %(place)s (nl)", "fr": "À %(place)s", "it": "A %(place)s"}
ON, AT = date(2026, 10, 3), datetime(2026, 10, 3, 14, 5, tzinfo=UTC)


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    (tmp_path / "place.html").write_text(PAGE)
    (tmp_path / "broken.html").write_text("{{ nothing }}")
    for language, text in WORDS.items():
        (tmp_path / f"{language}.po").write_text(f'msgid "In %(place)s"\nmsgstr "{text}"\n', "utf-8")
    return Pages(tmp_path, name="Werkplaats & Zoon", issuer="https://north.example", language="nl")


@pytest.fixture
async def browser(pages: Pages) -> AsyncIterator[AsyncClient]:
    app = apps.create("Pages", version="1", issuer="https://north.example")
    pages.add_to(app)

    def show(request: Request) -> Response:
        return pages.answer(request, "place.html", place="<Gent>", on=ON, at=AT)

    app.add_route("/", show)
    async with AsyncClient(transport=ASGITransport(app), base_url="https://north.example") as client:
        yield client


async def test_a_page_is_one_document_in_the_language_of_the_reader_with_all_it_writes_escaped(
    browser: AsyncClient,
) -> None:
    answer = await browser.get("/", headers={"Accept-Language": "fr"})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-language"] == "fr"
    assert '<html lang="fr">' in answer.text
    assert "<title>À &lt;Gent&gt; · Werkplaats &amp; Zoon</title>" in answer.text
    assert "<Gent>" not in answer.text
    assert "12\u202f345,5; 3 octobre 2026; 3 octobre 2026, 14:05 UTC" in answer.text


async def test_without_a_wish_the_page_is_in_the_language_of_its_service(browser: AsyncClient) -> None:
    assert '<html lang="nl">' in (await browser.get("/")).text


async def test_a_language_picked_on_a_page_is_kept_and_what_else_the_address_said_too(browser: AsyncClient) -> None:
    answer = await browser.get("/?period=2026-Q3&language=it")
    assert answer.headers["set-cookie"].startswith(
        "language=it; HttpOnly; Max-Age=31536000; Path=/; SameSite=lax; Secure"
    )
    assert 'href="?period=2026-Q3&amp;language=fr"' in answer.text
    assert answer.text.count("aria-current") == 1
    later = await browser.get("/", headers={"Accept-Language": "en"})
    assert '<html lang="it">' in later.text
    assert "set-cookie" not in later.headers
    assert "set-cookie" not in (await browser.get("/?language=xx")).headers


async def test_the_content_policy_allows_only_files_of_the_service_itself(browser: AsyncClient) -> None:
    answer = await browser.get("/")
    policy = answer.headers["content-security-policy"]
    assert policy == POLICY
    for strict in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for"):
        assert strict in policy
    assert "unsafe" not in policy
    assert "data:" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert "<script" not in answer.text
    assert "style=" not in answer.text
    assert not re.search(r'(?:src|href)="(?:https?:)?//', answer.text)


async def test_a_file_has_an_address_that_changes_with_it_and_may_be_kept_for_ever(browser: AsyncClient) -> None:
    [address] = re.findall(r'href="(/static/coupole\.[0-9a-f]{16}\.css)"', (await browser.get("/")).text)
    sheet = await browser.get(address)
    assert sheet.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in sheet.headers["cache-control"]
    again = await browser.get(address, headers={"If-None-Match": sheet.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path", ["/static/coupole.css", "/static/..%2Fpages.py", "/static/coupole.0123456789abcdef.css"]
)
async def test_no_other_file_is_served(browser: AsyncClient, path: str) -> None:
    answer = await browser.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "path_unknown")


def test_a_service_brings_files_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "table.js").write_text("'use strict';")
    (tmp_path / "static" / "notes.txt").write_text("not served")
    files = Pages(tmp_path, name="Hub", issuer="http://127.0.0.1:8000").files
    assert {"table.js", "coupole.css"} <= files.keys()
    assert "notes.txt" not in files


def test_a_value_that_is_missing_is_a_failure_not_a_gap(pages: Pages) -> None:
    with pytest.raises(UndefinedError):
        pages.environment.get_template("broken.html").render()


@pytest.mark.parametrize(("language", "days"), [("nl", "3 dagen"), ("fr", "3 jours"), ("en", "3 days")])
def test_a_number_of_things_is_said_as_the_language_says_it(tmp_path: Path, language: str, days: str) -> None:
    for code, one, more in (("nl", "dag", "dagen"), ("fr", "jour", "jours")):
        plural = (
            f'msgid "%(num)s day"\nmsgid_plural "%(num)s days"\nmsgstr[0] "%(num)s {one}"\nmsgstr[1] "%(num)s {more}"\n'
        )
        (tmp_path / f"{code}.po").write_text(plural)
    pages = Pages(tmp_path, name="Hub", issuer="http://127.0.0.1:8000")
    template = pages.environment.from_string('{{ ngettext("%(num)s day", "%(num)s days", n) }}')
    assert template.render(language=language, n=3) == days


def test_what_is_put_into_a_translated_sentence_is_escaped(pages: Pages) -> None:
    template = pages.environment.from_string('{{ _("In %(place)s", place="<Gent>") }}')
    assert template.render(language="fr") == "À &lt;Gent&gt;"


def test_the_style_sheet_calls_nobody() -> None:
    sheet = (HERE / "static" / "coupole.css").read_text("utf-8")
    assert "light-dark(" in sheet
    assert "url(" not in sheet
    assert "@import" not in sheet


def test_the_script_is_small_makes_elements_in_one_place_and_calls_nobody_else() -> None:
    script = (HERE / "static" / "coupole.js").read_text("utf-8")
    assert len(script.encode()) < 5_500
    assert script.count("parseFromString") == script.count("createPolicy") == 1
    assert "trusted-types coupole" in POLICY
    for unsafe in ("innerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "http:", "https:", "//c"):
        assert unsafe not in script


def channel(value: int) -> float:
    part = value / 255
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def luminance(colour: str) -> float:
    red, green, blue = (channel(int(colour[place : place + 2], 16)) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_text_can_be_read_on_every_ground_in_light_and_dark() -> None:
    sheet = (HERE / "static" / "coupole.css").read_text("utf-8")
    found = dict(re.findall(r"--([a-z-]+): light-dark\(([^)]+)\)", sheet))
    colours = {name: pair.split(", ") for name, pair in found.items()}
    pairs = [
        (text, ground)
        for text in ("ink", "quiet", "accent", "warn", "wrong", "good")
        for ground in ("paper", "sheet", "stripe")
    ]
    assert len(colours) >= 11
    for text, ground in [*pairs, ("on-accent", "accent")]:
        for shade in (0, 1):
            light, dark = sorted((luminance(colours[text][shade]), luminance(colours[ground][shade])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground, shade)
