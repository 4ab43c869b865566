"""One token as the pages about it know it: by its client and its hash."""

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
    """The token that an address names; ``asked`` is the list it was chosen from."""

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
        return cls(workspace, service_id, client_id, token, TokenQuery.from_url(request.GET))

    def read(self) -> TokenRow:
        """The token as it is now; raises `NotFound` where it is not there."""
        search = TokenSearch(self.workspace, self.service_id, self.client_id, self.hash)
        token, valid = search.find(self.query)
        names = ClientNames(self.workspace, self.service_id).get_names([self.client_id])
        name = names.get(self.client_id, "")
        return TokenRow(token, name, int(time() * 1000), valid)

    def api(self, form: ChangeReasonForm) -> TokensApi:
        """Calls that are in the record with their reason."""
        authlete = self.workspace.member.connect(
            self.workspace.region.name,
            reason=form.cleaned_data["reason"],
            ticket=form.cleaned_data["ticket"],
        )
        return authlete.service(self.service_id).tokens

    def path(self, page: str = "show") -> str:
        place = self.workspace.organization.slug, self.workspace.region.name
        at = [*place, self.service_id, self.client_id, self.hash]
        return reverse(f"tokens:{page}", args=at) + self.query.query

    @property
    def list_path(self) -> str:
        """The list that it was chosen from."""
        place = self.workspace.organization.slug, self.workspace.region.name
        path = reverse("tokens:index", args=[*place, self.service_id])
        return path + self.query.query

    def context(self, row: TokenRow, **extra: Any) -> dict[str, Any]:
        return {
            "workspace": self.workspace,
            "member": self.workspace.member,
            **service_header_context(self.workspace, self.service_id),
            "one": self,
            "row": row,
            "token": row.token,
            "subject": get_subject(self.workspace, self.query),
            **extra,
        }
