"""Template tags of the page layout."""

from collections.abc import Hashable
from functools import lru_cache
from time import monotonic
from typing import Any

from django import template
from django.db.models import TextChoices
from django.http import HttpRequest
from django.template.base import Node, NodeList, Parser, Token
from django.template.context import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from console.models import Note, Watch
from console.models.notes import find_note
from console.models.twins import twins_of
from console.models.watches import visible_notifications, watches_of
from console.web import navigation
from console.web.access import last_member
from console.web.labels import ROLE_LABELS
from console.web.paths import compare_path
from console.web.preferences import (
    DISPLAY_PREFERENCES,
    TIME_ZONE_COOKIE,
    cookie_name,
    selected_choice,
)
from console.web.steps import DIALOG_FRAME, is_in_dialog
from tenants.audit.integrity import anchors
from tenants.audit.store import write_failures
from tenants.authlete.operation import Effect
from tenants.authlete.transport.circuit_breaker import HealthSample
from tenants.jobs.leases import is_due
from tenants.jobs.models import Job
from tenants.organizations.api_clients import get_region_health
from tenants.organizations.roles import Role

register = template.Library()

SLOW_SECONDS = 1.0
MAX_UNREAD_SHOWN = 99  # notifications in the top bar; more are "99+"
STALE_SECONDS = 300.0  # age at which a health sample is ignored


@register.filter
def step_frame(request: HttpRequest, page_frame: str) -> str:
    """Return the template around a step: that of the dialog, or ``page_frame``."""
    return DIALOG_FRAME if is_in_dialog(request) else page_frame


class CaptureNode(Node):
    """Content that is stored in a variable."""

    def __init__(self, nodelist: NodeList, name: str) -> None:
        self.nodelist = nodelist
        self.name = name

    def render(self, context: Context) -> SafeString:
        context[self.name] = self.nodelist.render(context)
        return SafeString("")


@register.tag
def capture(parser: Parser, token: Token) -> CaptureNode:
    """Parse ``{% capture NAME %}`` up to ``{% endcapture %}``, which may contain blocks."""
    _, name = token.split_contents()
    nodelist = parser.parse(("endcapture",))
    parser.delete_first_token()
    return CaptureNode(nodelist, name)


@register.simple_tag
def cached_include(partial: str, **of: Hashable) -> SafeString:
    """Render a partial that depends on nothing but its arguments and the language.

    It is rendered once and kept in this process: the frame is drawn on every page,
    and costs more than most of what stands in it.
    """
    return _render_cached(partial, get_language(), tuple(of.items()))


@lru_cache(maxsize=2048)
def _render_cached(
    partial: str, language: str | None, of: tuple[tuple[str, Hashable], ...]
) -> SafeString:
    return SafeString(get_template(partial).render(dict(of)))


@register.simple_tag(takes_context=True)
def one_list(context: Context, values: dict[str, Any], **more: str) -> SafeString:
    """Render lists/list.html for one of several lists of a page, with its own context."""
    partial = context.template.engine.get_template("lists/list.html")  # type: ignore[union-attr]
    with context.push(**values, **more):
        return SafeString(partial.render(context))


@register.simple_tag
def time_zone_cookie() -> str:
    """Return the name of the cookie for the browser's time zone."""
    return cookie_name(TIME_ZONE_COOKIE)


@register.simple_tag(takes_context=True)
def preferences(context: Context) -> dict[str, TextChoices]:
    """Return the choices of the account or browser, by display preference."""
    request = context.get("request")
    return {name: selected_choice(request, name) for name in DISPLAY_PREFERENCES}


@register.simple_tag
def display_preference(name: str) -> dict[str, Any]:
    """Return the label and the choices of a display preference."""
    label, choices = DISPLAY_PREFERENCES[name]
    return {"label": label, "choices": choices.choices}


@register.simple_tag(takes_context=True)
def current_member(context: Context) -> Any:
    """Return the member that the page is shown to; None outside of an organization."""
    return getattr(context.get("request"), "member", None)


