"""Operations that inspect a region, a token, a JWT or a published document.

Any `action` that is a finding counts as success, such as "UNAUTHORIZED" for an expired token.
"""

from typing import Any

from tenants.authlete.documents.base import ApiModel
from tenants.authlete.operation import Effect, Operation


class Introspection(ApiModel):
    """The state of an access token in Authlete's database.

    ``expires_at`` is in milliseconds since 1970, 0 for never; ``auth_time`` is in seconds.
    Expired tokens are deleted after a while (Authlete facts, 8c).
    """

    action: str
    result_code: str = ""
    result_message: str = ""
    existent: bool
    usable: bool  # exists and has not expired
    sufficient: bool = False  # covers the requested scopes
    refreshable: bool = False
    client_id: int = 0
    client_id_alias: str | None = None
    subject: str | None = None
    scopes: list[str] | None = None
    scope_details: list[dict[str, Any]] | None = None  # with descriptions
    expires_at: int = 0
    grant_type: str | None = None
    properties: list[dict[str, Any]] | None = None  # values are redacted
    resources: list[str] | None = None
    acr: str | None = None
    auth_time: int = 0
    certificate_thumbprint: str | None = None


class IntrospectionResponse(ApiModel):
    """An introspection response (RFC 7662, section 2.2); times are in seconds since 1970."""

    active: bool
    scope: str = ""
    client_id: str = ""
    username: str = ""
    token_type: str = ""
    exp: int | None = None
    iat: int | None = None
    nbf: int | None = None
    sub: str = ""
    aud: str | list[str] | None = None
    iss: str = ""

    @property
    def scopes(self) -> list[str]:
        return self.scope.split()


class StandardIntrospection(ApiModel):
    """Authlete's reply with an introspection response."""

    result_code: str = ""
    response_content: IntrospectionResponse


class JoseVerification(ApiModel):
    """The result of verifying a JWS."""

    valid: bool  # both signature and claims
    signature_valid: bool
    result_code: str = ""
    result_message: str = ""
    missing_claims: list[str] | None = None
    invalid_claims: list[str] | None = None
    error_descriptions: list[str] | None = None


INFO = Operation("region.info", "GET /api/info", dict)
ECHO = Operation("region.echo", "GET /api/misc/echo", dict)
HEALTH = Operation(  # the one operation without an operationId
    "region.health",
    "GET /api/lifecycle/healthcheck",
    str,  # "OK", or what is wrong; not JSON
    operation_id="",
)

INTROSPECT = Operation(
    "token.introspect",
    "POST /api/{service_id}/auth/introspection",
    Introspection,
    success_actions=("OK", "BAD_REQUEST", "UNAUTHORIZED", "FORBIDDEN"),
)
INTROSPECT_STANDARD = Operation(
    "token.introspect_standard",
    "POST /api/{service_id}/auth/introspection/standard",
    StandardIntrospection,
    public_content_fields=(
        "active",
        "scope",
        "client_id",
        "username",
        "token_type",
        "exp",
        "iat",
        "nbf",
        "sub",
        "aud",
        "iss",
    ),
    success_actions=("OK", "JWT"),
)
VERIFY_JOSE = Operation("jose.verify", "POST /api/{service_id}/jose/verify", JoseVerification)
FEDERATION_CONFIGURATION = Operation(
    "federation.configuration",
    "POST /api/{service_id}/federation/configuration",
    dict,
    success_actions=("OK", "NOT_FOUND"),
)
CREDENTIAL_METADATA = Operation(
    "vci.metadata", "POST /api/{service_id}/vci/metadata", dict, success_actions=("OK", "NOT_FOUND")
)
CREDENTIAL_JWT_ISSUER = Operation(
    "vci.jwt_issuer",
    "POST /api/{service_id}/vci/jwtissuer",
    dict,
    success_actions=("OK", "NOT_FOUND"),
)
CREDENTIAL_JWKS = Operation(
    "vci.jwks", "POST /api/{service_id}/vci/jwks", dict, success_actions=("OK", "NOT_FOUND")
)
TICKET_INFO = Operation(
    "ticket.info",
    "POST /api/{service_id}/auth/authorization/ticket/info",
    dict,
    operation_id="getAuthorizationTicketInfo",
    success_actions=("OK",),
)
TICKET_UPDATE = Operation(
    "ticket.update",
    "POST /api/{service_id}/auth/authorization/ticket/update",
    dict,
    Effect.CHANGE,
    operation_id="updateAuthorizationTicket",
    success_actions=("OK",),
)
