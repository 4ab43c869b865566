"""One token as the pages about it know it: by its client and its hash."""

from dataclasses import dataclass
from time import time
from typing import Any

from django.urls import reverse

from console.access import ConsoleRequest, Workspace
from console.editing.forms import WhyForm
from console.editing.heading import heading
from console.tokens.asked import Asked
from console.tokens.finding import Search
from console.tokens.names import Names
from console.tokens.reading import subject_of
from console.tokens.rows import Row
from tenants.authlete.api.tokens import Tokens


@dataclass(frozen=True, slots=True)
class One:
    """The token that an address names; ``asked`` is the list it was chosen from."""

    workspace: Workspace
    service_id: int
    client_id: int
    hash: str
    asked: Asked

    @classmethod
    def of(
        cls,
        request: ConsoleRequest,
        workspace: Workspace,
        service_id: int,
        client_id: int,
        token: str,
    ) -> "One":
        return cls(workspace, service_id, client_id, token, Asked.of(request.GET))

    def read(self) -> Row:
        """The token as it is now; raises `NotFound` where it is not there."""
        search = Search(self.workspace, self.service_id, self.client_id, self.hash)
        token, valid = search.find(self.asked)
        names = Names(self.workspace, self.service_id).of([self.client_id])
        name = names.get(self.client_id, "")
        return Row(token, name, int(time() * 1000), valid)

    def tokens(self, why: WhyForm) -> Tokens:
        """Calls that are in the record with their reason."""
        authlete = self.workspace.member.connect(
            self.workspace.region.name,
            reason=why.cleaned_data["reason"],
            ticket=why.cleaned_data["ticket"],
        )
        return authlete.service(self.service_id).tokens

    def path(self, page: str = "show") -> str:
        place = self.workspace.organization.slug, self.workspace.region.name
        at = [*place, self.service_id, self.client_id, self.hash]
        return reverse(f"tokens:{page}", args=at) + self.asked.query

    @property
    def listed(self) -> str:
        """The list that it was chosen from."""
        place = self.workspace.organization.slug, self.workspace.region.name
        path = reverse("tokens:index", args=[*place, self.service_id])
        return path + self.asked.query

    def context(self, row: Row, **more: Any) -> dict[str, Any]:
        return {
            "workspace": self.workspace,
            "member": self.workspace.member,
            **heading(self.workspace, self.service_id),
            "one": self,
            "row": row,
            "token": row.token,
            "subject": subject_of(self.workspace, self.asked),
            **more,
        }
