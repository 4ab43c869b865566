"""Lock and delete clients, for pages and jobs."""

from dataclasses import dataclass

from console.clients.rotation import lifecycle
from console.documents.kinds import DocumentTarget
from console.editing import drafts
from console.inventory.index import index_client_lock, remove_client
from tenants.authlete import AuthleteClient
from tenants.authlete.errors import AuthleteError, NotFoundError
from tenants.models import Organization


@dataclass(frozen=True, slots=True)
class LiveTokenCount:
    """The number of active tokens of a client."""

    count: int | None  # None: not known, which is not 0
    error: AuthleteError | None = None  # why not


def count_live_tokens(authlete: AuthleteClient, service_id: int, client_id: int) -> LiveTokenCount:
    """Count the active tokens of a client."""
    try:
        return LiveTokenCount(authlete.service(service_id).tokens.count(client_id))
    except AuthleteError as error:
        return LiveTokenCount(None, error)


def set_lock(
    authlete: AuthleteClient,
    organization: Organization,
    service_id: int,
    client_id: int,
    name: str,
    *,
    locked: bool,
) -> bool:
    """Lock or unlock a client, and return whether that changed anything.

    ``label`` is its name, for the record. Safe to repeat.
    """
    changed = authlete.service(service_id).client(client_id, name).set_lock(locked)
    index_client_lock(organization, authlete.region, service_id, client_id, locked)
    return changed


def delete_client(authlete: AuthleteClient, target: DocumentTarget, name: str) -> bool:
    """Delete a client with its tokens; return False if it was already deleted.

    Also deletes its draft, staged secrets and index entry. Only audit entries stay.
    """
    is_deletable = True
    try:
        authlete.service(target.service_id).client(target.client_id, name).delete()
    except NotFoundError as error:
        if not error.is_from_authlete:
            raise
        is_deletable = False
    drafts.discard_all(target)
    location = (authlete.region, target.service_id, target.client_id)
    lifecycle.cancel_rotation(target.workspace.organization, *location)
    remove_client(target.workspace.organization, *location)
    return is_deletable
