"""Page decorators that check membership and permissions, and log denials."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, wraps
from ipaddress import ip_address
from typing import Any, Concatenate

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from django_htmx.middleware import HtmxDetails

from console.web.own_services import is_own_service, load_service_ids
from tenants.audit.actor import Actor
from tenants.audit.events import ACCESS_DENIED, ACCESS_NON_MEMBER, AuditEvent
from tenants.audit.recorder import AuditLogSink, record_event
from tenants.authlete import AuthleteClient
from tenants.authlete.operation import Effect
from tenants.authlete.outcome import Outcome
from tenants.models import Membership, Organization
from tenants.organizations.api_clients import (
    CredentialsByRegion,
    connect,
    list_connected_regions,
    list_regions_with_service_creation,
    load_credentials,
)
from tenants.organizations.regions import Region, get_regions
from tenants.organizations.roles import Permission, Role

browser_methods_only = require_http_methods(["GET", "HEAD", "POST"])


LAST_ORGANIZATION_KEY = "organization"  # in the session


class ConsoleRequest(HttpRequest):
    """A request that has been through `organization_page` or `workspace_page`."""

    user: User
    htmx: HtmxDetails
    page_id: str  # shared by all audit entries of the request


@dataclass(frozen=True)
class Member:
    """A user in one organization, for one request."""

    user: User
    organization: Organization
    role: Role
    page_id: str
    ip_address: str

    def can(self, need: Permission) -> bool:
        return self.role.has_permission(need)

    @cached_property
    def _credentials(self) -> CredentialsByRegion:
        """The organization's credentials, still encrypted."""
        return load_credentials(self.organization)

    @cached_property
    def _service_ids(self) -> dict[str, set[int]]:
        """The organization's services by region, shared by all clients of the request."""
        return {}

    @property
    def actor(self) -> Actor:
        return Actor(
            self.user.pk,
            self.user.get_username(),
            self.role.value,
            self.organization.pk,
            self.organization.slug,
            self.page_id,
            self.ip_address,
        )

    def audit_sink(self, *, reason: str = "", ticket: str = "") -> AuditLogSink:
        """Return the sink that logs this member's calls."""
        return AuditLogSink(self.actor, reason, ticket)

    def connect(self, region: str, *, reason: str = "", ticket: str = "") -> AuthleteClient:
        """Return a client for ``region``.

        It asks only for services of the organization. Raises `UnauthorizedError` if there is
        no readable credential.
        """
        if region not in self._service_ids:
            self._service_ids[region] = load_service_ids(self.organization, region)
        return connect(
            self._credentials,
            region,
            self.audit_sink(reason=reason, ticket=ticket),
            holder=self.user.get_username(),
            service_ids=self._service_ids[region],
            read_seconds=settings.PAGE_READ_SECONDS,
        )

    def require_service(self, authlete: AuthleteClient, service_id: int) -> None:
        """Raise `Http404` unless the service belongs to the organization."""
        own_ids = self._service_ids[authlete.region]
        if service_id not in own_ids:
            if not is_own_service(self.organization, authlete, service_id):
                raise Http404
            own_ids.add(service_id)

    def regions(self) -> list[Region]:
        """Return the regions that the organization has a credential for."""
        return list_connected_regions(self._credentials)

    def service_creation_regions(self) -> list[Region]:
        """Return the regions where the organization can create and delete services."""
        return list_regions_with_service_creation(self._credentials)


@dataclass(frozen=True)
class Workspace:
    """One organization in one region, for one member."""

    member: Member
    region: Region
    authlete: AuthleteClient

    @property
    def organization(self) -> Organization:
        return self.member.organization

    @property
    def role(self) -> Role:
        return self.member.role

    def connect(self, *, reason: str, ticket: str) -> AuthleteClient:
        """Return a client whose calls are logged with the reason and ticket."""
        return self.member.connect(self.region.name, reason=reason, ticket=ticket)


type OrganizationPage[**P] = Callable[Concatenate[ConsoleRequest, Member, P], HttpResponseBase]
type WorkspacePage[**P] = Callable[Concatenate[ConsoleRequest, Workspace, P], HttpResponseBase]
type ViewFunction = Callable[..., HttpResponseBase]


