"""Why a connection could not be opened, and which setting would change it."""

import socket
import ssl
from contextlib import suppress

import httpcore
import httpx
from cryptography import x509

from tenants.authlete.errors import UnreachableError, UnreachableReason
from tenants.authlete.messages import Message, make_printable
from tenants.authlete.messages import gettext_noop as _
from tenants.authlete.transport.deadline import Deadline
from tenants.authlete.transport.egress import (
    Egress,
    PrivateAddressError,
    ProxyConnectError,
    RegionNetworkBackend,
)

# Of OpenSSL: self-signed, also in the chain, and issuer unknown.
UNTRUSTED_ISSUER_CODES = (18, 19, 20, 21)
ISSUER_TIMEOUT_SECONDS = 3.0


def classify_connect_error(
    error: Exception, url: httpx.URL, egress: Egress, deadline: Deadline
) -> UnreachableError:
    """Find out which step of connecting failed, from the causes of httpx's error."""
    causes = _list_causes(error)
    host = url.host
    for cause in causes:
        match cause:
            case ProxyConnectError(status=int() as status):
                return _describe_proxy_response(cause.host, status, host)
            case ProxyConnectError():
                url, egress = httpx.URL(egress.proxy), Egress(ca_file=egress.ca_file)
                host = cause.host
            case PrivateAddressError():
                text = _(
                    "{host} has a private address that isn't allowed."
                    " The setting is AUTHLETE_PRIVATE_HOSTS."
                )
                return UnreachableError(Message(text, host=host), UnreachableReason.DNS)
    for cause in reversed(causes):
        match cause:
            case socket.gaierror():
                text = _("The host name {host} was not found.")
                return UnreachableError(Message(text, host=host), UnreachableReason.DNS)
            case ssl.SSLCertVerificationError():
                message = _describe_certificate(cause, url, egress, deadline)
                return UnreachableError(message, UnreachableReason.TLS)
            case ssl.SSLError():
                text = _("The TLS handshake with {host} failed.")
                return UnreachableError(Message(text, host=host), UnreachableReason.TLS)
            case ConnectionRefusedError():
                text = _("{host} refused the connection.")
                message = Message(text, host=host)
                return UnreachableError(message, UnreachableReason.CONNECTION_REFUSED)
            case ConnectionError():
                text = _("{host} reset the connection before a request was sent.")
                return UnreachableError(Message(text, host=host))
            case TimeoutError() | httpx.TimeoutException():
                text = _("The connection to {host} timed out.")
                return UnreachableError(Message(text, host=host), UnreachableReason.TIMEOUT)
            case httpcore.ProtocolError():
                text = _("{host} is not an HTTP proxy. The setting is AUTHLETE_PROXY.")
                return UnreachableError(Message(text, host=host), UnreachableReason.PROXY)
    text = _("The connection failed ({kind}).")
    return UnreachableError(Message(text, kind=type(error).__name__))


def find_missing_client_certificate(error: Exception, host: str) -> UnreachableError | None:
    """Return an error if the server ended the handshake for want of a certificate.

    In TLS 1.3 the client notices only after it has sent the request, which the server can't read.
    """
    for cause in _list_causes(error):
        if isinstance(cause, ssl.SSLError) and "CERTIFICATE_REQUIRED" in (cause.reason or ""):
            text = _("{host} requires a client certificate. The setting is AUTHLETE_CLIENT_CERT.")
            return UnreachableError(Message(text, host=host), UnreachableReason.TLS)
    return None


def _list_causes(error: BaseException) -> list[BaseException]:
    causes = [error]
    while inner := causes[-1].__cause__ or causes[-1].__context__:
        causes.append(inner)
    return causes


def _describe_proxy_response(proxy: str, status: int, host: str) -> UnreachableError:
    if status == httpx.codes.PROXY_AUTHENTICATION_REQUIRED:
        text = _(
            "The proxy {proxy} rejected Meridian's user name or password (407)."
            " The setting is AUTHLETE_PROXY."
        )
    else:
        text = _("The proxy {proxy} didn't connect to {host} ({status}).")
    message = Message(text, proxy=proxy, host=host, status=status)
    return UnreachableError(message, UnreachableReason.PROXY)


def _describe_certificate(
    error: ssl.SSLCertVerificationError, url: httpx.URL, egress: Egress, deadline: Deadline
) -> Message:
    issuer = ""
    if error.verify_code in UNTRUSTED_ISSUER_CODES:
        issuer = _fetch_issuer(url, egress, Deadline(deadline.remaining(ISSUER_TIMEOUT_SECONDS)))
    if not issuer:
        text = _("The certificate of {host} is not trusted: {why}.")
        return Message(text, host=url.host, why=error.verify_message.lower())
    text = _(
        "The certificate of {host} is not trusted: Meridian doesn't know its issuer, {issuer}."
        " The setting is AUTHLETE_CA_FILE."
    )
    return Message(text, host=url.host, issuer=issuer)


def _fetch_issuer(url: httpx.URL, egress: Egress, deadline: Deadline) -> str:
    """Connect once more to read the certificate; return its issuer, or ""."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # nothing is sent
    network = RegionNetworkBackend(egress)
    network.deadline = deadline
    with suppress(httpcore.NetworkError, httpcore.TimeoutException, ValueError):
        stream = network.connect_tcp(url.host, url.port or 443, deadline.remaining())
        tls = stream.start_tls(context, url.host, deadline.remaining())
        der = tls.get_extra_info("ssl_object").getpeercert(True)
        tls.close()
        return make_printable(x509.load_der_x509_certificate(der).issuer.rfc4514_string())
    return ""
