"""Making a client, and looking at what Authlete made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from tenants.authlete import Authlete
from tenants.authlete.changes import Change
from tenants.authlete.documents.client import Client
from tenants.authlete.editing import surprises
from tenants.authlete.errors import AuthleteError


@dataclass(frozen=True, slots=True)
class Made:
    """A client that was just made; its secret is for one response."""

    client_id: int
    entry: str  # in the record
    secret: SecretStr | None = field(repr=False)
    client: Client | None = None  # as it was read back
    surprises: tuple[Change, ...] = ()  # what Authlete has otherwise than asked
    unread: AuthleteError | None = None  # why it could not be read back


def make(authlete: Authlete, service_id: int, client: Mapping[str, Any]) -> Made:
    """Create it, and read it back: what Authlete does not take it drops in silence.

    Raises an `AuthleteError` only where it is not known to be made.
    """
    service = authlete.service(service_id)
    written = service.clients.create(client)
    made = Made(written.reply.client_id, written.entry, written.reply.client_secret)
    try:
        found = service.client(made.client_id).get()
    except AuthleteError as error:
        return Made(made.client_id, made.entry, made.secret, unread=error)
    sent = authlete.seen(client)
    got = {name: found.get(name) for name in sent}
    return Made(made.client_id, made.entry, made.secret, found, surprises(sent, got))
