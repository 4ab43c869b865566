"""Post to user-entered URLs without server-side request forgery (SSRF).

The host is resolved once, all of its addresses must be public, and the connection goes to one of
them. No redirects, no proxies, and a limited response
(docs/explanation/decisions/webhooks.md).
"""

import logging
import re
import ssl
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from time import monotonic

import httpx
from django.conf import settings
from django.utils.translation import gettext as _

from tenants.authlete.transport.addresses import HostList
from tenants.authlete.transport.deadline import Deadline
from tenants.authlete.transport.network import DeadlineNetworkBackend, SingleConnectionTransport

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10.0  # for all of it: names, TLS, sending, the answer
MAX_RESPONSE_BYTES = 4096
MAX_URL_CHARS = 2000  # characters of an address
UNPRIVILEGED_PORTS = range(1024, 65536)  # those below are a machine's own services, 443 excepted
AUTHORITY_END = re.compile(r"(?<=[^/:])[/?#\\]")  # ends with the first of these


class UrlNotAllowedError(Exception):
    """The URL isn't allowed; nothing was sent."""


@dataclass(frozen=True, slots=True)
class PostResult:
    """The response to a post."""

    status: int
    text: str  # its beginning
    seconds: float


def validate_url(text: str) -> httpx.URL:
    """Validate a URL without resolving its host; raise `UrlNotAllowedError`."""
    if len(text) > MAX_URL_CHARS or any(ord(value) <= 32 or ord(value) == 127 for value in text):
        raise UrlNotAllowedError(_("Enter a valid URL."))
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        raise UrlNotAllowedError(_("Enter a valid URL.")) from None
    plain = url.scheme == "http" and settings.INSECURE
    if not (url.scheme == "https" or plain) or not url.host:
        raise UrlNotAllowedError(_("The URL must start with https://."))
    if "@" in AUTHORITY_END.split(text, 1)[0]:
        raise UrlNotAllowedError(_("The URL can't contain a user name or password."))
    if url.fragment:
        raise UrlNotAllowedError(_("The URL can't contain a fragment (#)."))
    port = 443 if url.port is None else url.port
    if not (port in (443, *settings.WEBHOOK_PORTS) or port in UNPRIVILEGED_PORTS):
        raise UrlNotAllowedError(_("Port %(port)d is not allowed.") % {"port": port})
    try:
        literal = ip_address(url.host.strip("[]"))
    except ValueError:
        return url
    check_public(url.host, [str(literal)])
    return url


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, is_trusted: bool = False
) -> PostResult:
    """Post within `TIMEOUT_SECONDS`; ``is_trusted`` for URLs from the operator.

    Raises `UrlNotAllowedError`, and `httpx.HTTPError` without a response.
    """
    target = httpx.URL(url) if is_trusted else validate_url(url)
    network = DeadlineNetworkBackend() if is_trusted else PublicNetwork()
    network.deadline = Deadline(TIMEOUT_SECONDS)
    request = httpx.Request(
        "POST", target, content=body, headers={"User-Agent": "Meridian", "Accept": "*/*", **headers}
    )
    if target.userinfo:
        login = httpx.BasicAuth(target.username, target.password)
        request = next(login.sync_auth_flow(request))
    started = monotonic()
    with SingleConnectionTransport(network, 0, build_ssl_context()) as transport:
        response = transport.handle_request(request)
        try:
            text = _read_start(response.stream)
        finally:
            response.close()
    return PostResult(response.status_code, text, monotonic() - started)


@cache
def build_ssl_context() -> ssl.SSLContext:
    """Trust public CAs and those of this machine or ``SSL_CERT_FILE``."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context


class PublicNetwork(DeadlineNetworkBackend):
    """Connects to public addresses only."""

    def resolve(self, host: str, port: int, deadline: Deadline) -> list[str]:
        addresses = super().resolve(host, port, deadline)
        check_public(host, addresses)
        return addresses


def check_public(host: str, addresses: Iterable[str]) -> None:
    """Raise `UrlNotAllowedError` unless all addresses of a host are allowed."""
    private_hosts = _parse_private_hosts(tuple(settings.WEBHOOK_PRIVATE_HOSTS))
    for address in private_hosts.find_unlisted(host, addresses):
        # The error doesn't name the address, so that it can't be used to query internal DNS.
        log.warning("%s resolves to %s, which is not public", host, address)
        raise UrlNotAllowedError(_("%(host)s resolves to a non-public address.") % {"host": host})


@cache
def _parse_private_hosts(entries: tuple[str, ...]) -> HostList:
    return HostList.parse(entries)


def check_settings() -> None:
    """Raise `ValueError` for an invalid setting."""
    _parse_private_hosts(tuple(settings.WEBHOOK_PRIVATE_HOSTS))


def _read_start(stream: httpx.SyncByteStream | httpx.AsyncByteStream) -> str:
    """Read the start of the raw response, not decompressed."""
    assert isinstance(stream, httpx.SyncByteStream)
    return b"".join(_limit_bytes(stream, MAX_RESPONSE_BYTES)).decode(errors="replace")


def _limit_bytes(stream: Iterable[bytes], limit: int) -> Iterator[bytes]:
    for chunk in stream:
        yield chunk[:limit]
        limit -= len(chunk)
        if limit <= 0:
            return
