"""One token in the pages about it, identified by its client and hash."""

from dataclasses import dataclass
from time import time
from typing import Any

from django.urls import reverse

from console.documents.service_header import service_header_context
from console.forms.change_forms import ChangeReasonForm
from console.tokens.client_names import ClientNames
from console.tokens.listing import get_subject
from console.tokens.query import TokenQuery
from console.tokens.rows import TokenRow
from console.tokens.search import TokenSearch
from console.web.access import ConsoleRequest, Workspace
from tenants.authlete.api.tokens import TokensApi


@dataclass(frozen=True, slots=True)
class TokenRef:
    """The token that a URL names; ``query`` is the list from which it was opened."""

    workspace: Workspace
    service_id: int
    client_id: int
    hash: str
    query: TokenQuery

    @classmethod
    def from_request(
        cls,
        request: ConsoleRequest,
        workspace: Workspace,
        service_id: int,
        client_id: int,
        token: str,
    ) -> "TokenRef":
        """Return the token that the URL names."""
        return cls(workspace, service_id, client_id, token, TokenQuery.from_url(request.GET))

    def read(self) -> TokenRow:
        """Fetch the token; raises `NotFoundError` if it doesn't exist."""
        search = TokenSearch(self.workspace, self.service_id, self.client_id, self.hash)
        token, is_valid = search.find(self.query)
        names = ClientNames(self.workspace, self.service_id).get_names([self.client_id])
        return TokenRow(token, names.get(self.client_id, ""), int(time() * 1000), is_valid)

    def api(self, form: ChangeReasonForm) -> TokensApi:
        """Return the API whose calls are logged with the reason of ``form``."""
        workspace = self.workspace
        authlete = workspace.member.connect(workspace.region.name, **form.reason_fields)
        return authlete.service(self.service_id).tokens

    def path(self, page: str = "show") -> str:
        """Return the path of a page about the token."""
        return self._reverse(page, self.client_id, self.hash)

    @property
    def list_path(self) -> str:
        """The path of the list from which the token was opened."""
        return self._reverse("index")

    def _reverse(self, page: str, *args: object) -> str:
        slug, region = self.workspace.organization.slug, self.workspace.region.name
        path = reverse(f"tokens:{page}", args=[slug, region, self.service_id, *args])
        return path + self.query.query

    def context(self, row: TokenRow, **extra: Any) -> dict[str, Any]:
        """Return the template context of every page about the token."""
        return {
            "workspace": self.workspace,
            "member": self.workspace.member,
            **service_header_context(self.workspace, self.service_id),
            "ref": self,
            "row": row,
            "token": row.token,
            "subject": get_subject(self.workspace, self.query),
            **extra,
        }
