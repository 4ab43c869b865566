"""What the clients of a service are called.

Names are taken from what was seen before, and asked for only where they are new.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from console.access import Workspace
from console.editing.known import of_service, remember_client
from console.models import KnownClient
from tenants.authlete.api import clients
from tenants.authlete.documents.client import Client
from tenants.authlete.errors import AuthleteError
from tenants.authlete.many import Ask, each

OFFERED = 200  # names that the box suggests
FITTING = 20  # clients that a name may mean
SECONDS = 4.0  # that names are waited for


@dataclass(frozen=True, slots=True)
class Names:
    """The clients of one service by their names."""

    workspace: Workspace
    service_id: int

    def of(self, numbers: Iterable[int]) -> Mapping[int, str]:
        """Their names; a client that does not tell its own is left out."""
        wanted = {one for one in numbers if 0 < one < 2**63}
        seen = self._known.filter(client_id__in=wanted)
        found = {
            number: name or alias
            for number, name, alias in seen.values_list("client_id", "name", "alias")
        }
        return found | self._asked(sorted(wanted - found.keys()))

    def exactly(self, text: str) -> list[tuple[int, str]]:
        """The clients that ``text`` names: those that were seen by their names, any by
        its alias."""
        same = self._known.filter(Q(name__iexact=text) | Q(alias__iexact=text))
        return _called(same) or self._by_alias(text)

    def meant(self, text: str) -> list[tuple[int, str]]:
        """The same, and where there are none those that it is a part of."""
        if "\0" in text:  # which PostgreSQL cannot even be asked for
            return []
        some = self._known.filter(words__contains=text.lower())
        return self.exactly(text) or _called(some)

    def offered(self) -> list[str]:
        """Names to choose from."""
        names = self._known.exclude(name="").order_by("rank")
        return list(names.values_list("name", flat=True)[:OFFERED])

    @property
    def _known(self) -> QuerySet[KnownClient]:
        return of_service(
            self.workspace.organization, self.workspace.region.name, self.service_id
        )

    def _asked(self, numbers: list[int]) -> dict[int, str]:
        door, place = self.workspace.authlete, {"service_id": self.service_id}
        asks: list[Ask] = [(door, {**place, "client_id": one}, {}) for one in numbers]
        replies = each(clients.GET, asks, SECONDS)
        return dict(self._seen(one) for one in replies if isinstance(one, Client))

    def _by_alias(self, text: str) -> list[tuple[int, str]]:
        places = {"service_id": self.service_id, "client_id": text}
        try:
            client = self.workspace.authlete.send(clients.GET, places=places)
        except AuthleteError:
            return []
        return [self._seen(client)]

    def _seen(self, client: Client) -> tuple[int, str]:
        where = self.workspace.organization, self.workspace.region.name
        remember_client(*where, self.service_id, client)
        return client.client_id, client.client_name or client.alias


def _called(found: QuerySet[KnownClient]) -> list[tuple[int, str]]:
    return [(one.client_id, one.name or one.alias) for one in found[:FITTING]]