def organization_page[**P](
    needs: Permission | None,
) -> Callable[[OrganizationPage[P]], ViewFunction]:
    """Admit members of the organization in the URL who have the permission ``needs``.

    Non-members get a 404, members without the permission a 403; both are logged.
    ``None`` admits every member.
    """

    def decorate(page: OrganizationPage[P]) -> ViewFunction:
        checked_page = browser_methods_only(page)

        @wraps(page)
        def view(
            request: ConsoleRequest, organization: str, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            member = _admit_member(request, organization, needs)
            with _log_denials(request, member, needs):
                return checked_page(request, member, *args, **kwargs)

        return _declare_needs(view, needs)

    return decorate


def workspace_page[**P](needs: Permission) -> Callable[[WorkspacePage[P]], ViewFunction]:
    """Admit as `organization_page` does, to one region of the organization.

    A service that does not belong to the organization gets a 404.
    """

    def decorate(page: WorkspacePage[P]) -> ViewFunction:
        checked_page = browser_methods_only(page)

        @wraps(page)
        def view(
            request: ConsoleRequest,
            organization: str,
            region: str,
            *args: P.args,
            **kwargs: P.kwargs,
        ) -> HttpResponseBase:
            member = _admit_member(request, organization, needs)
            if region not in get_regions():
                raise Http404
            workspace = Workspace(member, get_regions()[region], member.connect(region))
            if isinstance(service_id := kwargs.get("service_id"), int):
                member.require_service(workspace.authlete, service_id)
            with _log_denials(request, member, needs):
                return checked_page(request, workspace, *args, **kwargs)

        return _declare_needs(view, needs)

    return decorate


def signed_in_page(page: Callable[..., HttpResponseBase]) -> ViewFunction:
    """Admit every signed-in user."""
    return _declare_needs(browser_methods_only(page), None)


def public_page(page: Callable[..., HttpResponseBase]) -> ViewFunction:
    """Admit everybody, without a session or CSRF token; for programs."""
    return _declare_needs(login_not_required(csrf_exempt(browser_methods_only(page))), None)


def client_ip(request: HttpRequest) -> str:
    """Return the client's IP address, as many hops back as proxies are trusted."""
    peer = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.TRUSTED_PROXIES:
        return peer
    hops = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    chain = [*(hop.strip() for hop in hops if hop.strip()), peer]
    hop = str(chain[max(0, len(chain) - 1 - settings.TRUSTED_PROXIES)])
    return _parse_ip(hop) or peer


def _parse_ip(hop: str) -> str:
    """Return the IP address of a forwarded hop, without its port; empty if invalid."""
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        hop = hop.partition(":")[0]
    try:
        return str(ip_address(hop))
    except ValueError:
        return ""


def last_member(request: ConsoleRequest) -> Member | None:
    """Return the user as a member of the organization whose pages they used last."""
    slug = request.session.get(LAST_ORGANIZATION_KEY)
    return _find_member(request, slug) if slug and request.user.is_authenticated else None


def _find_member(request: ConsoleRequest, slug: str) -> Member | None:
    membership = (
        Membership.objects.select_related("organization")
        .filter(user=request.user, organization__slug=slug)
        .first()
    )
    if membership is None:
        return None
    return Member(
        request.user,
        membership.organization,
        Role(membership.role),
        request.page_id,
        client_ip(request),
    )


def _admit_member(request: ConsoleRequest, slug: str, needs: Permission | None) -> Member:
    member = _find_member(request, slug)
    if member is None:
        _log_non_member(request, slug, needs)
        raise Http404
    request.member = member  # type: ignore[attr-defined]  # for the page frame
    if request.session.get(LAST_ORGANIZATION_KEY) != slug:
        request.session[LAST_ORGANIZATION_KEY] = slug
    if needs is not None and not member.can(needs):
        _log_access_event(request, member.actor, ACCESS_DENIED, needs)
        raise PermissionDenied
    return member


@contextmanager
def _log_denials(
    request: ConsoleRequest, member: Member, needs: Permission | None
) -> Iterator[None]:
    """Log a `PermissionDenied` that the page itself raises."""
    try:
        yield
    except PermissionDenied:
        _log_access_event(request, member.actor, ACCESS_DENIED, needs)
        raise


def _log_non_member(request: ConsoleRequest, slug: str, needs: Permission | None) -> None:
    """Log the request of a non-member, whether or not the organization exists."""
    home = Organization.objects.filter(slug=slug).first()
    actor = Actor(
        request.user.pk,
        request.user.get_username(),
        organization_id=home.pk if home else 0,
        organization=home.slug if home else "",
        page_id=request.page_id,
        ip_address=client_ip(request),
    )
    _log_access_event(request, actor, ACCESS_NON_MEMBER, needs)


def _log_access_event(
    request: ConsoleRequest, actor: Actor, event: AuditEvent, needs: Permission | None
) -> None:
    requested = request.resolver_match.view_name if request.resolver_match else ""
    effect = needs if isinstance(needs, Effect) else ""
    record_event(actor, event, effect, Outcome.REJECTED, object=requested, label=request.path)


def _declare_needs(view: Callable[..., Any], needs: Permission | None) -> ViewFunction:
    view.needs = needs  # type: ignore[attr-defined]  # read by tests/test_conventions.py
    return view
