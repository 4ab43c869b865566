"""What else the console did to the same object, which tells of a lost call or hides it.

Before the console changes something it reads it, and keeps in the intent what it found.
So the next change, a second try above all, tells what had become of the call before
it. What is there now would tell what became of both.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from tenants.audit.lost.found import Finding, Lost, otherwise
from tenants.audit.models import CHANGES, NOT_DONE, PATIENCE, AuditEntry
from tenants.authlete.errors import Outcome

CLOCKS = timedelta(minutes=5)  # by which Authlete's may differ from ours
MILLISECOND = timedelta(milliseconds=1)
MICROSECOND = timedelta(microseconds=1)
NEAR = (2 * CLOCKS + PATIENCE) // MICROSECOND
FAILED = (Outcome.REFUSED, Outcome.NOT_SENT, Outcome.NOT_DONE)
UNSETTLED = ("", Outcome.UNKNOWN)
TWICE = otherwise(
    _(
        "Another call of this console has done the same, or may have: what is there"
        " now does not tell which of them it was."
    )
)


def at_the_next(finding: Finding) -> Finding:
    """By what the next call found, and not by what is there now."""
    said = say("As the console's next change of the same found it: %(what)s")
    return replace(finding, said=said % {"what": finding.said})


def later(lost: Lost, *operations: str) -> QuerySet[AuditEntry]:
    """What the console was to do to the same object next, the next one first."""
    own = _of_the_same(lost, operations).filter(seq__gt=lost.entry.seq)
    return own.order_by("seq")


def rivals(lost: Lost, *operations: str) -> list[AuditEntry]:
    """What may have had the same effect as a lost call: later, or at the same time, or
    before and nobody knows."""
    own = _of_the_same(lost, operations).exclude(entry=lost.entry.entry)
    after = own.exclude(outcome__in=FAILED).filter(seq__gt=lost.entry.seq)
    before = own.filter(NOT_DONE, outcome__in=UNSETTLED, seq__lt=lost.entry.seq)
    beside = own.filter(
        seq__lt=lost.entry.seq,
        at__gt=lost.entry.at - PATIENCE // MICROSECOND,
        ended_at__gt=lost.entry.at,
        outcome=Outcome.DONE,
    )
    return [*after, *before, *beside]


def of_that_name(lost: Lost, operation: str) -> list[AuditEntry]:
    """What may have made or removed one of the same name as was to be made."""
    own = _of_the_same(lost, [operation]).exclude(entry=lost.entry.entry)
    near = own.filter(label=lost.entry.label, at__gt=lost.entry.at - NEAR)
    return list(near.exclude(outcome__in=FAILED))


def done_nearby(lost: Lost, operation: str) -> list[AuditEntry]:
    """Other calls that are known to have done this at about that time."""
    done = _of_the_same(lost, [operation]).filter(outcome=Outcome.DONE)
    span = (lost.entry.at - NEAR, lost.entry.at + NEAR)
    return list(done.filter(at__range=span))


def is_near(lost: Lost, other: AuditEntry) -> bool:
    """Whether clocks may make what either of both has made look like the other's."""
    return abs(other.at - lost.entry.at) < NEAR


def is_in_time(lost: Lost, at: int) -> bool:
    """Whether something that was made ``at``, in milliseconds since 1970, may have
    been made by the call."""
    early, late = CLOCKS // MILLISECOND, (PATIENCE + CLOCKS) // MILLISECOND
    return lost.began - early <= at <= lost.began + late


def _of_the_same(lost: Lost, operations: Iterable[str]) -> QuerySet[AuditEntry]:
    """A service takes along what is in it, a client its tokens, and what is done to
    all tokens of a user is done to those of one client."""
    entry = lost.entry
    own = AuditEntry.objects.filter(
        CHANGES,
        organization_id=entry.organization_id,
        region=entry.region,
        operation__in=operations,
    )
    if entry.service:
        own = own.filter(service=entry.service)
    if entry.client:
        own = own.filter(client__in=(entry.client, ""))
    if entry.subject:
        own = own.filter(Q(subject=entry.subject) | Q(subject=""))
    return own
