"""HTTP/1.1 on one connection, which is kept open from one request to the next.

h11 knows the protocol, and takes nothing that it does not allow; the socket and its
waits are ours. httpx and httpcore, which do the same around h11, cost four times as
much a call (measured, `performance.md`, section 3).
"""

import select
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import h11
import httpx

from tenants.authlete.deadline import Deadline
from tenants.authlete.errors import Unsendable
from tenants.authlete.network import Peer, connected, unreachable

SLICE = 16_384  # bytes written between two looks at the clock
READ = 65_536  # bytes read at most between two
HEAD = 100_000  # bytes of an answer's head at most


@dataclass(frozen=True, slots=True)
class Question:
    """A request, ready to be sent; all but its method can hold a secret."""

    method: str
    path: str = field(repr=False)
    query: httpx.QueryParams = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)

    @property
    def target(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer whose body is still to be read, to its end."""

    status: int
    headers: Mapping[str, str] = field(repr=False)  # names in small letters
    pieces: Iterator[bytes] = field(repr=False)


class Wire(Protocol):
    """One connection."""

    def ask(self, question: Question, deadline: Deadline) -> Reply:
        """Send a request; the answer's head is there when this returns.

        Raises `Unreachable` and `Unsendable` when nothing was sent, and `OSError`
        when nobody knows. The whole reply must be read before anything else is
        asked, and whatever failed be closed.
        """
        ...

    def close(self) -> None: ...


class SocketWire:
    """A connection to a real region, made when it is first needed."""

    def __init__(self, base_url: str, context: ssl.SSLContext | None = None) -> None:
        self._peer = Peer.of(base_url)
        self._path = httpx.URL(base_url).raw_path.decode("ascii").rstrip("/")
        self._context = context
        self._stream: socket.socket | None = None
        self._http = h11.Connection(h11.CLIENT)
        self._deadline = Deadline(0)

    def ask(self, question: Question, deadline: Deadline) -> Reply:
        self._deadline = deadline
        stream = self._opened()
        self._write(stream, self._written(question))
        try:
            head = self._event(stream)
            if not isinstance(head, h11.Response):
                raise ConnectionError("no answer came")
        except h11.RemoteProtocolError as error:
            raise ConnectionError("what came is not HTTP") from error
        return Reply(head.status_code, _read(head), self._pieces(stream))

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _opened(self) -> socket.socket:
        if self._stream is not None and _has_news(self._stream):
            self.close()  # that its other end is closed: nothing was asked
        if self._stream is None:
            self._stream = connected(self._peer, self._deadline, self._context)
            self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD)
        return self._stream

    def _written(self, question: Question) -> bytes:
        body = question.body or b""
        headers = [("Host", self._peer.header), *question.headers.items()]
        if question.body is not None:
            headers.append(("Content-Length", str(len(body))))
        target = self._path + question.target
        try:
            request = h11.Request(
                method=question.method, target=target, headers=headers
            )
            sent = self._http.send(request)
            if body:
                sent += self._http.send(h11.Data(data=body))
            return sent + self._http.send(h11.EndOfMessage())
        except (h11.LocalProtocolError, UnicodeError):  # whose message may hold it
            raise Unsendable("The request cannot be written.") from None

    def _write(self, stream: socket.socket, data: bytes) -> None:
        try:
            for start in range(0, len(data), SLICE):
                stream.settimeout(self._left())
                stream.sendall(data[start : start + SLICE])
        except (BrokenPipeError, ConnectionResetError):
            pass  # who refuses before all is read may have said why

    def _pieces(self, stream: socket.socket) -> Iterator[bytes]:
        try:
            while isinstance(event := self._event(stream), h11.Data):
                yield bytes(event.data)
            if self._http.our_state is self._http.their_state is h11.DONE:
                self._http.start_next_cycle()
            else:
                self.close()
        except h11.RemoteProtocolError as error:
            raise ConnectionError("what came is not HTTP") from error

    def _event(self, stream: socket.socket) -> h11.Event:
        """The next thing that the other side says, but for what it says early."""
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                stream.settimeout(self._left())
                self._http.receive_data(stream.recv(READ))
            elif not isinstance(event, h11.Event):
                raise ConnectionError("what came is not HTTP")
            elif not isinstance(event, h11.InformationalResponse):
                return event

    def _left(self) -> float:
        if not (left := self._deadline.left()):
            raise TimeoutError("the deadline has passed")
        return left


class BorrowedWire:
    """A transport of httpx's, such as tests and the sandbox have."""

    def __init__(self, base_url: str, transport: httpx.BaseTransport) -> None:
        self._base_url = base_url
        self._transport = transport

    def ask(self, question: Question, deadline: Deadline) -> Reply:
        try:
            request = httpx.Request(
                question.method,
                self._base_url + question.target,
                headers=question.headers,
                content=question.body,
            )
        except (httpx.InvalidURL, ValueError):  # whose message may hold the path
            raise Unsendable("The request cannot be written.") from None
        try:
            answer = self._transport.handle_request(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise unreachable(error, request.url.host) from None
        except httpx.HTTPError as error:
            raise _as_system(error) from error
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Reply(answer.status_code, headers, self._pieces(answer))

    def close(self) -> None:
        self._transport.close()

    def _pieces(self, answer: httpx.Response) -> Iterator[bytes]:
        try:
            yield from answer.iter_raw()
        except httpx.HTTPError as error:
            raise _as_system(error) from error
        finally:
            answer.close()


def _read(head: h11.Response) -> dict[str, str]:
    found: dict[str, str] = {}
    for raw, value in head.headers:
        name, text = raw.decode("ascii"), value.decode("latin-1")
        found[name] = f"{found[name]}, {text}" if name in found else text
    return found


def _as_system(error: httpx.HTTPError) -> OSError:
    slow = isinstance(error, httpx.TimeoutException)
    return TimeoutError() if slow else ConnectionError()


def _has_news(stream: socket.socket) -> bool:
    """Whether something came that nobody asked for; mostly the end."""
    poll = select.poll()
    poll.register(stream, select.POLLIN)
    return bool(poll.poll(0))
