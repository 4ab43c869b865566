"""What the templates of the console draw with: marks, times, and the frame."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from time import monotonic
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
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console import navigation
from console.names import EFFECTS, OUTCOMES, ROLES
from console.theme import Theme, theme_of
from tenants.authlete.breaker import Pulse
from tenants.connect import pulse
from tenants.models import Organization
from tenants.regions import TITLES

register = template.Library()

SLOW = 1.0  # seconds
FORGOTTEN = 300.0  # seconds after which an answer says nothing about now


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
def region(named: Any, state: str = "") -> SafeString:
    """A region's badge; ``state`` "down" is drawn dashed and said in words.

    Takes a `Region` or its name.
    """
    name = getattr(named, "name", named)
    title = TITLES.get(name, name)
    if state == "down":
        title = _("%(region)s, does not answer") % {"region": title}
    return format_html(
        '<abbr class="region" title="{}"{}>{}</abbr>',
        title,
        format_html(' data-state="{}"', state) if state else "",
        name,
    )


@register.simple_tag
def outcome(of: str) -> SafeString:
    """What became of a call, as a word with its mark."""
    return format_html(
        '<span class="outcome" data-outcome="{}">{}</span>', of, OUTCOMES.get(of, of)
    )


@register.simple_tag
def effect(of: str) -> SafeString:
    """What a call does to Authlete, as a word with its mark."""
    return format_html(
        '<span class="effect" data-effect="{}">{}</span>', of, EFFECTS.get(of, of)
    )


@register.simple_tag
def badge(text: object, kind: str = "") -> SafeString:
    """A short state: ``kind`` is ok, warn, bad, info or nothing."""
    return format_html('<span class="badge {}">{}</span>', kind, text)


@register.simple_tag
def dot(text: object, kind: str = "") -> SafeString:
    """A quiet state: ``kind`` is ok, warn, bad or nothing."""
    return format_html('<span class="dot {}">{}</span>', kind, text)


@register.simple_tag
def copyable(text: object, label: str | Promise = "", kind: str = "mono") -> SafeString:
    """Text with a button that copies it; ``label`` says what is copied.

    ``kind``: "mono", and "whole" where it must break rather than be cut off.
    """
    return format_html(
        '<span class="copyable{}"><span class="{}">{}</span>'
        '<button class="icon-button tight" type="button" data-copy="{}"'
        ' aria-label="{}">{}</button></span>',
        " whole" if "whole" in kind else "",
        kind,
        text,
        text,
        label or _("Copy"),
        _icon("copy", ""),
    )


# --------------------------------------------------------------------- time


@register.simple_tag
def when(moment: datetime | int | None, style: str = "short") -> SafeString:
    """A moment in the reader's time zone.

    ``moment`` is aware, or in milliseconds since 1970 as Authlete has it. ``style``:
    "short" is relative with the full time as title, "full" the time with its offset
    and the relative one in brackets, "exact" the time with its offset alone.
    """
    if not moment:
        return format_html('<span class="faint">{}</span>', "–")
    if isinstance(moment, int):
        try:
            moment = datetime.fromtimestamp(moment / 1000, UTC)
        except (OverflowError, ValueError, OSError):
            return format_html('<span class="mono">{}</span>', moment)
    local = timezone.localtime(moment)
    full = f"{date_format(local, 'j M Y')}, {local:%H:%M:%S} {local:%:z}"
    near = ago(moment, timezone.now())
    stamp = local.isoformat(timespec="seconds")
    if style == "short":
        return format_html(
            '<time datetime="{}" title="{}">{}</time>', stamp, full, near
        )
    if style == "full":
        full = _("%(time)s (%(ago)s)") % {"time": full, "ago": near}
    return format_html('<time datetime="{}">{}</time>', stamp, full)


def ago(moment: datetime, now: datetime) -> str:
    """How long before or after ``now`` a moment is, in the largest whole unit."""
    gap = abs(now - moment)
    if gap < timedelta(seconds=45):
        return _("just now") if moment <= now else _("in a moment")
    for unit, words in _units():
        count = round(gap / unit)
        if count >= 1 and gap >= unit * 0.75:
            span = words(count) % {"count": count}
            break
    return (_("%(span)s ago") if moment <= now else _("in %(span)s")) % {"span": span}


def _units() -> Iterator[tuple[timedelta, Any]]:
    day = timedelta(days=1)
    yield day * 365, lambda n: ngettext("%(count)d year", "%(count)d years", n)
    yield day * 30, lambda n: ngettext("%(count)d month", "%(count)d months", n)
    yield day, lambda n: ngettext("%(count)d day", "%(count)d days", n)
    hour = timedelta(hours=1)
    yield hour, lambda n: ngettext("%(count)d hour", "%(count)d hours", n)
    minute = timedelta(minutes=1)
    yield minute, lambda n: ngettext("%(count)d min", "%(count)d min", n)


# -------------------------------------------------------------------- forms

CLASSES = {
    "checkbox": "",
    "radio": "",
    "hidden": "",
    "select": "select",
    "textarea": "textarea",
}


@register.simple_tag
def control(field: BoundField, first: str = "") -> SafeString:
    """A plain field's control, in the look, without a hint that repeats its label.

    ``first``: not empty for the field that a page is about; it takes the focus.
    """
    widget = field.field.widget
    kind = getattr(widget, "input_type", "textarea")
    hint, label = str(widget.attrs.get("placeholder", "")), str(field.label)
    if hint.casefold() in label.casefold() or label.casefold() in hint.casefold():
        widget.attrs.pop("placeholder", None)
    if first:
        widget.attrs["autofocus"] = True
    return field.as_widget(attrs={"class": CLASSES.get(kind, "input")})


# -------------------------------------------------------------------- frame


@register.simple_tag(takes_context=True)
def theme(context: Context) -> Theme | str:
    """The theme that this browser chose, or nothing for the system's."""
    return theme_of(context.get("request"))


