"""What an entry changed, in a line of the record."""

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.sentences import Sentence
from console.templatetags.words import isolate

CUT = 60  # characters of a value
NOTHING = SafeString("")


def brief(changes: Iterable[Sentence], more: int) -> SafeString:
    """Some changes, and how many ``more`` there are."""
    told = [small(_change(one)) for one in changes]
    if more:
        said = ngettext("and %(count)s more", "and %(count)s more", more)
        told.append(small(said % {"count": more}))
    return SafeString("".join(told))


def small(text: str) -> SafeString:
    return format_html("<small>{}</small>", text) if text else NOTHING


def _change(one: Sentence) -> SafeString:
    if one.replaced:
        return format_html("{} {}", one.label, _("replaced"))
    if one.gained or one.lost:
        lost = '<del class="was">{}</del> ', ((_cut(item),) for item in one.lost)
        gained = '<ins class="now">+ {}</ins> ', ((_cut(item),) for item in one.gained)
        parts = (format_html_join("", *some) for some in (lost, gained))
        return format_html("{} {}{}", one.label, *parts)
    unset, was, now = _("Not set"), one.was, one.now
    if was and was != unset:
        was = format_html('<del class="was">{}</del>', _cut(was))
    if now and now != unset:
        now = format_html('<ins class="now">{}</ins>', _cut(now))
    between = " → " if was and now else ""
    return format_html("{} {}{}{}", one.label, was, between, now)


def _cut(text: str) -> SafeString:
    return isolate(Truncator(text).chars(CUT) if len(text) > CUT else text)
