"""Links of breadcrumbs, tabs, filter chips and column headers."""

from datetime import datetime
from typing import Any

from django import template
from django.http import QueryDict
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as django_url
from django.urls import NoReverseMatch
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from console.models import KnownService
from console.templatetags.text import grouped
from console.templatetags.ui import icon
from console.web.paths import cached_reverse
from tenants.audit.models import AuditEntry
from tenants.audit.search.filters import DEFAULT_WINDOW, NARROW_FILTERS, UNINDEXED_FILTERS
from tenants.authlete.operation import Effect

register = template.Library()

EMPTY = SafeString("")


class CachedURLNode(URLNode):
    """A ``{% url %}`` node that uses `cached_reverse`."""

    def render(self, context: Context) -> str:
        if self.kwargs or self.asvar:
            text: str = super().render(context)
            return text
        args = (arg.resolve(context) for arg in self.args)
        return conditional_escape(cached_reverse(self.view_name.resolve(context), *args))


@register.tag
def url(parser: Parser, token: Token) -> CachedURLNode:
    """Parse ``{% url %}`` as Django does, into a node that caches paths."""
    node = django_url(parser, token)
    return CachedURLNode(node.view_name, node.args, node.kwargs, node.asvar)


@register.simple_tag
def object_path(target: Any, page: str, *more: str) -> str:
    """Return the path of a page about the object of a `DocumentTarget`."""
    return str(target.path(page, *more))


@register.simple_tag
def optional_object_path(target: Any, page: str, *more: str) -> str:
    """Return the path of a page about an object; empty if there is no such page."""
    try:
        return object_path(target, page, *more)
    except NoReverseMatch:
        return ""


@register.simple_tag
def service_name(workspace: Any, service_id: int) -> str:
    """Return the name of a service in the index; its id if it has none there."""
    services = KnownService.objects.filter(
        organization=workspace.organization, region=workspace.region.name, service_id=service_id
    )
    return services.values_list("name", flat=True).first() or str(service_id)


@register.simple_tag
def crumb(label: object, path: str = "") -> SafeString:
    """Render a step of the breadcrumb; the last one has no path and is the page itself."""
    if path:
        return format_html('<li><a href="{}"><bdi>{}</bdi></a></li>', path, label)
    return format_html('<li><span aria-current="page"><bdi>{}</bdi></span></li>', label)


@register.simple_tag(takes_context=True)
def tab(
    context: Context,
    label: object,
    path: str,
    count: int | str | None = None,
    kind: str = "",
    is_current: bool | None = None,
) -> SafeString:
    """Render a link in ``tabs`` or ``index``, marked if it leads to the current page.

    ``count`` may be words ("1 to fix"), then with a ``kind`` of warn or bad.
    """
    if is_current is None:
        is_current = context["request"].path == path.partition("?")[0]
    return format_html(
        '<a href="{}"{}>{}{}</a>',
        path,
        SafeString(' aria-current="page"') if is_current else EMPTY,
        label,
        _count_badge(count, kind),
    )


@register.simple_tag
def chip(label: object, path: str, on: bool = False, count: int | str | None = None) -> SafeString:
    """Render a filter that its link switches on, or removes when it is ``on``."""
    return format_html(
        '<a class="chip{}" href="{}"{}>{}{}{}</a>',
        " on" if on else "",
        path,
        format_html(' aria-label="{}"', _("Remove filter: %(name)s") % {"name": label})
        if on
        else EMPTY,
        label,
        _count_badge(count, ""),
        icon("close") if on else EMPTY,
    )


@register.simple_tag(takes_context=True)
def sort_by(
    context: Context, name: str, label: object, number: bool = False, first: bool = False
) -> SafeString:
    """Render a column header that sorts by ``?sort=name``, then by ``-name``.

    ``first``: the rows are sorted by this column when nothing was asked for.
    """
    list_request = context["list_request"]
    current_sort = list_request.params.get("sort", name if first else "")
    up, down = current_sort == name, current_sort == f"-{name}"
    aria_sort = SafeString(
        ' aria-sort="ascending"' if up else ' aria-sort="descending"' if down else ""
    )
    return format_html(
        '<th scope="col"{}{}><a href="{}">{}{}</a></th>',
        SafeString(' class="num"') if number else EMPTY,
        aria_sort,
        list_request.url_with(sort=f"-{name}" if up else name),
        label,
        icon("up" if up else "down", "" if up or down else "idle"),
    )


@register.simple_tag
def similar_entries(entry: AuditEntry, **values: str | int) -> str:
    """Return the query of an audit search for entries that share values with this one.

    The results contain the entry itself: reads are included if it is one, and its day is named if
    the default period does not reach it.
    """
    query = QueryDict(mutable=True)
    for name, value in values.items():
        query[name] = str(value)
    if entry.effect == Effect.READ:
        query["reads"] = "1"
    if not covers_moment(query, entry.time):
        query["since"] = local_day(entry.time)
    return f"?{query.urlencode()}"


def covers_moment(query: QueryDict, moment: datetime) -> bool:
    """Return whether a search covers ``moment``; see `EntryFilters.horizon`."""
    if moment >= timezone.now() - DEFAULT_WINDOW:
        return True
    names = {"without" if filter_name.startswith("-") else filter_name for filter_name in query}
    if all(filter_name[0] in "45" for filter_name in query.getlist("status")):
        names.discard("status")
    unindexed = names & {*UNINDEXED_FILTERS, "q"}
    return bool(names & {*NARROW_FILTERS, "since", "after"}) or not unindexed


def local_day(moment: datetime) -> str:
    """Return the user's local date, for a query string."""
    return timezone.localdate(moment).isoformat()


def _count_badge(count: Any, kind: str) -> SafeString:
    if count is None or count == "":
        return EMPTY
    words = grouped(count) if isinstance(count, int) else count
    return format_html(' <span class="count {}">{}</span>', kind, words)
