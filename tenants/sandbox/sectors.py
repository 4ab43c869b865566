"""Sectors, which tell clients apart to which a user has the same name.

A server fetches the document at `sectorIdentifierUri`. The pretend one looks into
`Region.sectors`; what is not in there can be read and lists all redirect URIs.
"""

from urllib.parse import urlsplit

from tenants.sandbox.errors import Refusal
from tenants.sandbox.state import Region
from tenants.sandbox.wire import Members


def derived(client: Members) -> str:
    """The host of the sector; empty where none can be told."""
    if uri := client.get("sectorIdentifierUri"):
        return urlsplit(uri).hostname or ""
    hosts = {urlsplit(one).hostname for one in client.get("redirectUris", ())}
    return next(iter(hosts)) or "" if len(hosts) == 1 else ""


def check(region: Region, client: Members) -> None:
    """Raises `Refusal` for a sector that cannot be used."""
    uri = client.get("sectorIdentifierUri")
    if uri in region.sectors:
        if (listed := region.sectors[uri]) is None:
            raise Refusal(
                400, "A032219", "The document at 'sectorIdentifierUri' is unreadable."
            )
        if missing := set(client.get("redirectUris", ())) - set(listed):
            raise Refusal(
                400,
                "A032220",
                f"The document at 'sectorIdentifierUri' lacks {sorted(missing)[0]}.",
            )
    if client.get("subjectType") == "PAIRWISE" and not derived(client):
        raise Refusal(
            400,
            "A032221",
            "'subjectType' is PAIRWISE, and the redirect URIs have not one host.",
        )
