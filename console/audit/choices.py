"""What the filters of the record offer."""

from collections.abc import Iterator, Sequence
from functools import cache
from http import HTTPStatus

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from console.kinds import GROUPS
from console.names import EFFECTS, OUTCOMES, ROLES
from console.operations import title
from tenants.regions import regions

type Choices = Iterator[tuple[str, str | Promise]]
type Group = tuple[str, list[tuple[str, str]]]

OPEN = "open"
ANSWERED = [
    HTTPStatus(one) for one in (200, 201, 204, 400, 401, 403, 404, 409, 429)
] + [HTTPStatus(one) for one in (500, 502, 503, 504)]


def roles() -> Choices:
    yield "", _("Any role")
    yield from ROLES.items()


def places() -> Choices:
    yield "", _("Any region")
    for region in regions().values():
        yield region.name, f"{region.title} ({region.name})"


def effects() -> Choices:
    return ((name, capfirst(str(word))) for name, word in EFFECTS.items())


def outcomes() -> Choices:
    yield from ((name, capfirst(str(word))) for name, word in OUTCOMES.items())
    yield OPEN, _("Open")


def statuses() -> Choices:
    """Those that calls to Authlete come to, as a rule."""
    yield "2xx", _("it was done")
    yield "4xx", _("it was refused")
    yield "5xx", _("Authlete, or something before it, failed")
    for one in ANSWERED:
        yield str(one.value), one.phrase


def operations() -> Sequence[tuple[str, str] | Group]:
    """Each kind by its words, with the name that the record has for it."""
    return _operations(get_language())


@cache
def _operations(_language: str | None) -> tuple[tuple[str, str] | Group, ...]:
    groups = [
        (
            str(group.label),
            sorted(
                ((name, f"{title(name, '…')} ({name})") for name in group.kinds),
                key=lambda choice: choice[1],
            ),
        )
        for group in GROUPS.values()
    ]
    return ("", _("Anything")), *groups
