"""The names of a service's clients, from the index or else from Authlete."""

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

MAX_SUGGESTIONS = 200
MAX_MATCHES = 20  # clients that match a name
NAME_TIMEOUT_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class ClientNames:
    """The names of one service's clients."""

    workspace: Workspace
    service_id: int

    def get_names(self, client_ids: Iterable[int]) -> Mapping[int, str]:
        """Return the names by ID, without clients whose name couldn't be fetched."""
        expected = {client_id for client_id in client_ids if 0 < client_id < 2**63}
        indexed = self._indexed.filter(client_id__in=expected)
        names = {
            client_id: name or alias
            for client_id, name, alias in indexed.values_list("client_id", "name", "alias")
        }
        return names | self._fetch_names(sorted(expected - names.keys()))

    def find_exact(self, text: str) -> list[tuple[int, str]]:
        """Return the indexed clients with that name, or the client with that alias."""
        same = self._indexed.filter(Q(name__iexact=text) | Q(alias__iexact=text))
        return _id_and_name(same) or self._find_by_alias(text)

    def find(self, text: str) -> list[tuple[int, str]]:
        """Return the clients with that name or alias, or whose text contains it."""
        if "\0" in text:  # not allowed in a PostgreSQL query
            return []
        similar = self._indexed.filter(words__contains=text.lower())
        return self.find_exact(text) or _id_and_name(similar)

    def suggestions(self) -> list[str]:
        """Return names of indexed clients, for a datalist."""
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
        path_params = {"service_id": self.service_id, "client_id": text}
        try:
            client = self.workspace.authlete.send(clients.GET, path_params=path_params)
        except AuthleteError:
            return []
        return [self._remember(client)]

    def _remember(self, client: Client) -> tuple[int, str]:
        organization, region = self.workspace.organization, self.workspace.region
        index_client(organization, region.name, self.service_id, client)
        return client.client_id, client.client_name or client.alias


def _id_and_name(clients: QuerySet[KnownClient]) -> list[tuple[int, str]]:
    return [(client.client_id, client.name or client.alias) for client in clients[:MAX_MATCHES]]
