"""The way from this network to a region: proxy, trusted issuers, client certificate."""

import ssl
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

import httpcore
import httpx

from tenants.authlete.transport.addresses import HostList
from tenants.authlete.transport.deadline import Deadline
from tenants.authlete.transport.network import DeadlineNetworkBackend

SYSTEM_STORE = "system"


@dataclass(frozen=True, slots=True)
class Egress:
    """How connections to one URL leave this network."""

    proxy: str = field(default="", repr=False)  # URL with credentials; empty: direct
    ca_file: str = ""  # path or `SYSTEM_STORE`; empty: the public CAs of certifi
    client_cert: str = ""  # path
    client_key: str = ""  # path; empty: the key is in the file of the certificate
    private_hosts: HostList | None = None  # None: any address is allowed

    @property
    def proxy_host(self) -> str:
        """Return the proxy's host and port, without credentials."""
        return httpx.URL(self.proxy).netloc.decode() if self.proxy else ""

    def build_ssl_context(self) -> ssl.SSLContext:
        """Return the shared TLS context; raise `OSError` if a file can't be loaded."""
        return build_ssl_context(self.ca_file, self.client_cert, self.client_key)


@cache
def build_ssl_context(
    ca_file: str = "", client_cert: str = "", client_key: str = ""
) -> ssl.SSLContext:
    """Create a TLS context once, since that takes 20 ms."""
    if not ca_file:
        context = httpx.create_ssl_context(trust_env=False)
    elif ca_file == SYSTEM_STORE:
        context = ssl.create_default_context()
    else:
        context = ssl.create_default_context(cafile=ca_file)
        # Private authorities are often older than these rules of RFC 5280, new in Python 3.13.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if client_cert:
        context.load_cert_chain(client_cert, client_key or None)
    return context


class ProxyConnectError(httpcore.ConnectError):
    """The proxy opened no tunnel; ``status`` is None without a response."""

    def __init__(self, host: str, status: int | None = None) -> None:
        super().__init__(f"{host}: {status}")
        self.host = host
        self.status = status


class PrivateAddressError(httpcore.ConnectError):
    """The host has a private address that isn't allowed."""


class RegionNetworkBackend(DeadlineNetworkBackend):
    """Connects to allowed addresses, or through a proxy, which then resolves the name."""

    def __init__(self, egress: Egress) -> None:
        super().__init__()
        self._egress = egress

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to ``host``; every error until then is a `httpcore.ConnectError` or timeout."""
        if not self._egress.proxy:
            return super().connect_tcp(host, port, timeout, local_address, socket_options)
        limit = Deadline(self.deadline.remaining(timeout))
        proxy = httpx.URL(self._egress.proxy)
        proxy_port = proxy.port or (443 if proxy.scheme == "https" else 80)
        try:
            stream = super().connect_tcp(proxy.host, proxy_port, limit.remaining())
            if proxy.scheme == "https":
                trusted = build_ssl_context(self._egress.ca_file)
                stream = stream.start_tls(trusted, proxy.host, limit.remaining())
            name = f"[{host.strip('[]')}]" if ":" in host else host
            return self._open_tunnel(stream, proxy, f"{name}:{port}", limit)
        except ProxyConnectError:
            raise
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            raise ProxyConnectError(self._egress.proxy_host) from error

    def _open_tunnel(
        self, stream: httpcore.NetworkStream, proxy: httpx.URL, target: str, limit: Deadline
    ) -> httpcore.NetworkStream:
        headers: dict[bytes | str, bytes | str] = {"Host": target}
        if proxy.username or proxy.password:
            login = b64encode(f"{proxy.username}:{proxy.password}".encode()).decode()
            headers["Proxy-Authorization"] = f"Basic {login}"
        url = httpcore.URL(scheme="http", host=proxy.host, port=proxy.port, target=target)
        seconds = limit.remaining()
        request = httpcore.Request(
            "CONNECT",
            url,
            headers=headers,
            extensions={"timeout": {"read": seconds, "write": seconds}},
        )
        response = httpcore.HTTP11Connection(url.origin, stream).handle_request(request)
        if not 200 <= response.status < 300:
            stream.close()
            raise ProxyConnectError(self._egress.proxy_host, response.status)
        tunnel: httpcore.NetworkStream = response.extensions["network_stream"]
        return tunnel

    def resolve(self, host: str, port: int, deadline: Deadline) -> list[str]:
        """Resolve the host, or the proxy's; the latter may have any address."""
        addresses = super().resolve(host, port, deadline)
        allowed = self._egress.private_hosts
        if allowed is not None and not self._egress.proxy:
            for address in allowed.find_unlisted(host, addresses):
                raise PrivateAddressError(f"{host} is {address}")
        return addresses
