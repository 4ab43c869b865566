"""One request and its answer on the wire, within a deadline and a limit of bytes."""

import socket
import ssl
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx

from tenants.authlete.errors import (
    AuthleteError,
    InvalidRequestError,
    InvalidResponseError,
    NoResponseError,
    ResponseTooLargeError,
    UnreachableError,
    UnreachableReason,
)
from tenants.authlete.messages import Message
from tenants.authlete.messages import gettext_noop as _
from tenants.authlete.transport.connection_pool import (
    CONNECT_TIMEOUT_SECONDS,
    ConnectionPool,
)
from tenants.authlete.transport.deadline import Deadline

MAX_RESPONSE_BYTES = 8_000_000  # bytes of an answer, decoded
DEFAULT_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "User-Agent": "Meridian",
}
DECODE_CHUNK_BYTES = 65_536  # bytes decoded at a time, so that a gzip bomb cannot go off


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request, ready to be sent; all but its method can hold a secret."""

    method: str
    path: str = field(repr=False)
    query: httpx.QueryParams = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RawResponse:
    """A whole answer, whatever it says."""

    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)


def send_request(
    pool: ConnectionPool, raw_request: RawRequest, deadline: Deadline, *, fresh: bool
) -> RawResponse:
    """Send ``question`` once and return the whole answer.

    Raises `NotSent` when nothing left, and `Unknown` when no whole answer came back.
    """
    request = _build_request(pool.base_url, raw_request, deadline)
    try:
        with pool.lease(deadline, fresh=fresh) as line:
            response = line.transport.handle_request(request)
            try:
                body = b"".join(_read_body(response, deadline))
            finally:
                response.close()
            return RawResponse(response.status_code, response.headers, body)
    except AuthleteError:
        raise
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise _classify_connect_error(error, request.url.host) from None
    except Exception as error:
        # Whatever it was, bytes may have left: only the above say otherwise.
        raise NoResponseError(_describe_failure(error)) from None


def _build_request(base_url: str, raw_request: RawRequest, deadline: Deadline) -> httpx.Request:
    """The request as httpx sends it; raises `Unsendable` when it cannot be."""
    wait = httpx.Timeout(deadline.remaining(), connect=deadline.remaining(CONNECT_TIMEOUT_SECONDS))
    try:
        return httpx.Request(
            raw_request.method,
            base_url + raw_request.path,
            params=raw_request.query or None,
            headers=DEFAULT_HEADERS | raw_request.headers,
            content=raw_request.body,
            extensions={"timeout": wait.as_dict()},
        )
    except (httpx.InvalidURL, ValueError):  # the message may hold the path
        raise InvalidRequestError(Message(_("The request cannot be written."))) from None


def _classify_connect_error(error: Exception, host: str) -> UnreachableError:
    """Which step of connecting failed; httpx tells only by what it was raised from."""
    causes: list[BaseException] = [error]
    while inner := causes[-1].__cause__ or causes[-1].__context__:
        causes.append(inner)
    for cause in reversed(causes):
        match cause:
            case socket.gaierror():
                text = _("The name {host} was not found.")
                return UnreachableError(Message(text, host=host), UnreachableReason.DNS)
            case ssl.SSLCertVerificationError(verify_message=str() as why):
                text = _("The certificate of {host} was not accepted: {why}.")
                return UnreachableError(
                    Message(text, host=host, why=why.lower()), UnreachableReason.TLS
                )
            case ssl.SSLError():
                text = _("{host} does not speak TLS with us.")
                return UnreachableError(Message(text, host=host), UnreachableReason.TLS)
            case ConnectionRefusedError():
                text = _("{host} refused the connection.")
                return UnreachableError(
                    Message(text, host=host), UnreachableReason.CONNECTION_REFUSED
                )
            case TimeoutError() | httpx.TimeoutException():
                text = _("{host} took too long to connect.")
                return UnreachableError(Message(text, host=host), UnreachableReason.TIMEOUT)
    text = _("No connection could be made ({kind}).")
    return UnreachableError(Message(text, kind=_error_name(error)))


def _describe_failure(error: Exception) -> str:
    match error:
        case httpx.TimeoutException():
            return Message(_("No whole answer came in time."))
        case httpx.NetworkError() | httpx.RemoteProtocolError():
            return Message(_("The connection broke before a whole answer came."))
    return Message(_("No whole answer came ({kind})."), kind=_error_name(error))


def _error_name(error: Exception) -> str:
    """What went wrong in one word; the message may hold what was sent."""
    return type(error).__name__


def _read_body(response: httpx.Response, deadline: Deadline) -> Iterator[bytes]:
    size = 0
    for piece in _iter_decoded(response):
        size += len(piece)
        if size > MAX_RESPONSE_BYTES:
            message = Message(_("The answer is over {most} bytes."), most=MAX_RESPONSE_BYTES)
            raise ResponseTooLargeError(message, status=response.status_code)
        if not deadline.remaining():
            message = Message(_("The answer took too long."))
            raise NoResponseError(message, status=response.status_code)
        yield piece


def _iter_decoded(response: httpx.Response) -> Iterator[bytes]:
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    match coding:
        case "identity" | "":
            yield from response.iter_raw()
        case "gzip" | "x-gzip":
            yield from _iter_gunzipped(response)
        case _:
            raise InvalidResponseError(
                Message(_("The answer is compressed in a way that was not asked for.")),
                status=response.status_code,
            )


def _iter_gunzipped(response: httpx.Response) -> Iterator[bytes]:
    unzip = zlib.decompressobj(wbits=31)
    try:
        for data in response.iter_raw():
            while data:
                yield unzip.decompress(data, DECODE_CHUNK_BYTES)
                data = unzip.unconsumed_tail
        if not unzip.eof:
            message = Message(_("The answer ends too early."))
            raise InvalidResponseError(message, status=response.status_code)
    except zlib.error:
        message = Message(_("The answer is not the gzip that it says."))
        raise InvalidResponseError(message, status=response.status_code) from None
