"""The searches of the record that are offered where one starts: those that auditors
often need, and those that somebody pinned."""

from collections.abc import Iterator, Mapping

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.models.searches import visible_searches
from console.web.access import Member

MAX_PINNED_SEARCHES = 12  # that are offered
PRESETS: Mapping[Promise, str] = {
    gettext_lazy("Destructive"): "effect=destroy",
    gettext_lazy("Revealed"): "effect=reveal",
    gettext_lazy("Refused or unknown"): "outcome=refused&outcome=unknown",
    gettext_lazy("Denied access"): "operation=access.denied",
    gettext_lazy("Strangers"): "operation=access.stranger",
}

type NamedQueries = Iterator[tuple[str, str]]  # a name, and the query of the address


def preset_searches(member: Member) -> NamedQueries:
    """What auditors often need."""
    yield from ((str(label), query) for label, query in PRESETS.items())
    mine = QueryDict(mutable=True)
    mine["actor"] = member.user.get_username()
    yield _("Mine"), mine.urlencode()


def pinned_searches(member: Member) -> NamedQueries:
    """What this person, or somebody for all, has pinned to the record."""
    found = visible_searches(member.organization, member.user.pk).filter(pinned=True)
    for one in found[:MAX_PINNED_SEARCHES]:
        yield one.name, one.query
