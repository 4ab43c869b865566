"""Letting someone outside see every call: the audit log, a test, nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import uuid4

from tenants.authlete.changes import FieldChange
from tenants.authlete.errors import Outcome
from tenants.authlete.operation import Operation


@dataclass(frozen=True, slots=True)
class CallIntent:
    """One request on the wire as an observer sees it: no bodies, no secrets."""

    operation: Operation[Any]
    region: str
    path: str
    path_params: Mapping[str, str] = field(default_factory=dict)
    subject: str = ""
    changes: tuple[FieldChange, ...] = ()
    attempt: int = 1
    label: str = ""  # what the object is called, where that is known
    # By what it can be found out later whether this was done; no secret.
    reconciliation_hints: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """What became of a call."""

    entry_id: str
    outcome: Outcome
    status: int | None = None
    code: str = ""
    unexpected_changes: tuple[FieldChange, ...] = ()  # what Authlete itself changed or ignored


class AuditSink(Protocol):
    """Told of every call before it is sent and after it ended."""

    def record_intents(self, calls: Sequence[CallIntent]) -> list[str]:
        """Take note of the intents for good, and give each an id.

        Raises `NotRecorded`, and then none of the calls may be made.
        """

    def record_outcomes(self, outcomes: Sequence[CallOutcome], *, wait: bool = True) -> None:
        """Take note of outcomes; never raises, a lost one stays open."""

    def flush(self) -> None:
        """Wait until every outcome that was not waited for is kept."""


class NullAuditSink:
    """A `Watch` that keeps nothing."""

    def record_intents(self, calls: Sequence[CallIntent]) -> list[str]:
        return [str(uuid4()) for _ in calls]

    def record_outcomes(self, outcomes: Sequence[CallOutcome], *, wait: bool = True) -> None: ...

    def flush(self) -> None: ...
