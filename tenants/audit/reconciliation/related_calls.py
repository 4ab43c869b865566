"""Other calls to the same object, which reveal or hide the outcome of a call.

Before a change the console reads the object and records what it found. So the next change, often
a retry, reveals what became of the previous one.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from tenants.audit.models import IS_CHANGE, NOT_SUCCEEDED, OUTCOME_TIMEOUT, AuditEntry
from tenants.audit.reconciliation.evidence import (
    Evidence,
    UnresolvedCall,
    conclude_conflicting,
)
from tenants.authlete.errors import Outcome

MAX_CLOCK_SKEW = timedelta(minutes=5)  # by which Authlete's may differ from ours
MILLISECOND = timedelta(milliseconds=1)
MICROSECOND = timedelta(microseconds=1)
NEARBY_MICROSECONDS = (2 * MAX_CLOCK_SKEW + OUTCOME_TIMEOUT) // MICROSECOND
FAILED_OUTCOMES = (Outcome.REJECTED, Outcome.NOT_SENT, Outcome.FAILED)
UNRESOLVED_OUTCOMES = ("", Outcome.UNKNOWN)
AMBIGUOUS = conclude_conflicting(
    _(
        "Another call from this console did the same or may have. The current state doesn't"
        " show which one."
    )
)


def found_by_next_call(evidence: Evidence) -> Evidence:
    """Return the evidence as found by the next call."""
    text = say("Found by the next change: %(evidence)s")
    return replace(evidence, reason=text % {"evidence": evidence.reason})


def find_later_calls(call: UnresolvedCall, *operations: str) -> QuerySet[AuditEntry]:
    """Return later calls to the same object, in order."""
    own = _calls_on_same_object(call, operations).filter(seq__gt=call.entry.seq)
    return own.order_by("seq")


def find_competing_calls(call: UnresolvedCall, *operations: str) -> list[AuditEntry]:
    """Return calls that may have had the same effect.

    Later, concurrent, or earlier ones with an unknown outcome.
    """
    own = _calls_on_same_object(call, operations).exclude(entry=call.entry.entry)
    after = own.exclude(outcome__in=FAILED_OUTCOMES).filter(seq__gt=call.entry.seq)
    before = own.filter(NOT_SUCCEEDED, outcome__in=UNRESOLVED_OUTCOMES, seq__lt=call.entry.seq)
    beside = own.filter(
        seq__lt=call.entry.seq,
        at__gt=call.entry.at - OUTCOME_TIMEOUT // MICROSECOND,
        ended_at__gt=call.entry.at,
        outcome=Outcome.SUCCEEDED,
    )
    return [*after, *before, *beside]


def find_calls_with_same_label(call: UnresolvedCall, operation: str) -> list[AuditEntry]:
    """Return calls that may have created or deleted one of the same name."""
    own = _calls_on_same_object(call, [operation]).exclude(entry=call.entry.entry)
    near = own.filter(label=call.entry.label, at__gt=call.entry.at - NEARBY_MICROSECONDS)
    return list(near.exclude(outcome__in=FAILED_OUTCOMES))


def find_succeeded_nearby(call: UnresolvedCall, operation: str) -> list[AuditEntry]:
    """Return other successful calls around that time."""
    done = _calls_on_same_object(call, [operation]).filter(outcome=Outcome.SUCCEEDED)
    span = (call.entry.at - NEARBY_MICROSECONDS, call.entry.at + NEARBY_MICROSECONDS)
    return list(done.filter(at__range=span))


def is_nearby(call: UnresolvedCall, other: AuditEntry) -> bool:
    """Return whether clock differences could swap the two calls."""
    return abs(other.at - call.entry.at) < NEARBY_MICROSECONDS


def is_within_call_time(call: UnresolvedCall, created_at_ms: int) -> bool:
    """Return whether something created then can stem from the call."""
    early, late = (
        MAX_CLOCK_SKEW // MILLISECOND,
        (OUTCOME_TIMEOUT + MAX_CLOCK_SKEW) // MILLISECOND,
    )
    return call.began_ms - early <= created_at_ms <= call.began_ms + late


def _calls_on_same_object(call: UnresolvedCall, operations: Iterable[str]) -> QuerySet[AuditEntry]:
    """Select calls on the object, its service, client or subject."""
    entry = call.entry
    own = AuditEntry.objects.filter(
        IS_CHANGE,
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
