"""Evidence from Authlete about a call with an unknown outcome."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from math import ceil
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tenants.audit.models import IS_CHANGE, NOT_SUCCEEDED, OUTCOME_TIMEOUT, AuditEntry
from tenants.authlete import AuthleteClient
from tenants.authlete.api.clients import ClientApi
from tenants.authlete.api.services import ServiceApi
from tenants.authlete.outcome import Outcome
from tenants.authlete.redaction.fingerprint import LEGACY_HEX_DIGITS

# A call that failed immediately never arrived or had already finished. After a timeout or a
# gateway's error, Authlete may still process it, for as long again.
IMMEDIATE_FAILURE = timedelta(seconds=3)
MAX_IN_FLIGHT = timedelta(seconds=20)


class Conclusion(StrEnum):
    """The conclusion that evidence allows about a call."""

    SUCCEEDED = "done"
    FAILED = "not done"
    CONFLICTING = "otherwise"  # matches neither outcome
    INCONCLUSIVE = "cannot tell"
    TOO_EARLY = "cannot tell yet"  # not done so far, and it may still be on its way

    @property
    def outcome(self) -> Outcome | None:
        """Return the outcome to record, or None if a person must decide."""
        return OUTCOME_BY_CONCLUSION.get(self)


OUTCOME_BY_CONCLUSION = {Conclusion.SUCCEEDED: Outcome.SUCCEEDED, Conclusion.FAILED: Outcome.FAILED}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A conclusion and its reason; ``candidates`` are IDs of possible objects."""

    conclusion: Conclusion
    reason: str | Promise
    candidates: Sequence[str] = ()
    wait_seconds: int = 0  # seconds until it can be determined


NOTHING_RECORDED = Evidence(
    Conclusion.INCONCLUSIVE, _("The log entry doesn't contain enough information.")
)
OLDER_FINGERPRINT = Evidence(
    Conclusion.INCONCLUSIVE,
    _("An older version recorded this call, and its fingerprints can't be compared."),
)
OLDER_FINGERPRINT_PATTERN = re.compile(rf'"fingerprint":"[0-9a-f]{{{LEGACY_HEX_DIGITS}}}"')


def conclude_succeeded(reason: str | Promise) -> Evidence:
    """Conclude that the call succeeded."""
    return Evidence(Conclusion.SUCCEEDED, reason)


def conclude_failed(reason: str | Promise) -> Evidence:
    """Conclude that the call failed."""
    return Evidence(Conclusion.FAILED, reason)


def conclude_conflicting(reason: str | Promise) -> Evidence:
    """Conclude that the state matches neither outcome."""
    return Evidence(Conclusion.CONFLICTING, reason)


def conclude_inconclusive(reason: str | Promise, candidates: Sequence[str] = ()) -> Evidence:
    """Conclude that the outcome can't be determined."""
    return Evidence(Conclusion.INCONCLUSIVE, reason, candidates)


def conclude_too_early(seconds: int) -> Evidence:
    """Conclude that the call may still be running."""
    text = ngettext(
        "Unchanged so far, but the call may still be running. Check again in %(seconds)d second.",
        (
            "Unchanged so far, but the call may still be running. Check again in %(seconds)d "
            "seconds."
        ),
        seconds,
    )
    return Evidence(Conclusion.TOO_EARLY, text % {"seconds": seconds}, wait_seconds=seconds)


