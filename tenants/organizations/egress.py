"""The way to each region, from settings: proxy, trusted issuers, private hosts."""

from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.core.checks import Error, register

from tenants.authlete.transport.addresses import HostList
from tenants.authlete.transport.egress import Egress

NO_PROXY_WORD = "direct"
SETTINGS_BY_REGION = (
    "AUTHLETE_PROXY",
    "AUTHLETE_CA_FILE",
    "AUTHLETE_CLIENT_CERT",
    "AUTHLETE_CLIENT_KEY",
)

type _Pairs = tuple[tuple[str, str], ...]


def get_egress(region: str, url: str) -> Egress:
    """Return how to reach ``url``, the API or the identity provider of a region."""
    return _build_egress(
        region,
        urlsplit(url).hostname or "",
        tuple(tuple(getattr(settings, name).items()) for name in SETTINGS_BY_REGION),
        tuple(settings.NO_PROXY),
        None if settings.INSECURE else get_private_hosts(region),
    )


@cache
def _build_egress(
    region: str,
    host: str,
    values: tuple[_Pairs, ...],
    no_proxy: tuple[str, ...],
    private_hosts: HostList | None,
) -> Egress:
    proxy, ca_file, cert, key = (
        pairs.get(region, pairs.get("", "")) for pairs in map(dict[str, str], values)
    )
    is_direct = proxy == NO_PROXY_WORD or any(
        entry == "*" or f".{host}".endswith("." + entry.lstrip(".").lower()) for entry in no_proxy
    )
    return Egress("" if is_direct else proxy, ca_file, cert, key, private_hosts)


def get_private_hosts(region: str) -> HostList:
    """Return the private hosts that are allowed in a region."""
    return _parse_private_hosts(
        tuple(host for name, host in settings.AUTHLETE_PRIVATE_HOSTS if name == region)
    )


_parse_private_hosts = cache(HostList.parse)


@register()
def check_egress(**_: Any) -> list[Error]:
    """Check proxies, files and private hosts, and that they belong to configured regions."""
    problems = [
        f"{setting}: {name!r} is not a region of AUTHLETE_REGIONS"
        for setting in (*SETTINGS_BY_REGION, "AUTHLETE_PRIVATE_HOSTS")
        for name in dict(getattr(settings, setting))
        if name and name not in settings.AUTHLETE_REGIONS
    ]
    problems += [
        f"AUTHLETE_PROXY: {problem}"
        for proxy in settings.AUTHLETE_PROXY.values()
        if (problem := _find_proxy_problem(proxy))
    ]
    for name, host in settings.AUTHLETE_PRIVATE_HOSTS:
        try:
            HostList.parse([host])
        except ValueError as error:
            problems.append(f"AUTHLETE_PRIVATE_HOSTS, {name}: {error}")
    if not problems:
        problems += filter(None, map(_find_file_problem, settings.AUTHLETE_REGIONS))
    return [Error(problem, id="egress.E1") for problem in problems]


def _find_proxy_problem(proxy: str) -> str:
    """Return why a proxy can't be used, without its password."""
    try:
        url = httpx.URL("" if proxy == NO_PROXY_WORD else proxy)
    except (httpx.InvalidURL, ValueError):
        return "a value is not a URL; write / in a password as %2F, @ as %40"
    if proxy != NO_PROXY_WORD and not (url.scheme in ("http", "https") and url.host):
        return f"expected http://user:password@host:3128, https://... or {NO_PROXY_WORD}"
    return ""


def _find_file_problem(region: str) -> str:
    """Return which file of a region can't be loaded."""
    egress = get_egress(region, settings.AUTHLETE_REGIONS[region])
    for setting, checked in (
        ("AUTHLETE_CA_FILE", Egress(ca_file=egress.ca_file)),
        ("AUTHLETE_CLIENT_CERT", egress),
    ):
        try:
            checked.build_ssl_context()
        except OSError as error:
            return f"{setting}, {region}: the file can't be loaded ({error.strerror or error})"
    if egress.client_key and not egress.client_cert:
        return f"AUTHLETE_CLIENT_KEY, {region}: AUTHLETE_CLIENT_CERT is missing"
    return ""
