"""Client IDs, client ID aliases and sector identifiers.

A real server fetches the document at `sectorIdentifierUri`. The sandbox looks it up in
`SandboxRegion.sectors`; others are readable and list all redirect URIs.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from tenants.sandbox.http_messages import ApiResponseError, JsonDict
from tenants.sandbox.state import SandboxRegion


def find_client(clients: Mapping[int, JsonDict], identifier: str) -> JsonDict | None:
    """Return the client with that number or alias, or None."""
    if identifier.isascii() and identifier.isdecimal() and int(identifier) in clients:
        return clients[int(identifier)]
    for client in clients.values():
        if client.get("clientIdAlias") == identifier and _is_alias_enabled(client):
            return client
    return None


def is_alias_taken(clients: Mapping[int, JsonDict], client: JsonDict) -> bool:
    """Return whether another client has the alias of ``client`` as alias or number."""
    if not _is_alias_enabled(client):
        return False
    alias, own_number = client["clientIdAlias"], client["clientId"]
    return any(
        (_is_alias_enabled(other) and other.get("clientIdAlias") == alias) or str(number) == alias
        for number, other in clients.items()
        if number != own_number
    )


def _is_alias_enabled(client: JsonDict) -> bool:
    return client.get("clientIdAliasEnabled", True) is not False


def derive_sector(client: JsonDict) -> str:
    """Return the host of the sector; empty if it is ambiguous."""
    if uri := client.get("sectorIdentifierUri"):
        return urlsplit(uri).hostname or ""
    hosts = {urlsplit(uri).hostname for uri in client.get("redirectUris", ())}
    return next(iter(hosts)) or "" if len(hosts) == 1 else ""


def check_sector(region: SandboxRegion, client: JsonDict) -> None:
    """Raise `ApiResponseError` for an invalid sector."""
    uri = client.get("sectorIdentifierUri")
    if uri in region.sectors:
        if (listed := region.sectors[uri]) is None:
            raise ApiResponseError(
                400, "A032219", "The document at 'sectorIdentifierUri' is unreadable."
            )
        if missing := set(client.get("redirectUris", ())) - set(listed):
            raise ApiResponseError(
                400, "A032220", f"The document at 'sectorIdentifierUri' lacks {sorted(missing)[0]}."
            )
    if client.get("subjectType") == "PAIRWISE" and not derive_sector(client):
        raise ApiResponseError(
            400, "A032221", "'subjectType' is PAIRWISE, and the redirect URIs have not one host."
        )
