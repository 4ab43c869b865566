"""Calls to the identity provider of the region: services are born and die there.

From the public IdP specification; `docs/explanation/architecture.md`, section 5 says why.
"""

from collections.abc import Mapping
from dataclasses import replace
from time import sleep
from typing import Any

from tenants.authlete.api.reconciliation_hints import count_hint
from tenants.authlete.api.services import GET, LIST
from tenants.authlete.api_client import ApiClient
from tenants.authlete.documents.service import Service
from tenants.authlete.edits import WriteResult, find_unexpected_changes
from tenants.authlete.errors import AuthleteError
from tenants.authlete.operation import ApiHost, Effect, Operation
from tenants.authlete.result_codes import MISSING_RIGHT
from tenants.authlete.transport.deadline import Deadline

READY_TIMEOUT_SECONDS = 8.0  # seconds that a new service is waited for
FIRST_POLL_SECONDS = 0.25  # seconds between two looks; doubles with each

CREATE_SERVICE = Operation(
    "idp.create_service",
    "POST",
    "/api/service",
    Service,
    Effect.CHANGE,
    host=ApiHost.IDP,
)
REMOVE_SERVICE = Operation(
    "idp.remove_service",
    "POST",
    "/api/service/remove",
    type(None),
    Effect.DESTROY,
    host=ApiHost.IDP,
)
LIST_SERVERS = Operation(
    "idp.list_servers",
    "GET",
    "/api/apiserver",
    list[dict[str, Any]],
    host=ApiHost.IDP,
)


class IdpApi:
    """The organization at the identity provider of its region."""

    def __init__(self, client: ApiClient, organization_id: int, api_server_id: int) -> None:
        self._client = client
        self._organization_fields = {
            "organizationId": organization_id,
            "apiServerId": api_server_id,
        }

    def list_servers(self) -> list[dict[str, Any]]:
        """The clusters that the organization may use."""
        return self._client.send(LIST_SERVERS)

    def create_service(self, fields: Mapping[str, Any]) -> WriteResult[Service]:
        """Create a service with the members of ``service``, and read it.

        A cluster may need a moment before it lets anyone see a new service; until
        then the reply is what the identity provider says of it.
        """
        written = self._client.create(
            CREATE_SERVICE,
            body={**self._organization_fields, "service": fields},
            fields=fields,
            reconciliation_hints=count_hint(self._count_services),
        )
        found = self._wait_until_readable(written.reply.api_key)
        if found is None:
            return written
        seen = found.to_dict()
        sent = self._client.redact(fields)
        strange = find_unexpected_changes(sent, {name: seen.get(name) for name in sent})
        return replace(written, reply=found, unexpected_changes=strange)

    def remove_service(self, service_id: int, *, label: str = "") -> None:
        """Remove a service with its clients and tokens; nothing brings it back."""
        self._client.send(
            REMOVE_SERVICE,
            path_params={"service_id": service_id},  # for the record
            body={**self._organization_fields, "serviceId": service_id},
            label=label,
        )

    def _count_services(self) -> int:
        return self._client.send(LIST, query={"start": 0, "end": 0}).total_count

    def _wait_until_readable(self, service_id: int) -> Service | None:
        """The cluster's own view; None when it has none yet. It is created anyway."""
        deadline, wait = Deadline(READY_TIMEOUT_SECONDS), FIRST_POLL_SECONDS
        while True:
            try:
                return self._client.send(GET, path_params={"service_id": service_id})
            except AuthleteError as error:
                if error.code != MISSING_RIGHT or wait >= deadline.remaining():
                    return None
            sleep(wait)
            wait *= 2
