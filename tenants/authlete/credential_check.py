"""Check a credential before it is stored."""

from dataclasses import dataclass
from enum import StrEnum
from secrets import token_urlsafe
from urllib.parse import urlsplit

from pydantic import SecretStr

from tenants.authlete import result_codes
from tenants.authlete.client import AuthleteClient
from tenants.authlete.errors import (
    AuthleteError,
    CircuitOpenError,
    CredentialCircuitOpenError,
    ForbiddenError,
    InvalidRequestError,
    InvalidResponseError,
    NoResponseError,
    NotFoundError,
    RateLimitError,
    ServerError,
    UnauthorizedError,
    UnexpectedStatusError,
    UnreachableError,
)
from tenants.authlete.messages import gettext_noop as _


class CredentialProblem(StrEnum):
    """The problem of a credential. Values are stored and printed by commands."""

    WRONG_ADDRESS = "address"
    UNREACHABLE = "unreachable"
    NOT_AUTHLETE = "not authlete"
    UNKNOWN_TOKEN = "token"  # noqa: S105
    INVALID_CHARACTERS = "characters"
    BOUND_TOKEN = "bound"  # noqa: S105
    SERVICE_TOKEN = "service token"  # noqa: S105
    MISSING_RIGHTS = "rights"
    PARTIAL_VIEW = "limited"
    READ_ONLY = "read only"
    PLAN_LIMIT = "plan"
    RATE_LIMITED = "too many"
    SERVER_ERROR = "failing"
    OTHER = "other"


# A description and what to do.
TEXTS_BY_PROBLEM: dict[CredentialProblem, tuple[str, str]] = {
    CredentialProblem.WRONG_ADDRESS: (
        _("Authlete's API was not found at the region's URL."),
        _("Ask your Meridian operator to check the URL. It must not end with /api."),
    ),
    CredentialProblem.UNREACHABLE: (
        _("The region is unreachable, so the credential was not checked."),
        _("Try again. If the problem persists, contact your Meridian operator."),
    ),
    CredentialProblem.NOT_AUTHLETE: (
        _("The server at the region's URL is not Authlete. It may be a proxy or a sign-in page."),
        _("Ask your Meridian operator to check the URL and the network."),
    ),
    CredentialProblem.UNKNOWN_TOKEN: (
        _(
            "Authlete does not know this token: it is mistyped, expired, revoked, or from another"
            " region."
        ),
        _(
            "Check the token, its region and its expiration in Authlete's console, or create a new"
            " one there."
        ),
    ),
    CredentialProblem.INVALID_CHARACTERS: (
        _("The token contains a space or another invalid character."),
        _("Copy the token again."),
    ),
    CredentialProblem.BOUND_TOKEN: (
        _("The token is bound to a key or certificate, which Meridian does not support."),
        result_codes.ADVICE_UNBOUND_TOKEN,
    ),
    CredentialProblem.SERVICE_TOKEN: (
        _("This is the access token of one service, not of the organization."),
        _("Create an access token of the organization in Authlete's console."),
    ),
    CredentialProblem.MISSING_RIGHTS: (
        _("The token may not list services. It lacks the permission, or it is a service's token."),
        _("Create an organization token that may view and modify services."),
    ),
    CredentialProblem.PARTIAL_VIEW: (
        _("The token sees only part of each service's settings, so changes cannot be saved."),
        _("Create an organization token that may view and modify services."),
    ),
    CredentialProblem.READ_ONLY: (
        _("The token is read-only: it can view services and clients but not change them."),
        _("To make changes, create an organization token with the permission modify_service."),
    ),
    CredentialProblem.PLAN_LIMIT: (
        _("The organization's plan does not include this, or its limit is reached."),
        result_codes.ADVICE_PLAN,
    ),
    CredentialProblem.RATE_LIMITED: (
        _("The rate limit of Authlete was reached, so the token was not checked."),
        _("Wait a minute, then try again."),
    ),
    CredentialProblem.SERVER_ERROR: (
        _("Authlete failed, so the token was not checked."),
        _("Try again later."),
    ),
    CredentialProblem.OTHER: (
        _("The credential could not be checked."),
        _("Read Authlete's message, then try again."),
    ),
}


