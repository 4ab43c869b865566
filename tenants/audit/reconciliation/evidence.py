"""Evidence from Authlete about a call with an unknown outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from math import ceil
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tenants.audit.models import AuditEntry
from tenants.authlete import AuthleteClient
from tenants.authlete.api.clients import ClientApi
from tenants.authlete.api.services import ServiceApi
from tenants.authlete.errors import Outcome

# A call that broke off at once never arrived, or was done by then. One that nobody
# answered until it was given up, or that a gateway answered with an error of its own,
# may still be carried out, for as long again.
IMMEDIATE_FAILURE = timedelta(seconds=3)
MAX_IN_FLIGHT = timedelta(seconds=20)


class Conclusion(StrEnum):
    """What the evidence says about the call."""

    SUCCEEDED = "done"
    FAILED = "not done"
    CONFLICTING = "otherwise"  # matches neither outcome
    INCONCLUSIVE = "cannot tell"
    TOO_EARLY = "cannot tell yet"  # not done so far, and it may still be on its way

    @property
    def outcome(self) -> Outcome | None:
        """Return the outcome to record, or None if a person must decide."""
        return OUTCOME_BY_CONCLUSION.get(self)


OUTCOME_BY_CONCLUSION = {
    Conclusion.SUCCEEDED: Outcome.SUCCEEDED,
    Conclusion.FAILED: Outcome.FAILED,
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A conclusion and its reason; ``candidates`` are IDs of possible objects."""

    conclusion: Conclusion
    reason: str | Promise
    candidates: Sequence[str] = ()
    wait_seconds: int = 0  # seconds until it can be told


NOTHING_RECORDED = Evidence(
    Conclusion.INCONCLUSIVE,
    _("The log entry doesn't contain enough information."),
)


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
        left = min(MAX_IN_FLIGHT, self.entry.time + MAX_IN_FLIGHT - datetime.now(UTC))
        return max(0, ceil(left.total_seconds()))

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
