"""Kinds of documents, and targets: one document in a workspace.

The pages of services and clients differ only by these values and by the templates
around the shared parts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.urls import reverse
from pydantic import SecretStr

from console.audit_log.change_descriptions import (
    CLIENT_SETTINGS,
    SERVICE_SETTINGS,
    DeclaredSettings,
)
from console.inventory.findings import index_service_findings
from console.inventory.index import index_client
from console.models import KnownService
from console.web.access import Workspace
from console.web.paths import cached_reverse
from tenants.authlete import AuthleteClient
from tenants.authlete.api import OPERATIONS
from tenants.authlete.documents import client as client_document
from tenants.authlete.documents.base import Document, RuleViolation, Section
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.client.rules import check_client
from tenants.authlete.documents.service import SECTIONS, Service
from tenants.authlete.documents.service.rules import check_service
from tenants.authlete.edits import ChangeHints, WriteResult
from tenants.authlete.object_ref import ObjectRef
from tenants.models import Organization


class DocumentApi(Protocol):
    """Authlete's API for one document."""

    def get(self) -> Document: ...

    def reveal_unknown(self, field: str, label: str) -> SecretStr | None: ...

    def update(
        self, base: int, edits: Mapping[str, Any], hints: ChangeHints | None = None
    ) -> WriteResult[Any]: ...


def no_findings(_members: Mapping[str, Any]) -> Sequence[RuleViolation]:
    """Return no violations, for documents without rules."""
    return ()


def ignore_saved_document(_organization: Organization, _ref: ObjectRef, _document: Any) -> None:
    """Ignore a saved document."""


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """A kind of Authlete document that members can edit."""

    name: str  # prefix of its operations: service, client
    area: str  # of its pages and templates
    sections: Mapping[str, type[Section]]
    declared: DeclaredSettings
    api: Callable[[AuthleteClient, ObjectRef], DocumentApi]
    document: type[Document]
    display_name: Callable[[Any], str]  # its name, or its ID
    findings: Callable[[Mapping[str, Any]], Sequence[RuleViolation]] = no_findings
    remember: Callable[[Organization, ObjectRef, Any], None] = ignore_saved_document  # after a save

    @property
    def breadcrumb_template(self) -> str:
        """The path of the breadcrumb template."""
        return f"{self.area}/crumbs.html"

    @property
    def header_template(self) -> str:
        """The path of the page header template."""
        return f"{self.area}/head.html"


@dataclass(frozen=True, slots=True)
class DocumentTarget:
    """A document in a member's workspace."""

    kind: DocumentKind
    workspace: Workspace
    service_id: int
    client_id: int = 0  # 0 for a service

    def api(self, authlete: AuthleteClient | None = None) -> DocumentApi:
        return self.kind.api(authlete or self.workspace.authlete, self.ref)

    def path(self, page: str, *more: str) -> str:
        """Return the path of one of the object's pages."""
        workspace = self.workspace
        names = (workspace.organization.slug, *self.ref.key.split("/"), *more)
        return cached_reverse(f"{self.kind.area}:{page}", *names)

    @property
    def ref(self) -> ObjectRef:
        return ObjectRef(self.workspace.region.name, self.service_id, self.client_id)

    def api_url(self, operation: str) -> str:
        """Return the URL of an Authlete operation on the object: get or update."""
        path = OPERATIONS[f"{self.kind.name}.{operation}"].path.format(**self.ref.path_params)
        return f"{self.workspace.region.url}{path}"

    def template(self, page: str) -> str:
        return f"{self.kind.area}/{page}.html"

    def context(self, document: Document) -> dict[str, Any]:
        """Return the context that every page about the object uses."""
        return {
            "target": self,
            "workspace": self.workspace,
            "document": document,
            self.kind.name: document,
            "name": self.kind.display_name(document),
        }

    @property
    def audit_columns(self) -> dict[str, Any]:
        """The audit log columns that identify the document."""
        return {"organization_id": self.workspace.organization.pk, **self.ref.audit_columns}

    def __str__(self) -> str:
        """Identify the object, to bind sealed values and forms to it."""
        return f"{self.workspace.organization.pk}/{self.ref.key}"


def _update_index(organization: Organization, ref: ObjectRef, service: Service) -> None:
    index_service_findings(organization, ref.region, [service])


SERVICE_KIND = DocumentKind(
    "service",
    "services",
    SECTIONS,
    SERVICE_SETTINGS,
    lambda authlete, ref: authlete.service(ref.service_id),
    Service,
    lambda service: service.service_name or str(service.api_key),
    check_service,
    _update_index,
)


def _update_client_index(organization: Organization, ref: ObjectRef, client: Client) -> None:
    index_client(organization, ref.region, ref.service_id, client)


CLIENT_KIND = DocumentKind(
    "client",
    "clients",
    client_document.SECTIONS,
    CLIENT_SETTINGS,
    lambda authlete, ref: authlete.service(ref.service_id).client(ref.client_id),
    Client,
    lambda client: client.client_name or client.alias,
    check_client,
    _update_client_index,
)


def client_target(workspace: Workspace, service_id: int, client_id: int) -> DocumentTarget:
    """Return the target of the pages about a client."""
    return DocumentTarget(CLIENT_KIND, workspace, service_id, client_id)


def service_target(workspace: Workspace, service_id: int) -> DocumentTarget:
    """Return the target of the pages about a service."""
    return DocumentTarget(SERVICE_KIND, workspace, service_id)


@dataclass(frozen=True, slots=True)
class ServiceHeader:
    """The service in the header of a list page."""

    workspace: Workspace
    service_id: int

    def path(self, page: str, *more: str) -> str:
        location = (self.workspace.organization.slug, self.workspace.region.name)
        return reverse(f"services:{page}", args=[*location, self.service_id, *more])


def service_header_context(workspace: Workspace, service_id: int) -> dict[str, Any]:
    """Return the context of a service page's header from the index, without a call."""
    service = KnownService.objects.filter(
        organization=workspace.organization, region=workspace.region.name, service_id=service_id
    ).first()
    return {
        "target": ServiceHeader(workspace, service_id),
        "name": service.name if service else "",
        "service": {
            "api_key": service_id,
            "service_name": service.name if service else "",
            "issuer": service.issuer if service else "",
        },
    }
