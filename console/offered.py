"""The searches of the record that are offered where one starts: those that auditors
often need, and those that somebody pinned."""

from collections.abc import Iterator, Mapping

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.access import Member
from console.models.searches import seen_by

PINNED = 12  # that are offered
OFTEN: Mapping[Promise, str] = {
    gettext_lazy("Destructive"): "effect=destroy",
    gettext_lazy("Revealed"): "effect=reveal",
    gettext_lazy("Refused or unknown"): "outcome=refused&outcome=unknown",
    gettext_lazy("Denied access"): "operation=access.denied",
    gettext_lazy("Strangers"): "operation=access.stranger",
}

type Searches = Iterator[tuple[str, str]]  # a name, and the query of the address


def often(member: Member) -> Searches:
    """What auditors often need."""
    yield from ((str(label), query) for label, query in OFTEN.items())
    mine = QueryDict(mutable=True)
    mine["actor"] = member.user.get_username()
    yield _("Mine"), mine.urlencode()


def pinned(member: Member) -> Searches:
    """What this person, or somebody for all, has pinned to the record."""
    found = seen_by(member.organization, member.user.pk).filter(pinned=True)
    for one in found[:PINNED]:
        yield one.name, one.query
