"""Asking one service what a token is.

An access token is introspected as Authlete does it. What is none may be a refresh
token, of which RFC 7662 tells; a JWT is never one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext

from console.forms.scope_descriptions import describe_scope, parse_scope_descriptions
from console.inventory.index import clients_of_service
from console.tokens.lookup.issuers import IssuingService
from console.tokens.lookup.pasted_token import PastedToken
from console.tokens.lookup.sealed_token import TokenLocation
from console.web.access import Member
from tenants.audit.events import TOKEN_CHECK
from tenants.audit.recorder import record_event
from tenants.authlete import AuthleteClient
from tenants.authlete.api.diagnostics import Introspection, IntrospectionResponse
from tenants.authlete.documents.enums import GRANT_TYPE
from tenants.authlete.errors import AuthleteError

MAX_CLIENT_ID_DIGITS = 20  # that no ID of a client has
BOUND_TOKEN_CODE = "A065308"  # it works only for who holds a key, which nobody showed  # noqa: S105


class LookupState(StrEnum):
    ACTIVE = "works"
    BOUND = "bound"  # works, for the holder of a key alone
    EXPIRED_REFRESHABLE = "ended"
    EXPIRED = "swept"  # ended, and taken out of the database by the question
    REJECTED = "refused"  # exists, and Authlete says no all the same
    UNKNOWN = "unknown"  # the service knows no such token


@dataclass(frozen=True, slots=True)
class LookupResult:
    """What a service said of a token; ``expires_at`` in milliseconds since 1970."""

    service: IssuingService
    state: LookupState
    is_refresh_token: bool = False  # it is a refresh token
    is_refreshable: bool = False
    client_id: int = 0
    client: str = ""  # its name; empty where that is not known
    subject: str = ""
    scopes: Sequence[tuple[str, str]] = ()  # with what each is for
    grant_type: str = ""
    expires_at: int = 0
    code: str = ""
    message: str = ""

    @property
    def exists(self) -> bool:
        return self.state not in (LookupState.EXPIRED, LookupState.UNKNOWN)

    @property
    def grant_label(self) -> str:
        return gettext(GRANT_TYPE.get(self.grant_type, self.grant_type))

    @property
    def location(self) -> TokenLocation:
        """What a revoke needs to know of it."""
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
    """What ``place`` says of a token; the record keeps whose it is, and who looked.

    Raises `AuthleteError`, also where that cannot be kept; then nothing is shown.
    """
    authlete = member.connect(service.region.name)
    tokens = authlete.service(service.service_id).tokens
    told = tokens.introspect(token.value)
    active = None
    if not told.existent and token.jwt is None:
        active = tokens.introspect_standard(token.value, token_type_hint="refresh_token")  # noqa: S106
    number = told.client_id or (active and _parse_client_id(active.client_id)) or 0
    name = _client_name(member, authlete, service, number) if number else ""
    checked = (
        _refresh_token_result(service, active, number, name)
        if active and active.active
        else _access_token_result(service, told, name)
    )
    record_event(
        member.actor,
        TOKEN_CHECK,
        region=service.region.name,
        service=str(service.service_id),
        client=str(number or ""),
        label=name,
        subject=checked.subject,
    )
    return checked


def _access_token_result(
    service: IssuingService, introspection: Introspection, name: str
) -> LookupResult:
    words = parse_scope_descriptions(introspection.scope_details)
    return LookupResult(
        service,
        _state_of(introspection),
        is_refreshable=introspection.refreshable,
        client_id=introspection.client_id,
        client=name,
        subject=introspection.subject or "",
        scopes=[(one, describe_scope(one, words)) for one in introspection.scopes or ()],
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
    service: IssuingService,
    introspection: IntrospectionResponse,
    client_id: int,
    name: str,
) -> LookupResult:
    return LookupResult(
        service,
        LookupState.ACTIVE,
        is_refresh_token=True,
        client_id=client_id,
        client=name or introspection.client_id,
        subject=introspection.sub,
        scopes=[(one, describe_scope(one, {})) for one in introspection.scopes],
        expires_at=(introspection.exp or 0) * 1000,
    )


def _client_name(
    member: Member, authlete: AuthleteClient, service: IssuingService, client_id: int
) -> str:
    """What a client is called, as it was last seen, or else as it says itself."""
    known = clients_of_service(member.organization, service.region.name, service.service_id)
    if name := known.filter(client_id=client_id).values_list("name", flat=True).first():
        return name
    try:
        return authlete.service(service.service_id).client(client_id).get().client_name
    except AuthleteError:
        return ""


def _parse_client_id(client_id: str) -> int:
    """A client's number; 0 for an alias, and for digits that no number of one has."""
    whole = client_id.isascii() and client_id.isdigit() and len(client_id) < MAX_CLIENT_ID_DIGITS
    return int(client_id) if whole else 0
