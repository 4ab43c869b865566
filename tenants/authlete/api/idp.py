"""Operations of the identity provider, which creates and deletes services.

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
from tenants.authlete.operation import MAX_LIST_RESPONSE_BYTES, ApiHost, Effect, Operation
from tenants.authlete.redaction.unknown_fields import SERVICE_SCHEMA
from tenants.authlete.result_codes import MISSING_RIGHT
from tenants.authlete.transport.deadline import Deadline

READY_TIMEOUT_SECONDS = 8.0
FIRST_POLL_SECONDS = 0.25  # doubles with each poll

CREATE_SERVICE = Operation(
    "idp.create_service",
    "POST /api/service",
    Service,
    Effect.CHANGE,
    success_statuses=(200, 201),
    host=ApiHost.IDP,
    operation_id="",
)
REMOVE_SERVICE = Operation(
    "idp.remove_service",
    "POST /api/service/remove",
    type(None),
    Effect.DESTROY,
    success_statuses=(200, 204),
    host=ApiHost.IDP,
    operation_id="",
)
LIST_SERVERS = Operation(
    "idp.list_servers",
    "GET /api/apiserver",
    list[dict[str, Any]],
    host=ApiHost.IDP,
    operation_id="",
    max_response_bytes=MAX_LIST_RESPONSE_BYTES,
)


class IdpApi:
    """The identity provider's view of an organization."""

    def __init__(self, client: ApiClient, organization_id: int, api_server_id: int) -> None:
        self._client = client
        self._organization_fields = {
            "organizationId": organization_id,
            "apiServerId": api_server_id,
        }

    def list_servers(self) -> list[dict[str, Any]]:
        """Return the clusters that the organization may use."""
        return self._client.send(LIST_SERVERS)

    def create_service(self, fields: Mapping[str, Any]) -> WriteResult[Service]:
        """Create a service and read it from the cluster.

        If the cluster does not show the new service in time, the reply is that of the identity
        provider.
        """
        result = self._client.create(
            CREATE_SERVICE,
            body={**self._organization_fields, "service": fields},
            fields=fields,
            reconciliation_hints=count_hint(self._count_services),
        )
        service = self._wait_until_readable(result.reply.api_key)
        if service is None:
            return result
        sent = self._client.redact(fields, service.api_key, schema=SERVICE_SCHEMA)
        stored = {name: service.to_dict().get(name) for name in sent}
        unexpected = find_unexpected_changes(sent, stored)
        return replace(result, reply=service, unexpected_changes=unexpected)

    def remove_service(self, service_id: int, *, label: str = "") -> None:
        """Delete a service with its clients and tokens permanently."""
        self._client.send(
            REMOVE_SERVICE,
            path_params={"service_id": service_id},  # for the audit log
            body={**self._organization_fields, "serviceId": service_id},
            label=label,
        )

    def _count_services(self) -> int:
        return self._client.send(LIST, query={"start": 0, "end": 0}).total_count

    def _wait_until_readable(self, service_id: int) -> Service | None:
        """Return the service as soon as the cluster shows it, or None."""
        deadline, delay = Deadline(READY_TIMEOUT_SECONDS), FIRST_POLL_SECONDS
        while True:
            try:
                return self._client.send(GET, path_params={"service_id": service_id})
            except AuthleteError as error:
                if error.code != MISSING_RIGHT or delay >= deadline.remaining():
                    return None
            sleep(delay)
            delay *= 2
