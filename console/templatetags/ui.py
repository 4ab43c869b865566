"""Template tags for icons, badges, times and form controls."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField
from django.template.context import Context
from django.template.loader import get_template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from console.templatetags.text import grouped
from console.web.idempotency import KEY_FIELD, new_key
from console.web.labels import EFFECT_LABELS, OUTCOME_LABELS
from console.web.paths import cached_reverse
from console.web.preferences import TimeStyle, selected_choice
from console.web.states import BADGE_KINDS, DOT_KINDS, State
from tenants.authlete.timestamps import datetime_from_ms
from tenants.organizations.regions import REGION_TITLES

register = template.Library()


# -------------------------------------------------------------------- marks


@register.simple_tag
def icon(name: str, kind: str = "") -> SafeString:
    """Draw an icon of ``components/icons.html``, silent for screen readers."""
    return _icon(name, kind)


@lru_cache(maxsize=512)
def _icon(name: str, kind: str) -> SafeString:
    lines = get_template(f"components/icons.html#{name}").render()
    return format_html(
        '<svg class="icon{}" viewBox="0 0 16 16" aria-hidden="true">{}</svg>',
        f" {kind}" if kind else "",
        lines,
    )


@register.simple_tag
def region(region_or_name: Any, state: str = "") -> SafeString:
    """Render a region's badge; ``state`` "down" is dashed and said in words.

    Takes a `Region` or its name.
    """
    name = getattr(region_or_name, "name", region_or_name)
    title = REGION_TITLES.get(name, name)
    if state == "down":
        title = _("%(region)s (down)") % {"region": title}
    return format_html(
        '<abbr class="region" title="{}"{}>{}</abbr>',
        title,
        format_html(' data-state="{}"', state) if state else "",
        name,
    )


@register.simple_tag
def outcome(of: str, count: int = 0) -> SafeString:
    """Render the outcome of a call as a badge, with the number of calls if ``count`` is given."""
    label = OUTCOME_LABELS.get(of, of)
    if count:
        label = _("%(count)s %(outcome)s") % {"count": grouped(count), "outcome": label}
    return format_html('<span class="outcome" data-outcome="{}">{}</span>', of, label)


@register.simple_tag
def effect(of: str) -> SafeString:
    """Render the effect of a call on Authlete as a badge."""
    return format_html(
        '<span class="effect" data-effect="{}">{}</span>', of, EFFECT_LABELS.get(of, of)
    )


@register.simple_tag
def badge(text: object, kind: str = "") -> SafeString:
    """Render a short state: ``kind`` is ok, warn, bad, info or empty."""
    return format_html('<span class="badge {}">{}</span>', kind, text)


@register.simple_tag
def dot(text: object, kind: str = "") -> SafeString:
    """Render a quiet state: ``kind`` is ok, warn, bad or empty."""
    return format_html('<span class="dot {}">{}</span>', kind, text)


@register.simple_tag
def state(value: str) -> SafeString:
    """Draw the badge or dot of a `State`."""
    parsed = State(value)
    if parsed in BADGE_KINDS:
        return badge(parsed.label, BADGE_KINDS[parsed])
    return dot(parsed.label, DOT_KINDS[parsed])


@register.simple_tag
def finding_badge(badges: Mapping[str, Any], key: str, organization: str) -> SafeString | str:
    """Link the number of an object's open findings (`FindingBadge`); empty without any."""
    if not (found := badges.get(key)):
        return ""
    label = ngettext("%(count)d finding", "%(count)d findings", found.count)
    return format_html(
        '<a class="badge {}" href="{}?object={}">{}</a>',
        found.style,
        cached_reverse("findings:index", organization),
        key,
        label % {"count": found.count},
    )


@register.filter
def fingerprint(digest: str) -> str:
    """Format the start of a secret's fingerprint in groups that are easy to compare."""
    return " ".join(digest[start : start + 4] for start in range(0, min(len(digest), 16), 4)) or "–"


@register.simple_tag
def copyable(text: object, label: str | Promise = "", kind: str = "mono") -> SafeString:
    """Render text with a copy button; ``label`` names the text.

    ``kind``: "mono", plus "whole" to wrap the text instead of truncating it.
    """
    return format_html(
        '<span class="copyable{}"><span class="{}">{}</span>'
        '<button class="icon-button tight" type="button" data-copy="{}"'
        ' aria-label="{}">{}</button></span>',
        " wrap-anywhere" if "wrap-anywhere" in kind else "",
        kind,
        text,
        text,
        label or _("Copy"),
        _icon("copy", ""),
    )


# --------------------------------------------------------------------- time


