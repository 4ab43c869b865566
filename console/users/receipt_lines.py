"""The receipt of one service, saved while its apps are revoked.

Tokens found are saved before they are revoked, and each revocation before its call, so that
another worker can continue after a crash.
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from django.utils import timezone

from console.models import KnownService, Receipt, ReceiptService
from tenants.authlete.errors import AuthleteError

TOKENS_PART, SCOPES_PART = "tokens", "scopes"


class ReceiptConflictError(Exception):
    """Another worker has taken over this service."""


@dataclass(slots=True)
class ReceiptProblem:
    """An error that left a revocation incomplete or unconfirmed."""

    what: str  # "tokens", "scopes", or "" for the whole app
    title: str
    message: str
    status: int | None = None
    code: str = ""
    request_id: str = ""

    @classmethod
    def from_error(cls, error: AuthleteError, stage: str = "") -> Self:
        return cls(stage, error.title, error.message, error.status, error.code, error.request_id)


@dataclass(slots=True)
class ReceiptLine:
    """One app: its tokens before, revoked and left.

    Field names are stored as JSON.
    """

    client_id: int
    name: str = ""
    live: int | None = None  # live tokens before; None: not readable
    expired: int | None = None
    unseen: int = 0  # counted tokens that weren't listed
    granted: list[str] | None = None  # remembered scopes before
    ended: int = 0  # revoked tokens, as counted by Authlete
    is_counted: bool = True  # whether every revocation returned a count
    left: int | None = None  # tokens listed afterwards; None: unconfirmed
    live_left: int | None = None  # of these, usable or refreshable
    remembered: bool | None = None  # scopes left afterwards; None: unconfirmed
    troubles: list[ReceiptProblem] = field(default_factory=list)

    @property
    def display_name(self) -> str:
        return self.name or str(self.client_id)

    @property
    def tokens_before(self) -> int | None:
        if self.live is None or self.expired is None:
            return None
        return self.live + self.expired + self.unseen

    @property
    def revoked_count(self) -> int | None:
        """The number of revoked tokens; computed from the remaining tokens if a count was lost."""
        if self.is_counted:
            return self.ended
        if self.tokens_before is None or self.left is None:
            return None
        return max(self.ended, self.tokens_before - self.left)

    @property
    def is_confirmed(self) -> bool:
        """Whether a read confirmed that nothing is left."""
        return self.live_left == 0 and self.remembered is False

    @property
    def scopes_removed(self) -> bool:
        """Whether scopes were remembered, and are not any more."""
        return self.granted is not None and self.remembered is False

    def reset_check(self) -> None:
        self.left = self.live_left = self.remembered = None


@dataclass(slots=True)
class ServiceReceipt:
    """The apps of one service, and their database row."""

    row: ReceiptService
    lines: dict[int, ReceiptLine] = field(default_factory=dict)  # by client
    problem: ReceiptProblem | None = None  # with all of it

    @classmethod
    def from_row(cls, row: ReceiptService) -> Self:
        details: dict[str, Any] = json.loads(row.content)
        lines = [_parse_line(line) for line in details.get("lines", ())]
        trouble = details.get("trouble")
        return cls(
            row,
            {line.client_id: line for line in lines},
            ReceiptProblem(**trouble) if trouble else None,
        )

    @property
    def is_confirmed(self) -> bool:
        return not self.problem and all(line.is_confirmed for line in self.lines.values())

    @property
    def problems(self) -> list[ReceiptProblem]:
        problems = [self.problem] if self.problem else []
        return problems + [trouble for line in self.lines.values() for trouble in line.troubles]

    def save(self, *, is_over: bool = False) -> None:
        """Save the state; raises `ReceiptConflictError` if another worker saved."""
        row = self.row
        details = {
            "lines": [asdict(line) for line in self.lines.values()],
            "trouble": asdict(self.problem) if self.problem else None,
        }
        row.content = json.dumps(details, ensure_ascii=False)
        row.is_proven = is_over and self.is_confirmed
        row.ended_at = timezone.now() if is_over else None
        same = ReceiptService.objects.filter(pk=row.pk, version=row.version)
        row.version += 1
        if not same.update(
            content=row.content, version=row.version, is_proven=row.is_proven, ended_at=row.ended_at
        ):
            raise ReceiptConflictError


def open_service_receipt(receipt: Receipt, region: str, service_id: int) -> ServiceReceipt:
    """Get or create the receipt of a service."""
    location = {"region": region, "service_id": service_id}
    services = KnownService.objects.filter(organization=receipt.organization_id, **location)
    name = services.values_list("name", flat=True).first() or ""
    row, _is_new = ReceiptService.objects.get_or_create(
        receipt=receipt, **location, defaults={"name": name[:200]}
    )
    return ServiceReceipt.from_row(row)


def _parse_line(data: dict[str, Any]) -> ReceiptLine:
    troubles = [ReceiptProblem(**problem) for problem in data.pop("troubles")]
    return ReceiptLine(**data, troubles=troubles)
