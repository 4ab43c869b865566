"""Calls to the identity provider of the region: services are born and die there.

From the public IdP specification; `docs/design.md`, section 5 says why.
"""

from collections.abc import Mapping
from dataclasses import replace
from time import sleep
from typing import Any

from tenants.authlete.api.knowing import counted
from tenants.authlete.api.services import GET, LIST
from tenants.authlete.codes import RIGHT
from tenants.authlete.deadline import Deadline
from tenants.authlete.documents.service import Service
from tenants.authlete.door import Door
from tenants.authlete.editing import Written, surprises
from tenants.authlete.errors import AuthleteError
from tenants.authlete.operation import Effect, Host, Operation

READY = 8.0  # seconds that a new service is waited for
FIRST = 0.25  # seconds between two looks; doubles with each

CREATE_SERVICE = Operation(
    "idp.create_service",
    "POST",
    "/api/service",
    Service,
    Effect.CHANGE,
    host=Host.IDP,
)
REMOVE_SERVICE = Operation(
    "idp.remove_service",
    "POST",
    "/api/service/remove",
    type(None),
    Effect.DESTROY,
    host=Host.IDP,
)
LIST_SERVERS = Operation(
    "idp.list_servers",
    "GET",
    "/api/apiserver",
    list[dict[str, Any]],
    host=Host.IDP,
)


class Idp:
    """The organization at the identity provider of its region."""

    def __init__(self, door: Door, organization_id: int, api_server_id: int) -> None:
        self._door = door
        self._place = {"organizationId": organization_id, "apiServerId": api_server_id}

    def servers(self) -> list[dict[str, Any]]:
        """The clusters that the organization may use."""
        return self._door.send(LIST_SERVERS)

    def create_service(self, service: Mapping[str, Any]) -> Written[Service]:
        """Create a service with the members of ``service``, and read it.

        A cluster may need a moment before it lets anyone see a new service; until
        then the reply is what the identity provider says of it.
        """
        written = self._door.create(
            CREATE_SERVICE,
            body={**self._place, "service": service},
            made=service,
            known=counted(self._count),
        )
        found = self._read(written.reply.api_key)
        if found is None:
            return written
        seen = found.wire()
        sent = self._door.seen(service)
        strange = surprises(sent, {name: seen.get(name) for name in sent})
        return replace(written, reply=found, surprises=strange)

    def remove_service(self, service_id: int, *, label: str = "") -> None:
        """Remove a service with its clients and tokens; nothing brings it back."""
        self._door.send(
            REMOVE_SERVICE,
            places={"service_id": service_id},  # for the record
            body={**self._place, "serviceId": service_id},
            label=label,
        )

    def _count(self) -> int:
        return self._door.send(LIST, query={"start": 0, "end": 0}).total_count

    def _read(self, service_id: int) -> Service | None:
        """The cluster's own view; None when it has none yet. It is created anyway."""
        deadline, wait = Deadline(READY), FIRST
        while True:
            try:
                return self._door.send(GET, places={"service_id": service_id})
            except AuthleteError as error:
                if error.code != RIGHT or wait >= deadline.left():
                    return None
            sleep(wait)
            wait *= 2
