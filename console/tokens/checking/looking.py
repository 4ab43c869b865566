"""Asking one service what a token is.

An access token is introspected as Authlete does it. What is none may be a refresh
token, of which RFC 7662 tells; a JWT is never one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext

from console.access import Member
from console.editing.known import of_service
from console.scopes import described, in_words
from console.tokens.checking.carried import Found
from console.tokens.checking.pasted import Pasted
from console.tokens.checking.places import Place
from tenants.audit.events import TOKEN_CHECK
from tenants.audit.notes import note
from tenants.authlete import Authlete
from tenants.authlete.api.diagnostics import Active, Introspection
from tenants.authlete.documents.enums import GRANT_TYPE
from tenants.authlete.errors import AuthleteError

DIGITS = 20  # that no ID of a client has
BOUND = "A065308"  # it works only for who holds a key, which nobody showed


class State(StrEnum):
    WORKS = "works"
    BOUND = "bound"  # works, for the holder of a key alone
    ENDED = "ended"
    SWEPT = "swept"  # ended, and taken out of the database by the question
    REFUSED = "refused"  # exists, and Authlete says no all the same
    UNKNOWN = "unknown"  # the service knows no such token


@dataclass(frozen=True, slots=True)
class Checked:
    """What a service said of a token; ``expires_at`` in milliseconds since 1970."""

    place: Place
    state: State
    refresh: bool = False  # it is a refresh token
    refreshable: bool = False
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
        return self.state not in (State.SWEPT, State.UNKNOWN)

    @property
    def grant_in_words(self) -> str:
        return gettext(GRANT_TYPE.get(self.grant_type, self.grant_type))

    @property
    def found(self) -> Found:
        """What a revoke needs to know of it."""
        return Found(
            self.place.region.name,
            self.place.service_id,
            self.place.name,
            self.refresh,
            self.client_id,
            self.client,
            self.subject,
        )


def looked(member: Member, place: Place, token: Pasted) -> Checked:
    """What ``place`` says of a token; the record keeps whose it is, and who looked.

    Raises `AuthleteError`, also where that cannot be kept; then nothing is shown.
    """
    authlete = member.connect(place.region.name)
    tokens = authlete.service(place.service_id).tokens
    told = tokens.introspect(token.value)
    active = None
    if not told.existent and token.jwt is None:
        active = tokens.introspect_standard(token.value, hint="refresh_token")
    number = told.client_id or (active and _number(active.client_id)) or 0
    name = _name(member, authlete, place, number) if number else ""
    checked = (
        _refresh(place, active, number, name)
        if active and active.active
        else _access(place, told, name)
    )
    note(
        member.who,
        TOKEN_CHECK,
        region=place.region.name,
        service=str(place.service_id),
        client=str(number or ""),
        label=name,
        subject=checked.subject,
    )
    return checked


def _access(place: Place, told: Introspection, name: str) -> Checked:
    words = described(told.scope_details)
    return Checked(
        place,
        _state(told),
        refreshable=told.refreshable,
        client_id=told.client_id,
        client=name,
        subject=told.subject or "",
        scopes=[(one, in_words(one, words)) for one in told.scopes or ()],
        grant_type=told.grant_type or "",
        expires_at=told.expires_at,
        code=told.result_code,
        message=told.result_message,
    )


def _state(told: Introspection) -> State:
    if not told.existent:
        return State.UNKNOWN
    if told.result_code == BOUND:
        return State.BOUND
    if not told.usable:
        return State.ENDED if told.refreshable else State.SWEPT
    if told.action != "OK":
        return State.REFUSED
    return State.BOUND if told.certificate_thumbprint else State.WORKS


def _refresh(place: Place, told: Active, number: int, name: str) -> Checked:
    return Checked(
        place,
        State.WORKS,
        refresh=True,
        client_id=number,
        client=name or told.client_id,
        subject=told.sub,
        scopes=[(one, in_words(one, {})) for one in told.scopes],
        expires_at=(told.exp or 0) * 1000,
    )


def _name(member: Member, authlete: Authlete, place: Place, number: int) -> str:
    """What a client is called, as it was last seen, or else as it says itself."""
    known = of_service(member.organization, place.region.name, place.service_id)
    if name := known.filter(client_id=number).values_list("name", flat=True).first():
        return name
    try:
        return authlete.service(place.service_id).client(number).get().client_name
    except AuthleteError:
        return ""


def _number(client_id: str) -> int:
    """A client's number; 0 for an alias, and for digits that no number of one has."""
    whole = client_id.isascii() and client_id.isdigit() and len(client_id) < DIGITS
    return int(client_id) if whole else 0
