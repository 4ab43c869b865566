"""Trying a credential before it is kept, and saying in words what is wrong with it."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

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
    """What is wrong; pages and scripts tell them apart by these words."""

    WRONG_ADDRESS = "address"
    UNREACHABLE = "unreachable"
    NOT_AUTHLETE = "not authlete"
    UNKNOWN_TOKEN = "token"  # noqa: S105  a word, not a token
    INVALID_CHARACTERS = "characters"
    BOUND_TOKEN = "bound"  # noqa: S105
    SERVICE_TOKEN = "service token"  # noqa: S105  a word, not a token
    MISSING_RIGHTS = "rights"
    PARTIAL_VIEW = "limited"
    PLAN_LIMIT = "plan"
    RATE_LIMITED = "too many"
    SERVER_ERROR = "failing"
    OTHER = "other"


TEXTS_BY_PROBLEM: dict[CredentialProblem, tuple[str, str]] = {
    CredentialProblem.WRONG_ADDRESS: (
        _("The region's address is wrong: nothing of Authlete's answers there."),
        _(
            "The address must not end in /api, which is added to every call. Whoever"
            " runs this console sets it."
        ),
    ),
    CredentialProblem.UNREACHABLE: (
        _("The region cannot be reached, so the credential could not be tried."),
        _("Try again. If it stays like this, tell whoever runs this console."),
    ),
    CredentialProblem.NOT_AUTHLETE: (
        _("What answers at the region's address is not Authlete."),
        _(
            "A proxy or a sign-in page may stand between. Whoever runs this console"
            " has to look at the address and the network."
        ),
    ),
    CredentialProblem.UNKNOWN_TOKEN: (
        _(
            "Authlete does not know this token: it is mistyped, expired or revoked, or"
            " it was made for another region. Authlete does not say which."
        ),
        _(
            "Copy it again, and check its region and its expiry in Authlete's own"
            " console; there a new one can be made."
        ),
    ),
    CredentialProblem.INVALID_CHARACTERS: (
        _("This is no access token: it holds a space or another character of none."),
        _("Copy the token again, whole and without anything around it."),
    ),
    CredentialProblem.BOUND_TOKEN: (
        _("This token is bound to a key or certificate, which this console lacks."),
        result_codes.ADVICE_UNBOUND_TOKEN,
    ),
    CredentialProblem.SERVICE_TOKEN: (
        _("This is the access token of one service, not of the organization."),
        _(
            "Create an access token of the organization in Authlete's own console, and"
            " enter that one."
        ),
    ),
    CredentialProblem.MISSING_RIGHTS: (
        _(
            "This token may not list services: it lacks the right to view them, or it"
            " is the token of one service."
        ),
        _("Create an organization token that may view and modify services."),
    ),
    CredentialProblem.PARTIAL_VIEW: (
        _("This token sees services only in part, and can save none."),
        _("Create an organization token that may view and modify services."),
    ),
    CredentialProblem.PLAN_LIMIT: (
        _("The organization's plan does not include this, or its limit is reached."),
        result_codes.ADVICE_PLAN,
    ),
    CredentialProblem.RATE_LIMITED: (
        _("Authlete is asked too often just now, so it did not try the token."),
        _("Wait a minute, then try again."),
    ),
    CredentialProblem.SERVER_ERROR: (
        _("Authlete failed while it looked at the token."),
        _("Try again later; the token may be fine."),
    ),
    CredentialProblem.OTHER: (
        _("The credential could not be tried."),
        _("Read what Authlete says, and try again."),
    ),
}


@dataclass(frozen=True, slots=True)
class CredentialCheck:
    """What came of trying a credential."""

    problem: CredentialProblem | None = None
    service_count: int | None = None  # that it can see, where it can
    error: AuthleteError | None = None  # that gave the problem away
    idp_error: AuthleteError | None = None  # why services cannot come and go from here

    @property
    def is_usable(self) -> bool:
        """Whether the credential is of use; a limited one is, for looking."""
        return self.problem in (None, CredentialProblem.PARTIAL_VIEW)

    @property
    def description(self) -> str:
        return TEXTS_BY_PROBLEM[self.problem][0] if self.problem else ""

    @property
    def advice(self) -> str:
        if isinstance(self.error, UnreachableError):
            return self.error.advice
        return TEXTS_BY_PROBLEM[self.problem][1] if self.problem else ""


def check_credential(authlete: AuthleteClient) -> CredentialCheck:
    """Ask for one service, and the identity provider where there is one.

    Two reads at most, each in the record like any other; never raises.
    """
    if "api" in urlsplit(authlete.pool.base_url).path.split("/"):
        return CredentialCheck(CredentialProblem.WRONG_ADDRESS)
    try:
        page = authlete.services.list(start=0, end=1)
    except AuthleteError as error:
        problem = _classify_error(error)
        if problem is CredentialProblem.MISSING_RIGHTS and _is_service_token(_check_idp(authlete)):
            problem = CredentialProblem.SERVICE_TOKEN
        return CredentialCheck(problem, error=error)
    at_idp = _check_idp(authlete)
    if _is_service_token(at_idp):
        return CredentialCheck(CredentialProblem.SERVICE_TOKEN, page.total_count, at_idp)
    partly = any(one.get("modifiedAt") is None for one in page.services or ())
    return CredentialCheck(
        CredentialProblem.PARTIAL_VIEW if partly else None,
        page.total_count,
        idp_error=at_idp,
    )


def _check_idp(authlete: AuthleteClient) -> AuthleteError | None:
    """What keeps services from being created; None where nothing does."""
    try:
        authlete.idp.list_servers()
    except AuthleteError as error:
        return error
    return None


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
