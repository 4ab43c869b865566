"""Create a client and read it back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from tenants.authlete import AuthleteClient
from tenants.authlete.changes import FieldChange
from tenants.authlete.documents.client import Client
from tenants.authlete.edits import find_unexpected_changes
from tenants.authlete.errors import AuthleteError


@dataclass(frozen=True, slots=True)
class CreatedClient:
    """A created client; its secret is for one response only."""

    client_id: int
    entry: str  # in the record
    secret: SecretStr | None = field(repr=False)
    client: Client | None = None  # as it was read back
    surprises: tuple[FieldChange, ...] = ()  # what Authlete has otherwise than asked
    read_error: AuthleteError | None = None  # why it could not be read back


def create_client(
    authlete: AuthleteClient, service_id: int, client: Mapping[str, Any]
) -> CreatedClient:
    """Create a client and read it back, since Authlete ignores some values.

    Raises:
        AuthleteError: the client may not have been created.
    """
    service = authlete.service(service_id)
    written = service.clients.create(client)
    made = CreatedClient(written.reply.client_id, written.entry_id, written.reply.client_secret)
    try:
        found = service.client(made.client_id).get()
    except AuthleteError as error:
        return CreatedClient(made.client_id, made.entry, made.secret, read_error=error)
    sent = authlete.redact(client)
    got = {name: found.get(name) for name in sent}
    return CreatedClient(
        made.client_id,
        made.entry,
        made.secret,
        found,
        find_unexpected_changes(sent, got),
    )