@dataclass(frozen=True, slots=True)
class CredentialCheck:
    """The result of checking a credential."""

    problem: CredentialProblem | None = None
    service_count: int | None = None  # visible services, if known
    error: AuthleteError | None = None  # that revealed the problem
    idp_error: AuthleteError | None = None  # why services cannot be created or deleted

    @property
    def is_usable(self) -> bool:
        """Return whether the credential can be used, if only to view settings."""
        return self.problem in (None, CredentialProblem.PARTIAL_VIEW, CredentialProblem.READ_ONLY)

    @property
    def description(self) -> str:
        return TEXTS_BY_PROBLEM[self.problem][0] if self.problem else ""

    @property
    def advice(self) -> str:
        if isinstance(self.error, UnreachableError):
            return self.error.advice
        return TEXTS_BY_PROBLEM[self.problem][1] if self.problem else ""


def check_credential(client: AuthleteClient) -> CredentialCheck:
    """Check a credential with up to two reads of the cluster and one of the identity provider."""
    if "api" in urlsplit(client.pool.base_url).path.split("/"):
        return CredentialCheck(CredentialProblem.WRONG_ADDRESS)
    try:
        page = client.services.list(start=0, end=1)
    except AuthleteError as error:
        reason = _classify_error(error)
        if reason is CredentialProblem.MISSING_RIGHTS and _is_service_token(_check_idp(client)):
            reason = CredentialProblem.SERVICE_TOKEN
        return CredentialCheck(reason, error=error)
    idp_error = _check_idp(client)
    problem = None
    if _is_service_token(idp_error):
        problem = CredentialProblem.SERVICE_TOKEN
    elif any(service.get("modifiedAt") is None for service in page.services or ()):
        problem = CredentialProblem.PARTIAL_VIEW
    elif page.services and _is_read_only(client, page.services[0].api_key):
        problem = CredentialProblem.READ_ONLY
    return CredentialCheck(problem, page.total_count, None, idp_error)


def _check_idp(client: AuthleteClient) -> AuthleteError | None:
    """Return why services cannot be created, or None."""
    try:
        client.idp.list_servers()
    except AuthleteError as error:
        return error
    return None


def _is_read_only(client: AuthleteClient, service_id: int) -> bool:
    """Return whether the token may only view, as far as a read can tell.

    Introspecting a token that doesn't exist changes nothing, but needs a permission that
    modify_service implies and view_service doesn't (Authlete facts, 2).
    """
    try:
        client.service(service_id).tokens.introspect(SecretStr(token_urlsafe(32)))
    except ForbiddenError as error:
        return not result_codes.is_limit_code(error.code)
    except AuthleteError:
        return False
    return False


def _is_service_token(idp_error: AuthleteError | None) -> bool:
    return (
        isinstance(idp_error, UnauthorizedError)
        and idp_error.code == result_codes.NOT_AN_ORGANIZATION_TOKEN
    )


def _classify_error(error: AuthleteError) -> CredentialProblem:
    if result_codes.BOUND_TOKEN_PATTERN.fullmatch(error.code):
        return CredentialProblem.BOUND_TOKEN
    match error:
        case UnauthorizedError(code=result_codes.NOT_AN_ORGANIZATION_TOKEN):
            return CredentialProblem.SERVICE_TOKEN
        case UnauthorizedError() | CredentialCircuitOpenError():
            return CredentialProblem.UNKNOWN_TOKEN
        case ForbiddenError() if result_codes.is_limit_code(error.code):
            return CredentialProblem.PLAN_LIMIT
        case ForbiddenError():
            return CredentialProblem.MISSING_RIGHTS
        case NotFoundError():
            return CredentialProblem.WRONG_ADDRESS
        case InvalidRequestError():
            return CredentialProblem.INVALID_CHARACTERS
        case RateLimitError():
            return CredentialProblem.RATE_LIMITED
        case UnreachableError() | CircuitOpenError() | NoResponseError():
            return CredentialProblem.UNREACHABLE
        case InvalidResponseError() | UnexpectedStatusError():
            return CredentialProblem.NOT_AUTHLETE
        case ServerError():
            return CredentialProblem.SERVER_ERROR
        case _:
            return CredentialProblem.OTHER
