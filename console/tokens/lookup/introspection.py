"""Introspect a token at one service.

Authlete's own introspection covers access tokens. An opaque token that it doesn't know may
be a refresh token, which standard introspection (RFC 7662) covers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext
from pydantic import SecretStr

from console.forms.rows import describe_scope, parse_scope_descriptions
from console.inventory.index import clients_of_service
from console.tokens.lookup.issuers import IssuingService
from console.tokens.lookup.pasted_token import PastedToken, TokenLocation
from console.web.access import Member
from tenants.audit.events import TOKEN_CHECK
from tenants.audit.recorder import record_event
from tenants.authlete import AuthleteClient
from tenants.authlete.api.diagnostics import Introspection, IntrospectionResponse
from tenants.authlete.api.tokens import TokensApi
from tenants.authlete.documents.enums import GRANT_TYPE
from tenants.authlete.errors import AuthleteError, NotFoundError
from tenants.authlete.outcome import Outcome

MAX_CLIENT_ID_DIGITS = 20
BOUND_TOKEN_CODE = "A065308"  # proof of possession required  # noqa: S105


class LookupState(StrEnum):
    """The state of a token that was looked up."""

    ACTIVE = "active"
    BOUND = "bound"  # active, but sender-constrained
    EXPIRED_REFRESHABLE = "expired_refreshable"
    EXPIRED = "expired"  # and deleted by the introspection
    REJECTED = "rejected"  # exists, but Authlete rejects it
    UNKNOWN = "unknown"  # not known to the service


@dataclass(frozen=True, slots=True)
class LookupResult:
    """A service's answer about a token; ``expires_at`` is in milliseconds since 1970."""

    service: IssuingService
    state: LookupState
    is_refresh_token: bool = False
    is_refreshable: bool = False
    client_id: int = 0
    client: str = ""  # its name; empty if unknown
    subject: str = ""
    scopes: Sequence[tuple[str, str]] = ()  # with descriptions
    grant_type: str = ""
    expires_at: int = 0
    code: str = ""
    message: str = ""

    @property
    def exists(self) -> bool:
        """Whether the service still has the token."""
        return self.state not in (LookupState.EXPIRED, LookupState.UNKNOWN)

    @property
    def grant_label(self) -> str:
        """The label of its grant type."""
        return gettext(GRANT_TYPE.get(self.grant_type, self.grant_type))

    @property
    def location(self) -> TokenLocation:
        """What a revocation needs to know."""
        return TokenLocation(
            self.service.region.name,
            self.service.service_id,
            self.service.name,
            self.is_refresh_token,
            self.client_id,
            self.client,
            self.subject,
        )


def look_up(member: Member, service: IssuingService, token: PastedToken) -> LookupResult:
    """Look a token up at a service, and log the lookup with its owner.

    Raises an `AuthleteError`, also if the lookup can't be logged.
    """
    authlete = member.connect(service.region.name)
    tokens = authlete.service(service.service_id).tokens
    introspection = tokens.introspect(token.value)
    response = None
    if not introspection.existent and token.jwt is None:
        response = tokens.introspect_standard(token.value, token_type_hint="refresh_token")  # noqa: S106
    client_id = introspection.client_id or (response and _parse_client_id(response.client_id)) or 0
    name = _client_name(member, authlete, service, client_id) if client_id else ""
    if response and response.active:
        result = _refresh_token_result(service, response, client_id, name)
    else:
        result = _access_token_result(service, introspection, name)
    record_event(
        member.actor,
        TOKEN_CHECK,
        region=service.region.name,
        service=str(service.service_id),
        client=str(client_id or ""),
        label=name,
        subject=result.subject,
    )
    return result


def _access_token_result(
    service: IssuingService, introspection: Introspection, name: str
) -> LookupResult:
    descriptions = parse_scope_descriptions(introspection.scope_details)
    return LookupResult(
        service,
        _state_of(introspection),
        is_refreshable=introspection.refreshable,
        client_id=introspection.client_id,
        client=name,
        subject=introspection.subject or "",
        scopes=[
            (scope, describe_scope(scope, descriptions)) for scope in introspection.scopes or ()
        ],
        grant_type=introspection.grant_type or "",
        expires_at=introspection.expires_at,
        code=introspection.result_code,
        message=introspection.result_message,
    )


def _state_of(introspection: Introspection) -> LookupState:
    if not introspection.existent:
        return LookupState.UNKNOWN
    if introspection.result_code == BOUND_TOKEN_CODE:
        return LookupState.BOUND
    if not introspection.usable:
        return LookupState.EXPIRED_REFRESHABLE if introspection.refreshable else LookupState.EXPIRED
    if introspection.action != "OK":
        return LookupState.REJECTED
    return LookupState.BOUND if introspection.certificate_thumbprint else LookupState.ACTIVE


def _refresh_token_result(
    service: IssuingService, response: IntrospectionResponse, client_id: int, name: str
) -> LookupResult:
    return LookupResult(
        service,
        LookupState.ACTIVE,
        is_refresh_token=True,
        client_id=client_id,
        client=name or response.client_id,
        subject=response.sub,
        scopes=[(scope, describe_scope(scope, {})) for scope in response.scopes],
        expires_at=(response.exp or 0) * 1000,
    )


def _client_name(
    member: Member, authlete: AuthleteClient, service: IssuingService, client_id: int
) -> str:
    """Return a client's name from the index, or else from Authlete."""
    indexed = clients_of_service(member.organization, service.region.name, service.service_id)
    if name := indexed.filter(client_id=client_id).values_list("name", flat=True).first():
        return name
    try:
        return authlete.service(service.service_id).client(client_id).get().client_name
    except AuthleteError:
        return ""


def _parse_client_id(client_id: str) -> int:
    """Return a numeric client ID; 0 for an alias or too many digits."""
    is_id = client_id.isascii() and client_id.isdigit() and len(client_id) < MAX_CLIENT_ID_DIGITS
    return int(client_id) if is_id else 0


@dataclass(frozen=True, slots=True)
class CheckedRevocation:
    """The outcome of a revocation and of the check afterwards."""

    still_works: bool | None  # None if the check failed
    count: int | None = None  # of revoked tokens; None if the response was lost
    lost_reply: AuthleteError | None = None
    recheck_error: AuthleteError | None = None


def revoke_found_token(
    member: Member, token: SecretStr, location: TokenLocation, reason: str, ticket: str
) -> CheckedRevocation:
    """Revoke the token at the service where it was found.

    Raises an `AuthleteError` if nothing was revoked.
    """
    authlete = member.connect(location.region, reason=reason, ticket=ticket)
    tokens = authlete.service(location.service_id).tokens
    count: int | None = None
    lost_reply = None
    try:
        count = tokens.revoke_value(
            token,
            is_refresh_token=location.refresh,
            client_id=location.client_id,
            subject=location.subject,
            label=location.client,
        )
    except NotFoundError:
        count = 0
    except AuthleteError as error:
        if error.outcome is not Outcome.UNKNOWN:
            raise
        lost_reply = error
    try:
        return CheckedRevocation(_still_works(tokens, token, location), count, lost_reply)
    except AuthleteError as error:
        return CheckedRevocation(None, count, lost_reply, recheck_error=error)


def _still_works(tokens: TokensApi, token: SecretStr, location: TokenLocation) -> bool:
    if location.refresh:
        return tokens.introspect_standard(token, token_type_hint="refresh_token").active  # noqa: S106
    introspection = tokens.introspect(token)
    return introspection.usable or introspection.refreshable
