"""The text of a PDF as Typst writes them, enough to compare it with a page. Not a general reader."""

from __future__ import annotations

import re
import zlib

STREAM = re.compile(rb"stream\r?\n(.*?)\nendstream", re.DOTALL)  # what is packed may end in \r itself
FONT = re.compile(rb"/f(\d+) [\d.]+ Tf")
DRAWN = re.compile(rb"T[jJ]\b")
HEXADECIMAL = re.compile(rb"<([0-9A-Fa-f\s]*)>")
ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of(pdf: bytes) -> str:
    """All glyphs in the order they are drawn, with single spaces."""
    objects = {int(number): body for number, body in re.findall(rb"(\d+) 0 obj\n(.*?)\nendobj", pdf, re.DOTALL)}
    words = []
    pages = re.findall(rb"/Type/Page\b.*?/Contents (\d+) 0 R", b"\n".join(objects.values()), re.DOTALL)
    for page in sorted(pages, key=int):
        fonts = _fonts(objects, page)
        words.append(_drawn(_stream(objects[int(page)]), fonts))
    return " ".join(" ".join(words).split())


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def _stream(body: bytes) -> bytes:
    found = STREAM.search(body)
    assert found
    return zlib.decompress(found[1]) if b"/FlateDecode" in body else found[1]


def _fonts(objects: dict[int, bytes], contents: bytes) -> dict[int, dict[int, str]]:
    page = next(body for body in objects.values() if b"/Contents " + contents + b" 0 R" in body)
    resources = re.search(rb"/Resources (\d+) 0 R", page)
    place = objects[int(resources[1])] if resources else page
    fonts = {}
    for name, number in re.findall(rb"/f(\d+) (\d+) 0 R", place):
        unicode = re.search(rb"/ToUnicode (\d+) 0 R", objects[int(number)])
        assert unicode
        fonts[int(name)] = _glyphs(_stream(objects[int(unicode[1])]))
    return fonts


def _glyphs(table: bytes) -> dict[int, str]:
    """What each glyph reads, by a ToUnicode table."""
    glyphs = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for glyph, text in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            glyphs[int(glyph, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, text in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            for step in range(int(last, 16) - int(first, 16) + 1):
                glyphs[int(first, 16) + step] = chr(int(text, 16) + step)
    return glyphs


def _drawn(content: bytes, fonts: dict[int, dict[int, str]]) -> str:
    said, font, at = [], dict[int, str](), 0
    while at < len(content):
        if chosen := FONT.match(content, at):
            font, at = fonts[int(chosen[1])], chosen.end()
        elif content[at : at + 1] == b"(":
            end = _end_of(content, at)
            said.append(_read(_unescaped(content[at + 1 : end]), font))
            at = end + 1
        elif given := HEXADECIMAL.match(content, at):
            said.append(_read(bytes.fromhex(given[1].decode()), font))
            at = given.end()
        elif shown := DRAWN.match(content, at):
            said.append(" ")
            at = shown.end()
        else:
            at += 1
    return "".join(said)


def _end_of(content: bytes, at: int) -> int:
    """Where a string ends: brackets in it may stand unescaped when they come in pairs."""
    depth = 0
    while True:
        letter = content[at : at + 1]
        depth += {b"(": 1, b")": -1}.get(letter, 0)
        if depth == 0:
            return at
        at += 2 if letter == b"\\" else 1


def _read(glyphs: bytes, font: dict[int, str]) -> str:
    return "".join(font.get(int.from_bytes(glyphs[at : at + 2]), "?") for at in range(0, len(glyphs), 2))


def _unescaped(raw: bytes) -> bytes:
    def plain(found: re.Match[bytes]) -> bytes:
        if found[1].isdigit():
            return bytes([int(found[1], 8)])
        return ESCAPED.get(found[1], found[1])

    return re.sub(rb"\\([0-7]{1,3}|.)", plain, raw, flags=re.DOTALL)
