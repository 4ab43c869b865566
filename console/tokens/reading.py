"""One page of a service's tokens, with whose they are in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import time
from typing import Any

from django.utils.translation import gettext as _

from console.access import Workspace
from console.lookups import opened
from console.tokens.asked import Asked
from console.tokens.names import Names
from console.tokens.rows import Row
from tenants.authlete.api.tokens import LIST, MOST
from tenants.authlete.documents.tokens import TokenPage, TokenStatus
from tenants.authlete.errors import (
    AuthleteError,
    Forbidden,
    NotFound,
    Unauthorized,
    Unreadable,
)
from tenants.authlete.many import Ask, each

SAYS = {TokenStatus.VALID: True, TokenStatus.INVALID: False}  # of the rows of a list


@dataclass(frozen=True, slots=True)
class Shown:
    """What there is to see; with an ``error`` nothing is known."""

    rows: Sequence[Row] = ()
    start: int = 0  # of the first row, counted from one; 0 where there is none
    total: int = 0  # how many fit, by Authlete's own count
    error: AuthleteError | None = None

    @property
    def is_forbidden(self) -> bool:
        return isinstance(self.error, (Forbidden, Unauthorized))

    @property
    def is_gone(self) -> bool:
        """Whether it is the client that is not there."""
        return isinstance(self.error, NotFound)

    @property
    def end(self) -> int:
        return self.start + len(self.rows) - 1 if self.rows else 0


def subject_of(workspace: Workspace, asked: Asked) -> str:
    """Whose tokens are asked for; empty for everybody's.

    Raises `Http404` where this person did not look them up.
    """
    return opened(workspace.member, asked.lookup).subject if asked.lookup else ""


def tokens_of(workspace: Workspace, service_id: int, asked: Asked) -> Shown:
    """One call, and one more for each client whose name was never seen.

    Raises `NotFound` where it is the service that is gone.
    """
    subject, start = subject_of(workspace, asked), asked.start
    tokens = workspace.authlete.service(service_id).tokens
    try:
        page = tokens.list(
            asked.client_id, subject, asked.status, start=start, end=start + MOST
        )
    except AuthleteError as error:
        if isinstance(error, NotFound) and asked.client_id is None:
            raise
        return Shown(error=error)
    found = page.access_tokens or []
    if not found and page.total_count > start:
        told = _("It counts %(n)d tokens and showed none.") % {"n": page.total_count}
        return Shown(error=Unreadable(told))
    names = Names(workspace, service_id).of(one.client_id for one in found)
    now = int(time() * 1000)
    valid = SAYS.get(asked.status)
    rows = [Row(one, names.get(one.client_id, ""), now, valid) for one in found]
    return Shown(rows, start + 1 if rows else 0, page.total_count)


def pages(
    workspace: Workspace, service_id: int, narrowed: Mapping[str, Any], most: int
) -> Iterator[TokenPage]:
    """The first page of a list, and then the others of its first ``most`` tokens.

    Raises an `AuthleteError` after those that came, where others did not.
    """
    door, places = workspace.authlete, {"service_id": service_id}
    query = {**narrowed, "start": 0, "end": MOST}
    first = door.send(LIST, places=places, query=query)
    yield first
    asks: list[Ask] = [
        (door, places, {**narrowed, "start": at, "end": at + MOST})
        for at in range(MOST, min(first.total_count, most), MOST)
    ]
    failed = None
    for reply in each(LIST, asks):
        if isinstance(reply, AuthleteError):
            failed = reply
        else:
            yield reply
    if failed:
        raise failed


def narrowed(
    client_id: int | None, subject: str, status: TokenStatus
) -> dict[str, Any]:
    """What is asked of a list of tokens, as Authlete takes it."""
    told = {"clientIdentifier": client_id, "subject": subject}
    kept = {name: value for name, value in told.items() if value}
    return {**kept, "tokenStatus": status.value}
