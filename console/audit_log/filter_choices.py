"""Choices of the audit log's filters."""

from collections.abc import Iterator, Sequence
from functools import cache
from http import HTTPStatus

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from console.audit_log.event_labels import EVENT_GROUPS
from console.audit_log.operation_labels import label_text
from console.web.labels import EFFECT_LABELS, OUTCOME_LABELS, ROLE_LABELS
from tenants.organizations.regions import get_regions

type Choices = Iterator[tuple[str, str | Promise]]
type Group = tuple[str, list[tuple[str, str]]]

OPEN_OUTCOME = "open"
COMMON_STATUSES = [HTTPStatus(one) for one in (200, 201, 204, 400, 401, 403, 404, 409, 429)] + [
    HTTPStatus(one) for one in (500, 502, 503, 504)
]


def role_choices() -> Choices:
    """Yield the roles."""
    yield "", _("Any role")
    yield from ROLE_LABELS.items()


def region_choices() -> Choices:
    """Yield the configured regions."""
    yield "", _("Any region")
    for region in get_regions().values():
        yield region.name, f"{region.title} ({region.name})"


def effect_choices() -> Choices:
    """Yield the effects."""
    return ((name, capfirst(str(word))) for name, word in EFFECT_LABELS.items())


def outcome_choices() -> Choices:
    """Yield the outcomes."""
    yield from ((name, capfirst(str(word))) for name, word in OUTCOME_LABELS.items())
    yield OPEN_OUTCOME, _("In progress")


def status_choices() -> Choices:
    """Those that calls to Authlete come to, as a rule."""
    yield "2xx", _("success")
    yield "4xx", _("client error")
    yield "5xx", _("server error")
    for one in COMMON_STATUSES:
        yield str(one.value), one.phrase


def event_choices() -> Sequence[tuple[str, str] | Group]:
    """Return event codes with their labels, grouped."""
    return _event_choices(get_language())


@cache
def _event_choices(_language: str | None) -> tuple[tuple[str, str] | Group, ...]:
    groups = [
        (
            str(group.label),
            sorted(
                ((name, f"{label_text(name, '…')} ({name})") for name in group.event_names),
                key=lambda choice: choice[1],
            ),
        )
        for group in EVENT_GROUPS.values()
    ]
    return ("", _("Any action")), *groups
