"""Outages of a region: its services and clients stay readable from their last version."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse

from console.models import Draft
from console.web.access import ConsoleRequest, Member, Workspace
from tenants.authlete.errors import (
    AuthleteError,
    CircuitOpenError,
    CredentialCircuitOpenError,
    DeadlineExceededError,
    PoolTimeoutError,
    UnknownOutcomeError,
    UnreachableError,
)
from tenants.authlete.operation import Effect
from tenants.organizations.roles import Permission
from tenants.versions.models import Version

OUTAGE_ERRORS = (
    UnreachableError,
    CircuitOpenError,
    PoolTimeoutError,
    DeadlineExceededError,
    UnknownOutcomeError,  # no usable response
)
CHANGING_EFFECTS = frozenset(Effect) - {Effect.READ}


def is_outage(error: Exception) -> bool:
    """Return whether the error says that the region doesn't respond, whatever is asked for."""
    return isinstance(error, OUTAGE_ERRORS) and not isinstance(error, CredentialCircuitOpenError)


@dataclass(frozen=True, slots=True)
class Outage:
    """Why a page shows the last version instead of the current document."""

    error: AuthleteError
    seen_at: datetime  # when the version was current
    is_intact: bool  # its MAC is valid


class ReadOnlyMember(Member):
    """A member while nothing can be changed."""

    def can(self, need: Permission) -> bool:
        return need not in CHANGING_EFFECTS and super().can(need)


def as_read_only(workspace: Workspace) -> Workspace:
    """Return the workspace without permission to change anything."""
    member = workspace.member
    values = {field.name: getattr(member, field.name) for field in fields(member)}
    return replace(workspace, member=ReadOnlyMember(**values))


@dataclass(frozen=True, slots=True)
class LastKnownVersion:
    """The last version of an object whose region doesn't respond."""

    path: str  # of the object's page
    seen_at: datetime
    has_draft: bool


def find_last_known_version(request: HttpRequest, error: AuthleteError) -> LastKnownVersion | None:
    """Return the last version of the object in the URL if its region doesn't respond.

    Return none if a change was sent: its outcome comes first.
    """
    member: Member | None = getattr(request, "member", None)
    params: dict[str, Any] = request.resolver_match.kwargs if request.resolver_match else {}
    if (
        member is None
        or "service_id" not in params
        or not is_outage(error)
        or error.may_have_changed
    ):
        return None
    ids = {
        "region": params["region"],
        "service_id": params["service_id"],
        "client_id": params.get("client_id", 0),
    }
    version = Version.objects.filter(organization_id=member.organization.pk, **ids).first()
    if version is None or version.is_deleted or not member.can(Effect.READ):
        return None
    area = "clients" if ids["client_id"] else "services"
    path = reverse(f"{area}:show", args=[member.organization.slug, *filter(None, ids.values())])
    if path == request.path:
        return None
    user = cast(ConsoleRequest, request).user
    drafts = Draft.objects.filter(user=user, organization=member.organization, **ids)
    return LastKnownVersion(path, version.last_at, drafts.exists())
