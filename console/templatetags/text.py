"""Filters for external text, API names, numbers and durations."""

import json
import re
from collections.abc import Callable
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenants.authlete.documents.enums import CLIENT_AUTH_METHOD
from tenants.authlete.messages import Message
from tenants.authlete.redaction.fingerprint import Fingerprint

register = template.Library()

MAX_SEARCH_VALUE_CHARS = 200  # of one search value
HUMP_PATTERN = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=_)")
DOT_PATTERN = re.compile(r"(?=\.)")
JSON_TOKEN_PATTERN = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*"(?=\s*:))|(?P<string>"(?:[^"\\]|\\.)*")'
    r"|(?P<number>-?\d[\d.eE+-]*|\btrue\b|\bfalse\b|\bnull\b)"
)
WEB_URL_PATTERN = re.compile(r"https?://[^\s/?#@\\]+([/?#][^\s\\]*)?", re.IGNORECASE)
DURATION_UNITS: tuple[tuple[int, Callable[[int], str]], ...] = (  # seconds, largest first
    (86_400, lambda n: ngettext("%(count)d day", "%(count)d days", n)),
    (3_600, lambda n: ngettext("%(count)d hour", "%(count)d hours", n)),
    (60, lambda n: ngettext("%(count)d minute", "%(count)d minutes", n)),
    (1, lambda n: ngettext("%(count)d second", "%(count)d seconds", n)),
)


@register.filter
def isolate(text: object) -> SafeString:
    """Isolate the writing direction of text from outside; a `Message` is translated first."""
    translated = text.localize(_) if isinstance(text, Message) else text
    return format_html("<bdi>{}</bdi>", translated)


@register.filter
def cell_text(row: Any, column: Any) -> str:
    """Return the text of a row in a column that has texts."""
    text: str = column.text(row)
    return text


@register.filter
def account(name: str) -> SafeString:
    """Render a login that may break after its @."""
    before, separator, behind = name.rpartition("@")
    if not separator:
        return isolate(name)
    return format_html("<bdi>{}@<wbr>{}</bdi>", before, behind)


@register.filter
def auth_method(value: str) -> str:
    """Return the label of a client authentication method."""
    return _(CLIENT_AUTH_METHOD.get(value or "NONE", value))


@register.filter
def api_name(name: str) -> SafeString:
    """Render a name of the API that may break before its capitals."""
    return format_html_join(SafeString("<wbr>"), "{}", ((p,) for p in HUMP_PATTERN.split(name)))


@register.filter
def host(name: str) -> SafeString:
    """Render a host from outside that may break at its dots."""
    parts = format_html_join(SafeString("<wbr>"), "{}", ((p,) for p in DOT_PATTERN.split(name)))
    return format_html("<bdi>{}</bdi>", parts)


@register.filter
def safe_href(address: str) -> SafeString:
    """Render a link if the address is http or https; text otherwise."""
    if not WEB_URL_PATTERN.fullmatch(address):
        return isolate(address)
    return format_html('<a href="{}" rel="noopener noreferrer"><bdi>{}</bdi></a>', address, address)


@register.filter
def search_value(value: object) -> str:
    """Return the search term for a value after ``old:``, ``new:`` or ``reason:``.

    It is cut to the length that a search accepts, and empty if no search can find the value.
    """
    match value:
        case Fingerprint():
            return value.hex
        case bool() | int() | float():
            return json.dumps(value)
        case str() if "\0" not in value:
            return value.strip()[:MAX_SEARCH_VALUE_CHARS].strip()
        case _:
            return ""


@register.filter
def mask(text: str) -> str:
    """Return the last four characters behind dots; nothing of a short text."""
    return f"••••{text[-4:]}" if len(text) >= 12 else "••••"


@register.filter
def grouped(number: int | float | None) -> str:
    """Format a number with its thousands grouped for the reader's language."""
    return "–" if number is None else number_format(number, force_grouping=True)


@register.filter
def latency(ms: float | None) -> str:
    """Format milliseconds; as seconds from one second on."""
    if ms is None:
        return "–"
    if ms < 1000:
        return _("%(count)s ms") % {"count": round(ms)}
    return _("%(count)s s") % {"count": number_format(ms / 1000, decimal_pos=1)}


@register.filter
def duration(seconds: int | None) -> str:
    """Format seconds in days, hours, minutes and seconds."""
    if seconds is None:
        return "–"
    if seconds <= 0:
        return DURATION_UNITS[-1][1](seconds) % {"count": seconds}
    words = []
    for size, unit in DURATION_UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            words.append(unit(count) % {"count": count})
    return " ".join(words)


@register.filter
def highlight_json(json: str) -> SafeString:
    """Mark the names, strings and numbers of a JSON text."""
    parts = []
    end = 0
    for match in JSON_TOKEN_PATTERN.finditer(json):
        parts.append((json[end : match.start()], match.lastgroup, match[0]))
        end = match.end()
    marked = format_html_join("", '{}<span class="json-{}">{}</span>', parts)
    return marked + conditional_escape(json[end:])