@register.simple_tag(takes_context=True)
def menu_member(context: Context) -> Any:
    """Return the member whose menu the page has.

    Pages outside of an organization keep the menu of the last one.
    """
    request = context.get("request")
    return current_member(context) or (last_member(request) if request else None)


@register.simple_tag
def service_interruption() -> str:
    """Return why changes are blocked: "record", "outside" or an empty string.

    "record": audit entries can't be written; "outside": external anchors are overdue.
    """
    if write_failures:
        return "record"
    return "outside" if anchors.anchor_monitor.blocks_changes() else ""


@register.simple_tag(takes_context=True)
def area(context: Context) -> str:
    """Return the area of the page, or its route if that has a menu item of its own.

    The tokens of a service belong to the area of services.
    """
    match = getattr(context.get("request"), "resolver_match", None)
    if match and match.view_name in navigation.PAGE_MENU_ROUTES:
        return str(match.view_name)
    if match and match.app_name == "tokens" and "service_id" in match.kwargs:
        return "services"
    return match.app_name if match else ""


@register.simple_tag
def menu(active_area: str, organization: str, role: Role) -> list[Any]:
    """Return the items of the menu, by heading."""
    return list(navigation.build_menu(active_area, organization, role))


@register.simple_tag
def running_jobs(member: Any) -> int:
    """Count the running jobs that a member may see."""
    jobs = Job.objects.filter(is_due(), organization=member.organization)
    if not member.can(Effect.READ):
        jobs = jobs.filter(starter=member.user)
    return jobs.count()


@register.simple_tag
def optional_path(route: str, *args: str) -> str:
    """Return the path of a page; empty if there is no such page."""
    return navigation.optional_path(route, *args)


@register.simple_tag
def unread_notifications(member: Any) -> int:
    """Count a member's unread notifications, up to one more than is shown."""
    notifications = visible_notifications(member.user.pk, member.organization, member.role)
    unread = notifications.filter(read_at=None).order_by()
    return unread[: MAX_UNREAD_SHOWN + 1].count()


@register.simple_tag
def own_watch(member: Any, target: str) -> Watch | None:
    """Return a member's watch of an object, rule or saved search."""
    return watches_of(member.user.pk, member.organization).filter(target=target).first()


@register.simple_tag
def note_of(target: Any) -> Note | None:
    """Return the note of a service or client; None if there is none or it's empty."""
    note = find_note(target.workspace.organization, target.ref)
    return note if note and note.text else None


@register.simple_tag
def twin_links(target: Any) -> list[dict[str, Any]]:
    """Return the twins of a service or client, with the path of their comparison."""
    organization = target.workspace.organization
    return [
        {"twin": twin, "path": compare_path(organization.slug, twin.keys)}
        for twin in twins_of(organization, target.ref)
    ]


@register.simple_tag
def region_health(member: Any) -> list[dict[str, Any]]:
    """Return how each region of an organization last responded to this process."""
    return [
        {"region": region, **_describe_health(get_region_health(region))}
        for region in member.regions()
    ]


def _describe_health(last: HealthSample | None) -> dict[str, Any]:
    if last is None or monotonic() - last.monotonic_time > STALE_SECONDS:
        return {"state": "", "latency": None}
    if not last.is_healthy:
        return {"state": "down", "latency": None}
    state = "slow" if last.duration_seconds > SLOW_SECONDS else "ok"
    return {"state": state, "latency": last.duration_seconds * 1000}


@register.filter
def can(member: Any, need: str) -> bool:
    """Return whether a member's role has a right: an `Effect` or a `Right`, by its word."""
    return bool(member.can(need))


@register.filter
def role_name(role: str) -> str:
    """Return the label of a role."""
    return str(ROLE_LABELS.get(role, role))


@register.filter
def initials(user: Any) -> str:
    """Return two initials of a user's name, or of their email address."""
    name = user.get_full_name() or user.get_username().partition("@")[0]
    words = name.replace(".", " ").split() or ["?"]
    first, last = str(words[0]), str(words[-1])
    return (first[0] + (last[0] if len(words) > 1 else "")).upper()
