"""The names by which a service knows its clients: the number, and the alias."""

from collections.abc import Mapping

from tenants.sandbox.wire import Members


def found(clients: Mapping[int, Members], name: str) -> Members | None:
    """The client of that number, or else the one of that alias."""
    if name.isascii() and name.isdecimal() and int(name) in clients:
        return clients[int(name)]
    for client in clients.values():
        if client.get("clientIdAlias") == name and _enabled(client):
            return client
    return None


def taken(clients: Mapping[int, Members], client: Members) -> bool:
    """Whether another client goes by the alias of ``client``, or by its number."""
    if not _enabled(client):
        return False
    alias, own = client["clientIdAlias"], client["clientId"]
    return any(
        (_enabled(other) and other.get("clientIdAlias") == alias)
        or str(number) == alias
        for number, other in clients.items()
        if number != own
    )


def _enabled(client: Members) -> bool:
    return client.get("clientIdAliasEnabled", True) is not False