@register.simple_tag(takes_context=True)
def whoami(context: Context) -> Any:
    """The member that the page is shown to, or None outside of an organization."""
    return getattr(context.get("request"), "member", None)


@register.simple_tag(takes_context=True)
def menu(context: Context, member: Any) -> list[Any]:
    """The places in the menu, by heading."""
    request = context.get("request")
    return list(navigation.menu(request, member)) if request else []


@register.simple_tag
def pulses(member: Any) -> list[dict[str, Any]]:
    """How each region of an organization answered this process last."""
    return [{"region": one, **_felt(pulse(one))} for one in member.regions()]


def _felt(last: Pulse | None) -> dict[str, Any]:
    if last is None or monotonic() - last.at > FORGOTTEN:
        return {"state": "", "latency": None}
    if not last.well:
        return {"state": "down", "latency": None}
    state = "slow" if last.took > SLOW else "ok"
    return {"state": state, "latency": last.took * 1000}


@register.simple_tag(takes_context=True)
def organizations(context: Context) -> list[Organization]:
    """The organizations that the reader is a member of, by name."""
    user = context["request"].user
    if not user.is_authenticated:
        return []
    return list(Organization.objects.filter(membership__user=user).order_by("name"))


@register.filter
def may(member: Any, need: str) -> bool:
    """Whether a member's role has a right: an `Effect` or a `Right`, by its word."""
    return bool(member.role.may(need))


@register.filter
def role_name(role: str) -> str:
    """A role in words."""
    return str(ROLES.get(role, role))


@register.filter
def initials(user: Any) -> str:
    """Two letters for a person: of the name, else of the address."""
    name = user.get_full_name() or user.get_username().partition("@")[0]
    words = name.replace(".", " ").split() or ["?"]
    first, last = str(words[0]), str(words[-1])
    return (first[0] + (last[0] if len(words) > 1 else "")).upper()


@register.simple_tag
def path_of(route: str, *places: str) -> str:
    """The path of a page, or nothing when there is no such page."""
    return navigation.path_of(route, *places)