@dataclass(frozen=True)
class UnresolvedCall:
    """A call with an unknown outcome, and access to check it."""

    entry: AuditEntry
    authlete: AuthleteClient
    extra_hints: Mapping[str, Any] = field(default_factory=dict)  # since

    @cached_property
    def hints(self) -> dict[str, Any]:
        """Return hints from the intent and those learned later."""
        return self.entry.reconciliation_hints | dict(self.extra_hints)

    @property
    def seconds_in_flight(self) -> int:
        """Return for how many seconds Authlete may still process it."""
        took, is_over = self.entry.duration, (self.entry.status or 0) < 500
        if is_over and took is not None and timedelta(0) <= took < IMMEDIATE_FAILURE:
            return 0
        remaining = min(MAX_IN_FLIGHT, self.entry.time + MAX_IN_FLIGHT - datetime.now(UTC))
        return max(0, ceil(remaining.total_seconds()))

    @property
    def began_ms(self) -> int:
        """Return the start in milliseconds since 1970."""
        return self.entry.at // 1000

    @property
    def service(self) -> ServiceApi:
        return self.authlete.service(int(self.entry.service))

    @property
    def client_id(self) -> int:
        return int(self.entry.client)

    @property
    def client(self) -> ClientApi:
        return self.service.client(self.client_id)

    def value_before(self, field: str) -> Any:
        return self.entry.value_before(field)

    def value_after(self, field: str) -> Any:
        return self.entry.value_after(field)


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
    text = gettext("Found by the next change: %(evidence)s")
    return replace(evidence, reason=text % {"evidence": evidence.reason})


def find_later_calls(call: UnresolvedCall, *operations: str) -> QuerySet[AuditEntry]:
    """Return later calls to the same object, in order."""
    entries = _calls_on_same_object(call, operations).filter(seq__gt=call.entry.seq)
    return entries.order_by("seq")


def find_competing_calls(call: UnresolvedCall, *operations: str) -> list[AuditEntry]:
    """Return calls that may have had the same effect.

    Later, concurrent, or earlier ones with an unknown outcome.
    """
    entries = _calls_on_same_object(call, operations).exclude(entry=call.entry.entry)
    after = entries.exclude(outcome__in=FAILED_OUTCOMES).filter(seq__gt=call.entry.seq)
    before = entries.filter(NOT_SUCCEEDED, outcome__in=UNRESOLVED_OUTCOMES, seq__lt=call.entry.seq)
    overlapping = entries.filter(
        seq__lt=call.entry.seq,
        at__gt=call.entry.at - OUTCOME_TIMEOUT // MICROSECOND,
        ended_at__gt=call.entry.at,
        outcome=Outcome.SUCCEEDED,
    )
    return [*after, *before, *overlapping]


def find_calls_with_same_label(call: UnresolvedCall, operation: str) -> list[AuditEntry]:
    """Return calls that may have created or deleted one of the same name."""
    entries = _calls_on_same_object(call, [operation]).exclude(entry=call.entry.entry)
    near = entries.filter(label=call.entry.label, at__gt=call.entry.at - NEARBY_MICROSECONDS)
    return list(near.exclude(outcome__in=FAILED_OUTCOMES))


def find_succeeded_nearby(call: UnresolvedCall, operation: str) -> list[AuditEntry]:
    """Return other successful calls around that time."""
    done = _calls_on_same_object(call, [operation]).filter(outcome=Outcome.SUCCEEDED)
    span = (call.entry.at - NEARBY_MICROSECONDS, call.entry.at + NEARBY_MICROSECONDS)
    return list(done.filter(at__range=span))


def is_nearby(call: UnresolvedCall, entry: AuditEntry) -> bool:
    """Return whether clock differences could swap the two calls."""
    return abs(entry.at - call.entry.at) < NEARBY_MICROSECONDS


def is_within_call_time(call: UnresolvedCall, created_at_ms: int) -> bool:
    """Return whether something created then can stem from the call."""
    early, late = (MAX_CLOCK_SKEW // MILLISECOND, (OUTCOME_TIMEOUT + MAX_CLOCK_SKEW) // MILLISECOND)
    return call.began_ms - early <= created_at_ms <= call.began_ms + late


def _calls_on_same_object(call: UnresolvedCall, operations: Iterable[str]) -> QuerySet[AuditEntry]:
    """Select calls on the object, its service, client or subject."""
    entry = call.entry
    entries = AuditEntry.objects.filter(
        IS_CHANGE,
        organization_id=entry.organization_id,
        region=entry.region,
        operation__in=operations,
    )
    if entry.service:
        entries = entries.filter(service=entry.service)
    if entry.client:
        entries = entries.filter(client__in=(entry.client, ""))
    if entry.subject:
        entries = entries.filter(Q(subject=entry.subject) | Q(subject=""))
    return entries
