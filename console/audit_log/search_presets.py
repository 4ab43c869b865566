"""Searches suggested on the audit log page: common ones and pinned ones."""

from collections.abc import Iterator, Mapping

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.models.searches import visible_searches
from console.web.access import Member

MAX_PINNED_SEARCHES = 12
PRESETS: Mapping[Promise, str] = {
    gettext_lazy("Destructive"): "effect=destroy",
    gettext_lazy("Revealed"): "effect=reveal",
    gettext_lazy("Rejected or unknown"): "outcome=refused&outcome=unknown",
    gettext_lazy("Denied access"): "operation=access.denied",
    gettext_lazy("Non-members"): "operation=access.stranger",
}

type NamedQueries = Iterator[tuple[str, str]]  # name and URL query


def preset_searches(member: Member) -> NamedQueries:
    """Yield the searches that auditors often need."""
    yield from ((str(label), query) for label, query in PRESETS.items())
    mine = QueryDict(mutable=True)
    mine["actor"] = member.user.get_username()
    yield _("Mine"), mine.urlencode()


def pinned_searches(member: Member) -> NamedQueries:
    """Yield the pinned searches that ``member`` can see."""
    searches = visible_searches(member.organization, member.user.pk).filter(pinned=True)
    for search in searches[:MAX_PINNED_SEARCHES]:
        yield search.name, search.query
