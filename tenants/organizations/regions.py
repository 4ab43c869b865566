"""The regions of this deployment, from settings.

The four shared ones are built in with their IdP. A dedicated cluster has its own IdP, or none.
"""

import re
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, register

from tenants.authlete.idp import SHARED_API_SERVER_IDS, SHARED_IDP_URL
from tenants.authlete.transport.addresses import HostList, is_public
from tenants.organizations.egress import get_private_hosts

REGION_NAME_PATTERN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,18}[a-z0-9])?")
REGION_NAME_RULE = "use 1 to 20 lowercase letters, digits and hyphens, no hyphen at either end"
REGION_TITLES = {"us": "United States", "jp": "Japan", "eu": "Europe", "br": "Brazil"}


@dataclass(frozen=True, slots=True)
class Region:
    """An Authlete cluster and its IdP."""

    name: str
    url: str
    idp: str = ""  # base URL; empty where services cannot be created from here
    api_server: int | None = None  # the cluster's id at the IdP

    @property
    def title(self) -> str:
        return REGION_TITLES.get(self.name, self.name)

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


def get_regions() -> dict[str, Region]:
    """Return regions by name, in the order of the settings."""
    return _build_regions(
        tuple(settings.AUTHLETE_REGIONS.items()),
        tuple(settings.AUTHLETE_IDPS.items()),
        tuple(settings.AUTHLETE_API_SERVERS.items()),
    )


type _StringPairs = tuple[tuple[str, str], ...]


@cache
def _build_regions(
    urls: _StringPairs, idps: _StringPairs, servers: _StringPairs
) -> dict[str, Region]:
    regions = {}
    for name, url in urls:
        # A token must not reach the shared IdP from a cluster that is not its own.
        shared = name in SHARED_API_SERVER_IDS and url == f"https://{name}.authlete.com"
        idp = dict(idps).get(name, SHARED_IDP_URL if shared else "")
        server = dict(servers).get(name, SHARED_API_SERVER_IDS.get(name) if idp else None)
        regions[name] = Region(
            name, url.rstrip("/"), idp.rstrip("/"), int(server) if server else None
        )
    return regions


@register()
def check_regions(**_: Any) -> list[Error]:
    """Check the region names and URLs."""
    errors = []
    for region in get_regions().values():
        if not REGION_NAME_PATTERN.fullmatch(region.name):
            text = f"AUTHLETE_REGIONS: {region.name!r} is not valid; {REGION_NAME_RULE}"
            errors.append(Error(text, id="regions.E1"))
        for url in filter(None, (region.url, region.idp)):
            if problem := find_url_problem(url, get_private_hosts(region.name)):
                text = f"AUTHLETE_REGIONS, {region.name}: {url} {problem}"
                errors.append(Error(text, id="regions.E2"))
    return errors


def find_url_problem(url: str, private_hosts: HostList) -> str:
    """Return why ``url`` can't be used, or ""; ``private_hosts`` are allowed."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "is not an https URL"
    if parts.username or parts.password or parts.query or parts.fragment:
        return "contains more than scheme, host and port"
    if parts.path.strip("/"):
        return "has a path; leave out /api, Meridian adds it"
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        return "is not an https URL"
    if settings.INSECURE:
        return ""
    if parts.scheme != "https":
        return "is not https"
    problem = _find_host_problem(parts.hostname, private_hosts)
    return f"{problem}; AUTHLETE_PRIVATE_HOSTS can allow it" if problem else ""


def _find_host_problem(hostname: str, private_hosts: HostList) -> str:
    """Return whether a host is on this machine or a private network and not allowed."""
    host = hostname.rstrip(".")
    if private_hosts.lists_name(host):
        return ""
    if host == "localhost" or host.endswith((".localhost", ".internal", ".local")):
        return "is in a private network"
    try:
        address = ip_address(host)
    except ValueError:
        last = host.rpartition(".")[2]
        # 127.1 and 0x7f.1 are no names either: the machine takes them for addresses.
        is_name = "." in host and not last.isdigit() and not last.startswith("0x")
        return "" if is_name else "is not a full host name"
    is_allowed = is_public(address) or private_hosts.lists_address(address)
    return "" if is_allowed else "is in a private network"
