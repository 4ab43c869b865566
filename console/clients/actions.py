"""What is done to a client as a whole, by pages and by jobs."""

from dataclasses import dataclass

from console.clients import rotating
from console.editing import drafts
from console.editing.kind import Target
from console.editing.known import forget_client, remember_lock
from tenants.authlete import Authlete
from tenants.authlete.errors import AuthleteError, NotFound
from tenants.models import Organization


@dataclass(frozen=True, slots=True)
class Live:
    """A client's tokens that work at this moment."""

    count: int | None  # None: not known, which is not 0
    error: AuthleteError | None = None  # why not


def live_tokens(authlete: Authlete, service_id: int, client_id: int) -> Live:
    try:
        return Live(authlete.service(service_id).tokens.count(client_id))
    except AuthleteError as error:
        return Live(None, error)


def set_lock(
    authlete: Authlete,
    organization: Organization,
    service_id: int,
    client_id: int,
    label: str,
    *,
    locked: bool,
) -> bool:
    """Lock or unlock a client, and return whether that changed anything.

    ``label`` is its name, for the record. Safe to repeat.
    """
    changed = authlete.service(service_id).client(client_id, label).set_lock(locked)
    remember_lock(organization, authlete.region, service_id, client_id, locked)
    return changed


def remove(authlete: Authlete, target: Target, label: str) -> bool:
    """Delete a client with its tokens, and return whether it was still there.

    Nothing of it stays here but the record: no draft, no secret, no line in lists.
    """
    there = True
    try:
        authlete.service(target.service_id).client(target.client_id, label).delete()
    except NotFound as error:
        if not error.is_told:
            raise
        there = False
    drafts.forget(target)
    place = (authlete.region, target.service_id, target.client_id)
    rotating.end(target.workspace.organization, *place)
    forget_client(target.workspace.organization, *place)
    return there
