"""Calls that find something out: about a region, a token, a JWT, a published document.

Where the `action` is the finding (a token that has ended is "UNAUTHORIZED"), it
counts as success, whatever it is.
"""

from typing import Any

from tenants.authlete.documents.base import Wire
from tenants.authlete.door import Door
from tenants.authlete.operation import Effect, Operation


class Health(Wire):
    """How a region feels, by its own word."""

    status: int
    text: str

    @property
    def ok(self) -> bool:
        return self.status == 200


INFO = Operation("region.info", "GET", "/api/info", dict, spec="info_api")
ECHO = Operation("region.echo", "GET", "/api/misc/echo", dict, spec="misc_echo_api")
HEALTH = Operation(  # the one operation without an operationId
    "region.health",
    "GET",
    "/api/lifecycle/healthcheck",
    Health,
    answers=(500, 503),
    text=True,
)

INTROSPECT = Operation(
    "token.introspect",
    "POST",
    "/api/{service_id}/auth/introspection",
    dict,
    spec="auth_introspection_api",
    succeeds=("OK", "BAD_REQUEST", "UNAUTHORIZED", "FORBIDDEN"),
)
INTROSPECT_STANDARD = Operation(
    "token.introspect_standard",
    "POST",
    "/api/{service_id}/auth/introspection/standard",
    dict,
    spec="auth_introspection_standard_api",
    succeeds=("OK", "JWT"),
)
VERIFY_JOSE = Operation(
    "jose.verify",
    "POST",
    "/api/{service_id}/jose/verify",
    dict,
    spec="jose_verify_api",
)
FEDERATION_CONFIGURATION = Operation(
    "federation.configuration",
    "POST",
    "/api/{service_id}/federation/configuration",
    dict,
    spec="federation_configuration_api",
    succeeds=("OK", "NOT_FOUND"),
)
CREDENTIAL_METADATA = Operation(
    "vci.metadata",
    "POST",
    "/api/{service_id}/vci/metadata",
    dict,
    spec="vci_metadata_api",
    succeeds=("OK", "NOT_FOUND"),
)
CREDENTIAL_JWT_ISSUER = Operation(
    "vci.jwt_issuer",
    "POST",
    "/api/{service_id}/vci/jwtissuer",
    dict,
    spec="vci_jwtissuer_api",
    succeeds=("OK", "NOT_FOUND"),
)
CREDENTIAL_JWKS = Operation(
    "vci.jwks",
    "POST",
    "/api/{service_id}/vci/jwks",
    dict,
    spec="vci_jwks_api",
    succeeds=("OK", "NOT_FOUND"),
)
TICKET_INFO = Operation(
    "ticket.info",
    "POST",
    "/api/{service_id}/auth/authorization/ticket/info",
    dict,
    spec="getAuthorizationTicketInfo",
    succeeds=("OK",),
)
TICKET_UPDATE = Operation(
    "ticket.update",
    "POST",
    "/api/{service_id}/auth/authorization/ticket/update",
    dict,
    Effect.CHANGE,
    spec="updateAuthorizationTicket",
    succeeds=("OK",),
)


class Diagnostics:
    """What a region says about itself."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def info(self) -> dict[str, Any]:
        """Its version and features."""
        return self._door.send(INFO)

    def echo(self, **query: str) -> dict[str, Any]:
        """The query, sent back; it takes no credential to be answered."""
        return self._door.send(ECHO, query=query)

    def health(self, *, extended: bool = False) -> Health:
        """Whether it feels well; ``extended`` asks for its database too."""
        query = {"extended": "true"} if extended else {}
        return self._door.send(HEALTH, query=query)
