"""Send one HTTP request, within a deadline and a limit on the size of the response."""

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
)
from tenants.authlete.messages import Message
from tenants.authlete.messages import gettext_noop as _
from tenants.authlete.transport.connect_errors import (
    classify_connect_error,
    find_missing_client_certificate,
)
from tenants.authlete.transport.connection_pool import CONNECT_TIMEOUT_SECONDS, ConnectionPool
from tenants.authlete.transport.deadline import Deadline

MAX_PROBE_BYTES = 100_000
DEFAULT_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "User-Agent": "Meridian",
}
PROBE_TIMEOUT_SECONDS = 3.0
DECODE_CHUNK_BYTES = 65_536  # limits what a small gzip body can expand to at once


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request to be sent; everything but the method may contain a secret."""

    method: str
    path: str = field(repr=False)
    query: httpx.QueryParams = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RawResponse:
    """A complete response of any status."""

    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)


def send_request(
    pool: ConnectionPool,
    raw_request: RawRequest,
    deadline: Deadline,
    *,
    fresh: bool,
    max_bytes: int,
) -> RawResponse:
    """Send a request once and return the complete response of at most ``max_bytes``.

    Raises `NotSentError` if nothing was sent, and `UnknownOutcomeError` if no complete
    response arrived.
    """
    request = _build_request(pool.base_url, raw_request, deadline)
    try:
        with pool.lease(deadline, fresh=fresh) as connection:
            response = connection.transport.handle_request(request)
            try:
                body = b"".join(_read_body(response, deadline, max_bytes))
            finally:
                response.close()
            return RawResponse(response.status_code, response.headers, body)
    except AuthleteError:
        raise
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise classify_connect_error(error, request.url, pool.egress, deadline) from None
    except Exception as error:  # something may have been sent
        if refusal := find_missing_client_certificate(error, request.url.host):
            raise refusal from None
        raise NoResponseError(_describe_failure(error)) from None


def probe(pool: ConnectionPool) -> None:
    """Find out whether a region responds; tell its circuit breaker."""
    try:
        is_healthy = fetch_root(pool).status < 500
    except AuthleteError:
        is_healthy = False
    pool.circuit_breaker.record_probe(is_healthy=is_healthy)


def fetch_root(pool: ConnectionPool) -> RawResponse:
    """Send a request without a credential: any complete response below 500 is a good one."""
    request = RawRequest("GET", "/", httpx.QueryParams(), {})
    deadline = Deadline(PROBE_TIMEOUT_SECONDS)
    return send_request(pool, request, deadline, fresh=True, max_bytes=MAX_PROBE_BYTES)


def _build_request(base_url: str, raw_request: RawRequest, deadline: Deadline) -> httpx.Request:
    timeout = httpx.Timeout(
        deadline.remaining(), connect=deadline.remaining(CONNECT_TIMEOUT_SECONDS)
    )
    try:
        return httpx.Request(
            raw_request.method,
            base_url + raw_request.path,
            params=raw_request.query or None,
            headers=DEFAULT_HEADERS | raw_request.headers,
            content=raw_request.body,
            extensions={"timeout": timeout.as_dict()},
        )
    except (httpx.InvalidURL, ValueError):  # their messages may contain the path
        raise InvalidRequestError(Message(_("The request is not valid HTTP."))) from None


def _describe_failure(error: Exception) -> str:
    match error:
        case httpx.TimeoutException():
            return Message(_("No complete response arrived in time."))
        case httpx.NetworkError() | httpx.RemoteProtocolError():
            return Message(_("The connection was lost before the complete response arrived."))
    # The error's own message may contain what was sent.
    return Message(_("No complete response arrived ({kind})."), kind=type(error).__name__)


def _read_body(response: httpx.Response, deadline: Deadline, max_bytes: int) -> Iterator[bytes]:
    size = 0
    for chunk in _iter_decoded(response):
        size += len(chunk)
        if size > max_bytes:
            message = Message(_("The response exceeds {most} bytes."), most=max_bytes)
            raise ResponseTooLargeError(message, status=response.status_code)
        if not deadline.remaining():
            message = Message(_("The response took too long."))
            raise NoResponseError(message, status=response.status_code)
        yield chunk


def _iter_decoded(response: httpx.Response) -> Iterator[bytes]:
    match response.headers.get("Content-Encoding", "identity").strip().lower():
        case "identity" | "":
            yield from response.iter_raw()
        case "gzip" | "x-gzip":
            yield from _iter_gunzipped(response)
        case _:
            message = Message(_("The response has an unsupported content encoding."))
            raise InvalidResponseError(message, status=response.status_code)


def _iter_gunzipped(response: httpx.Response) -> Iterator[bytes]:
    decompressor = zlib.decompressobj(wbits=31)
    try:
        for data in response.iter_raw():
            while data:
                yield decompressor.decompress(data, DECODE_CHUNK_BYTES)
                data = decompressor.unconsumed_tail
        if not decompressor.eof:
            message = Message(_("The response is incomplete."))
            raise InvalidResponseError(message, status=response.status_code)
    except zlib.error:
        message = Message(_("The response is not valid gzip."))
        raise InvalidResponseError(message, status=response.status_code) from None
