"""What is edited: a kind of document, and one document of it in a workspace.

The pages of services and of clients differ by the values here, and by what stands
around the shared parts of their templates.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from console.access import Workspace
from console.paths import path_to
from console.sentences import Declared
from tenants.authlete import Authlete
from tenants.authlete.api import OPERATIONS
from tenants.authlete.documents.base import Document, Section
from tenants.authlete.documents.finding import Finding
from tenants.authlete.editing import Written


class Api(Protocol):
    """One document at Authlete."""

    def get(self) -> Document: ...

    def update(self, base: int, edits: Mapping[str, Any]) -> Written[Any]: ...


def nothing(_members: Mapping[str, Any]) -> Sequence[Finding]:
    """What is found in documents of which no two settings are held together."""
    return ()


def nobody(_target: "Target", _document: Any) -> None:
    """Who wants to know of a document that was saved."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of Authlete's documents that people edit."""

    name: str  # as its operations are called: service, client
    area: str  # of its pages and templates
    sections: Mapping[str, type[Section]]
    declared: Declared
    api: Callable[[Authlete, "Target"], Api]
    document: type[Document]
    called: Callable[[Any], str]  # what people call one; its id where it has no name
    findings: Callable[[Mapping[str, Any]], Sequence[Finding]] = nothing
    remember: Callable[["Target", Any], None] = nobody  # once it was saved

    @property
    def crumbs(self) -> str:
        """The template of the breadcrumb to it."""
        return f"{self.area}/crumbs.html"

    @property
    def head(self) -> str:
        """The template of what stands over its pages."""
        return f"{self.area}/head.html"


@dataclass(frozen=True, slots=True)
class Target:
    """One document, as a member may edit it."""

    kind: Kind
    workspace: Workspace
    service_id: int
    client_id: int = 0  # 0 for a service itself

    def api(self, authlete: Authlete | None = None) -> Api:
        return self.kind.api(authlete or self.workspace.authlete, self)

    def path(self, page: str, *more: str) -> str:
        """The path of one of its pages."""
        workspace = self.workspace
        at = (workspace.organization.slug, workspace.region.name, *self._ids, *more)
        return path_to(f"{self.kind.area}:{page}", *at)

    @property
    def _ids(self) -> tuple[int, ...]:
        return (
            (self.service_id, self.client_id) if self.client_id else (self.service_id,)
        )

    def address(self, deed: str) -> str:
        """Where Authlete does this with it: get, update."""
        places = {"service_id": self.service_id, "client_id": self.client_id}
        path = OPERATIONS[f"{self.kind.name}.{deed}"].path.format(**places)
        return f"{self.workspace.region.url}{path}"

    def template(self, page: str) -> str:
        return f"{self.kind.area}/{page}.html"

    def context(self, document: Document) -> dict[str, Any]:
        """What every page about it is drawn from."""
        return {
            "target": self,
            "workspace": self.workspace,
            "document": document,
            self.kind.name: document,
            "name": self.kind.called(document),
        }

    @property
    def at(self) -> dict[str, Any]:
        """Its columns in the record of who did what."""
        return {
            "organization_id": self.workspace.organization.pk,
            "region": self.workspace.region.name,
            "service": str(self.service_id),
            "client": str(self.client_id) if self.client_id else "",
        }

    def __str__(self) -> str:
        """Names it for what must open nowhere else, such as what a form was opened
        with."""
        workspace = self.workspace
        place = (workspace.organization.pk, workspace.region.name, *self._ids)
        return "/".join(map(str, place))
