"""What a browser submits for a form that nobody touched.

HTML, section 4.10.21.4 (constructing the entry list), as far as our pages use it.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.http import QueryDict

# To read all else takes as long as to draw a page.
INPUT_SELECTOR = re.compile(
    r"""<input\b(?:[^>"']|"[^"]*"|'[^']*')*>"""
    r"|<select\b.*?</select>|<textarea\b.*?</textarea>",
    re.DOTALL,
)


@dataclass
class SelectState:
    name: str
    options: list[tuple[str, bool]] = field(default_factory=list)


class FormParser(HTMLParser):
    """Read the inputs of a page with their values."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.entries: list[tuple[str, str]] = []
        self._select: SelectState | None = None
        self._area: tuple[str, list[str]] | None = None
        # Section 13.2.3.5: before anything is read, line breaks become one kind.
        one_kind = html.replace("\r\n", "\n").replace("\r", "\n")
        self.feed("".join(INPUT_SELECTOR.findall(one_kind)))
        self.close()

    def handle_starttag(self, tag, attrs):
        # Section 13.2.5.36: an attribute holds no NUL.
        has = {name: (value or "").replace("\0", "\ufffd") for name, value in attrs}
        if "disabled" in has:
            return
        if tag == "input":
            self._input(has)
        elif tag == "select":
            self._select = SelectState(has["name"])
        elif tag == "option" and self._select:
            self._select.options.append((has["value"], "selected" in has))
        elif tag == "textarea":
            self._area = (has["name"], [])

    def _input(self, has):
        kind, name, value = has.get("type", "text"), has.get("name"), has.get("value")
        if not name:
            return
        if kind in ("checkbox", "radio"):
            if "checked" in has:
                self.entries.append((name, "on" if value is None else value))
        elif kind not in ("submit", "button", "image", "reset"):
            if kind != "hidden":  # section 4.10.5.1.2: a line has no line breaks
                value = (value or "").replace("\n", "")
            self.entries.append((name, value or ""))

    def handle_data(self, data):
        if self._area:
            self._area[1].append(data)

    def handle_endtag(self, tag):
        if tag == "textarea" and self._area:
            name, parts = self._area
            text = "".join(parts).replace("\0", "\ufffd")
            # Section 13.1.2.5: a line break right after the tag is not of the value.
            self.entries.append((name, text.removeprefix("\n")))
            self._area = None
        elif tag == "select" and self._select:
            chosen = [value for value, is_chosen in self._select.options if is_chosen]
            first = [value for value, _ in self._select.options[:1]]
            self.entries += [(self._select.name, value) for value in (chosen or first)[-1:]]
            self._select = None


def initial_form_data(html: str) -> dict[str, list[str]]:
    """Return the submitted values by name, with CRLF line breaks."""
    data: dict[str, list[str]] = {}
    for name, value in FormParser(html).entries:
        data.setdefault(name, []).append(value.replace("\n", "\r\n"))
    return data


def build_form_data(html: str, **changes: str | list[str] | None) -> QueryDict:
    """Return the submitted values after ``changes``.

    None omits a field; write ``__`` for a dot in a field name.
    """
    form = initial_form_data(html)
    for name, value in changes.items():
        key = name.replace("__", ".")
        if value is None:
            form.pop(key, None)
        else:
            form[key] = value if isinstance(value, list) else [value]
    data = QueryDict(mutable=True)
    for name, values in form.items():
        data.setlist(name, values)
    return data
