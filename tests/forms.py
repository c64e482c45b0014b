"""Forms of a page as a browser would send them: what stands in them, and what a person typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

Sent = list[tuple[str, str]]


@dataclass
class PageForm:
    """One form of a page. ``fields``: what it sends when nothing is typed; ``buttons``: names and values."""

    action: str = ""
    method: str = "get"
    fields: Sent = field(default_factory=list)
    buttons: Sent = field(default_factory=list)
    named: set[str] = field(default_factory=set)

    def typed(self, **values: str | list[str]) -> Sent:
        """What is sent after typing; a name with dots is written with two underscores."""
        given = {name.replace("__", "."): value for name, value in values.items()}
        unknown = given.keys() - self.named
        assert not unknown, f"the form has no {unknown}"
        sent = [(name, value) for name, value in self.fields if name not in given]
        for name, value in given.items():
            sent += [(name, one) for one in ([value] if isinstance(value, str) else value)]
        return sent


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.inside: PageForm | None = None
        self.select: tuple[str, list[tuple[str, bool]]] | None = None
        self.area: tuple[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            assert self.inside is None, "a form inside a form"
            self.inside = PageForm(given.get("action", ""), given.get("method", "get"))
            self.forms.append(self.inside)
        form, name = self.inside, given.get("name", "")
        if tag == "option" and self.select:
            self.select[1].append((given["value"], "selected" in given))
        if form is None or not name or "disabled" in given:
            return
        if tag == "button":
            form.buttons.append((name, given.get("value", "")))
            return
        if tag not in ("input", "select", "textarea"):
            return
        form.named.add(name)
        if tag == "select":
            self.select = (name, [])
        elif tag == "textarea":
            self.area = (name, "")
        elif given.get("type") not in ("checkbox", "radio") or "checked" in given:
            form.fields.append((name, given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = None
        if tag == "select" and self.select and self.inside:
            name, options = self.select
            chosen = [value for value, on in options if on] or [value for value, _ in options[:1]]
            self.inside.fields += [(name, value) for value in chosen[:1]]
            self.select = None
        if tag == "textarea" and self.area and self.inside:
            name, text = self.area
            self.inside.fields.append((name, text.removeprefix("\n").replace("\n", "\r\n")))
            self.area = None

    def handle_data(self, data: str) -> None:
        if self.area:
            self.area = (self.area[0], self.area[1] + data)


def forms_of(page: str) -> list[PageForm]:
    """Every form of a page."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms


def form_of(page: str, action: str | None = None) -> PageForm:
    """The form of a page that is sent to ``action``; the only one that is posted, when none is named.

    One that is a button and nothing else counts where there is no other: beside the form one fills in it forgets that.
    """
    found = [one for one in forms_of(page) if (one.action == action if action else one.method == "post")]
    found = [one for one in found if one.named] or found
    assert len(found) == 1, [one.action for one in found]
    return found[0]
