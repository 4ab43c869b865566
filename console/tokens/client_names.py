"""What the clients of a service are called.

Names are taken from what was seen before, and asked for only where they are new.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from console.inventory.index import clients_of_service, index_client
from console.models import KnownClient
from console.web.access import Workspace
from tenants.authlete.api import clients
from tenants.authlete.documents.client import Client
from tenants.authlete.errors import AuthleteError
from tenants.authlete.fanout import gather

MAX_SUGGESTIONS = 200  # names that the box suggests
MAX_MATCHES = 20  # clients that a name may mean
NAME_TIMEOUT_SECONDS = 4.0  # that names are waited for


@dataclass(frozen=True, slots=True)
class ClientNames:
    """The clients of one service by their names."""

    workspace: Workspace
    service_id: int

    def get_names(self, client_ids: Iterable[int]) -> Mapping[int, str]:
        """Their names; a client that does not tell its own is left out."""
        wanted = {one for one in client_ids if 0 < one < 2**63}
        seen = self._indexed.filter(client_id__in=wanted)
        found = {
            number: name or alias
            for number, name, alias in seen.values_list("client_id", "name", "alias")
        }
        return found | self._fetch_names(sorted(wanted - found.keys()))

    def find_exact(self, text: str) -> list[tuple[int, str]]:
        """The clients that ``text`` names: those that were seen by their names, any by
        its alias."""
        same = self._indexed.filter(Q(name__iexact=text) | Q(alias__iexact=text))
        return _id_and_name(same) or self._find_by_alias(text)

    def find(self, text: str) -> list[tuple[int, str]]:
        """The same, and where there are none those that it is a part of."""
        if "\0" in text:  # which PostgreSQL cannot even be asked for
            return []
        some = self._indexed.filter(words__contains=text.lower())
        return self.find_exact(text) or _id_and_name(some)

    def suggestions(self) -> list[str]:
        """Names to choose from."""
        names = self._indexed.exclude(name="").order_by("rank")
        return list(names.values_list("name", flat=True)[:MAX_SUGGESTIONS])

    @property
    def _indexed(self) -> QuerySet[KnownClient]:
        return clients_of_service(
            self.workspace.organization, self.workspace.region.name, self.service_id
        )

    def _fetch_names(self, client_ids: list[int]) -> dict[int, str]:
        authlete = self.workspace.authlete
        service = authlete.service(self.service_id)
        replies = gather(
            ((authlete, service.client(client_id).get) for client_id in client_ids),
            NAME_TIMEOUT_SECONDS,
        )
        return dict(self._remember(reply) for reply in replies if isinstance(reply, Client))

    def _find_by_alias(self, text: str) -> list[tuple[int, str]]:
        places = {"service_id": self.service_id, "client_id": text}
        try:
            client = self.workspace.authlete.send(clients.GET, path_params=places)
        except AuthleteError:
            return []
        return [self._remember(client)]

    def _remember(self, client: Client) -> tuple[int, str]:
        where = self.workspace.organization, self.workspace.region.name
        index_client(*where, self.service_id, client)
        return client.client_id, client.client_name or client.alias


def _id_and_name(clients: QuerySet[KnownClient]) -> list[tuple[int, str]]:
    return [(one.client_id, one.name or one.alias) for one in clients[:MAX_MATCHES]]
