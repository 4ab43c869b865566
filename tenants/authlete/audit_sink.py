"""The interface to the audit log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import uuid4

from tenants.authlete.changes import FieldChange
from tenants.authlete.operation import Operation
from tenants.authlete.outcome import Outcome


@dataclass(frozen=True, slots=True)
class CallIntent:
    """The audit intent of a request, recorded before it is sent; without secrets."""

    operation: Operation[Any]
    region: str
    path: str
    path_params: Mapping[str, str] = field(default_factory=dict)
    subject: str = ""
    changes: tuple[FieldChange, ...] = ()
    attempt: int = 1
    label: str = ""  # name of the object, if known
    # Facts from before the call that help to find out later whether it was carried out.
    reconciliation_hints: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """The outcome of a request whose intent was recorded."""

    entry_id: str
    outcome: Outcome
    status: int | None = None
    code: str = ""
    unexpected_changes: tuple[FieldChange, ...] = ()  # see `WriteResult`


class AuditSink(Protocol):
    """Records every call before it is sent and after it has ended."""

    @property
    def is_thread_safe(self) -> bool:
        """Return whether intents may be recorded in any thread."""

    def record_intents(self, intents: Sequence[CallIntent]) -> list[str]:
        """Store intents durably and return the IDs of their entries.

        Raises `AuditUnavailableError`; then none of the calls may be sent.
        """

    def record_outcomes(self, outcomes: Sequence[CallOutcome], *, wait: bool = True) -> None:
        """Store outcomes. Never raises: an entry whose outcome is lost stays open."""

    def flush(self) -> None:
        """Wait until all outcomes recorded without ``wait`` are stored."""


class NullAuditSink:
    """An `AuditSink` that stores nothing."""

    is_thread_safe = False  # for subclasses

    def record_intents(self, intents: Sequence[CallIntent]) -> list[str]:
        """Return new IDs."""
        return [str(uuid4()) for _ in intents]

    def record_outcomes(self, outcomes: Sequence[CallOutcome], *, wait: bool = True) -> None:
        """Do nothing."""

    def flush(self) -> None:
        """Do nothing."""
