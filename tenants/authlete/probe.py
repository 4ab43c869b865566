"""Trying a credential before it is kept, and saying in words what is wrong with it."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from tenants.authlete import codes
from tenants.authlete.client import Authlete
from tenants.authlete.errors import (
    AuthleteError,
    Broken,
    Distrusted,
    Forbidden,
    NotFound,
    Odd,
    Resting,
    TooMany,
    Unanswered,
    Unauthorized,
    Unreachable,
    Unreadable,
    Unsendable,
)
from tenants.authlete.words import gettext_noop as _


class Problem(StrEnum):
    """What is wrong; pages and scripts tell them apart by these words."""

    ADDRESS = "address"
    UNREACHABLE = "unreachable"
    NOT_AUTHLETE = "not authlete"
    TOKEN = "token"  # noqa: S105  a word, not a token
    CHARACTERS = "characters"
    BOUND = "bound"
    SERVICE_TOKEN = "service token"  # noqa: S105  a word, not a token
    RIGHTS = "rights"
    LIMITED = "limited"
    PLAN = "plan"
    TOO_MANY = "too many"
    FAILING = "failing"
    OTHER = "other"


SAYS: dict[Problem, tuple[str, str]] = {
    Problem.ADDRESS: (
        _("The region's address is wrong: nothing of Authlete's answers there."),
        _(
            "The address must not end in /api, which is added to every call. Whoever"
            " runs this console sets it."
        ),
    ),
    Problem.UNREACHABLE: (
        _("The region cannot be reached, so the credential could not be tried."),
        _("Try again. If it stays like this, tell whoever runs this console."),
    ),
    Problem.NOT_AUTHLETE: (
        _("What answers at the region's address is not Authlete."),
        _(
            "A proxy or a sign-in page may stand between. Whoever runs this console"
            " has to look at the address and the network."
        ),
    ),
    Problem.TOKEN: (
        _(
            "Authlete does not know this token: it is mistyped, expired or revoked, or"
            " it was made for another region. Authlete does not say which."
        ),
        _(
            "Copy it again, and check its region and its expiry in Authlete's own"
            " console; there a new one can be made."
        ),
    ),
    Problem.CHARACTERS: (
        _("This is no access token: it holds a space or another character of none."),
        _("Copy the token again, whole and without anything around it."),
    ),
    Problem.BOUND: (
        _("This token is bound to a key or certificate, which this console lacks."),
        codes.UNBOUND,
    ),
    Problem.SERVICE_TOKEN: (
        _("This is the access token of one service, not of the organization."),
        _(
            "Create an access token of the organization in Authlete's own console, and"
            " enter that one."
        ),
    ),
    Problem.RIGHTS: (
        _(
            "This token may not list services: it lacks the right to view them, or it"
            " is the token of one service."
        ),
        _("Create an organization token that may view and modify services."),
    ),
    Problem.LIMITED: (
        _("This token sees services only in part, and can save none."),
        _("Create an organization token that may view and modify services."),
    ),
    Problem.PLAN: (
        _("The organization's plan does not include this, or its limit is reached."),
        codes.PLAN,
    ),
    Problem.TOO_MANY: (
        _("Authlete is asked too often just now, so it did not try the token."),
        _("Wait a minute, then try again."),
    ),
    Problem.FAILING: (
        _("Authlete failed while it looked at the token."),
        _("Try again later; the token may be fine."),
    ),
    Problem.OTHER: (
        _("The credential could not be tried."),
        _("Read what Authlete says, and try again."),
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of trying a credential."""

    problem: Problem | None = None
    services: int | None = None  # that it can see, where it can
    error: AuthleteError | None = None  # that gave the problem away
    idp: AuthleteError | None = None  # why services cannot come and go from here

    @property
    def ok(self) -> bool:
        """Whether the credential is of use; a limited one is, for looking."""
        return self.problem in (None, Problem.LIMITED)

    @property
    def words(self) -> str:
        return SAYS[self.problem][0] if self.problem else ""

    @property
    def advice(self) -> str:
        if isinstance(self.error, Unreachable):
            return self.error.advice
        return SAYS[self.problem][1] if self.problem else ""


def probe(authlete: Authlete) -> Finding:
    """Ask for one service, and the identity provider where there is one.

    Two reads at most, each in the record like any other; never raises.
    """
    if "api" in urlsplit(authlete.lines.base_url).path.split("/"):
        return Finding(Problem.ADDRESS)
    try:
        page = authlete.services.list(start=0, end=1)
    except AuthleteError as error:
        problem = _problem(error)
        if problem is Problem.RIGHTS and _knows_no_organization(_at_idp(authlete)):
            problem = Problem.SERVICE_TOKEN
        return Finding(problem, error=error)
    at_idp = _at_idp(authlete)
    if _knows_no_organization(at_idp):
        return Finding(Problem.SERVICE_TOKEN, page.total_count, at_idp)
    partly = any(one.get("modifiedAt") is None for one in page.services or ())
    return Finding(Problem.LIMITED if partly else None, page.total_count, idp=at_idp)


def _at_idp(authlete: Authlete) -> AuthleteError | None:
    """What keeps services from being created; None where nothing does."""
    try:
        authlete.idp.servers()
    except AuthleteError as error:
        return error
    return None


def _knows_no_organization(at_idp: AuthleteError | None) -> bool:
    return isinstance(at_idp, Unauthorized) and at_idp.code == codes.KIND


def _problem(error: AuthleteError) -> Problem:
    if codes.PROOF.fullmatch(error.code):
        return Problem.BOUND
    match error:
        case Unauthorized(code=codes.KIND):
            return Problem.SERVICE_TOKEN
        case Unauthorized() | Distrusted():
            return Problem.TOKEN
        case Forbidden() if codes.is_limit(error.code):
            return Problem.PLAN
        case Forbidden():
            return Problem.RIGHTS
        case NotFound():
            return Problem.ADDRESS
        case Unsendable():
            return Problem.CHARACTERS
        case TooMany():
            return Problem.TOO_MANY
        case Unreachable() | Resting() | Unanswered():
            return Problem.UNREACHABLE
        case Unreadable() | Odd():
            return Problem.NOT_AUTHLETE
        case Broken():
            return Problem.FAILING
        case _:
            return Problem.OTHER