@register.simple_tag(takes_context=True)
def timestamp(context: Context, moment: datetime | int | None, style: str = "short") -> SafeString:
    """Render a time in the reader's time zone.

    ``moment`` is aware, or in milliseconds since 1970 as Authlete has it. ``style``:
    "short" is relative with the full time as title, or the reverse if the reader prefers
    exact times, "full" the time with its offset
    and the relative one in brackets, "exact" the time with its offset alone, "clock"
    its hour with the full time as title, "day" the day and its offset above those.
    """
    if not moment:
        return format_html('<span class="faint">{}</span>', "–")
    if isinstance(moment, int):
        if not (time := datetime_from_ms(moment)):
            return format_html('<span class="mono">{}</span>', moment)
        moment = time
    zone = timezone.get_current_timezone_name()
    stamp, full = _format_moment(moment, zone, get_language())
    near = relative_time(moment, timezone.now())
    if style == "day":
        return _format_day(timezone.localtime(moment))
    spelled = _("%(time)s (%(ago)s)") % {"time": full, "ago": near}
    if style in ("short", "clock"):
        displayed, title = (near, full) if style == "short" else (stamp[11:19], spelled)
        request = getattr(context, "request", None)  # also in includes with "only"
        if style == "short" and selected_choice(request, "times") == TimeStyle.EXACT:
            displayed, title = title, displayed
        return format_html('<time datetime="{}" title="{}">{}</time>', stamp, title, displayed)
    text = spelled if style == "full" else full
    return format_html('<time datetime="{}">{}</time>', stamp, text)


def _format_day(local: datetime) -> SafeString:
    day, today = local.date(), timezone.localdate()
    near = {0: _("Today"), 1: _("Yesterday")}.get((today - day).days, "")
    full = date_format(local, "l, j F Y")
    return format_html(
        '<time datetime="{}">{}</time> <small>{}</small>',
        day.isoformat(),
        f"{near}, {full}" if near else full,
        f"{local:%:z}",
    )


@lru_cache(maxsize=4096)
def _format_moment(moment: datetime, _zone: str, _language: str | None) -> tuple[str, str]:
    """Format a time in the reader's time zone, for machines and for people."""
    local = timezone.localtime(moment)
    full = f"{date_format(local, 'j M Y')}, {local:%H:%M:%S} {local:%:z}"
    return local.isoformat(timespec="seconds"), full


def relative_time(moment: datetime, now: datetime) -> str:
    """Format the time before or after ``now`` in the largest unit that is full, rounded down."""
    gap = abs(now - moment)
    if gap < timedelta(minutes=1):
        return _("just now") if moment <= now else _("in a moment")
    for unit, words in _time_units():
        if count := gap // unit:
            span = words(count) % {"count": count}
            break
    return (_("%(span)s ago") if moment <= now else _("in %(span)s")) % {"span": span}


def _time_units() -> Iterator[tuple[timedelta, Any]]:
    day = timedelta(days=1)
    yield day * 365, lambda n: ngettext("%(count)d year", "%(count)d years", n)
    yield day * 30, lambda n: ngettext("%(count)d month", "%(count)d months", n)
    yield day, lambda n: ngettext("%(count)d day", "%(count)d days", n)
    hour = timedelta(hours=1)
    yield hour, lambda n: ngettext("%(count)d hour", "%(count)d hours", n)
    minute = timedelta(minutes=1)
    yield minute, lambda n: ngettext("%(count)d min", "%(count)d min", n)


# -------------------------------------------------------------------- forms

WIDGET_CLASSES = {
    "checkbox": "",
    "radio": "",
    "hidden": "",
    "select": "select",
    "textarea": "textarea",
}


@register.simple_tag
def idempotency_key() -> SafeString:
    """Render the hidden input that `web.idempotency` reads, with a new key."""
    return format_html('<input type="hidden" name="{}" value="{}">', KEY_FIELD, new_key())


@register.simple_tag
def control(field: BoundField, first: str = "") -> SafeString:
    """Render a plain field's control, without a hint that repeats its label.

    ``first``: not empty for the field that a page is about; it takes the focus.
    """
    widget = field.field.widget
    kind = getattr(widget, "input_type", "textarea")
    hint, label = str(widget.attrs.get("placeholder", "")), str(field.label)
    if hint.casefold() in label.casefold() or label.casefold() in hint.casefold():
        widget.attrs.pop("placeholder", None)
    if first:
        widget.attrs["autofocus"] = True
    attrs: dict[str, str | bool] = {"class": WIDGET_CLASSES.get(kind, "input")}
    if kind == "textarea" and widget.attrs.get("rows") == "10":  # Django's default
        attrs["rows"] = "3"
    return field.as_widget(attrs=attrs)
