"""The mock_api against a server that misbehaves, on loopback."""

import gzip
import socket
import threading
import time
import tracemalloc
from contextlib import suppress

import pytest

from tenants.authlete import ConnectionPool, errors
from tenants.authlete.operation import Effect, Operation
from tenants.authlete.outcome import Outcome
from tenants.authlete.transport import connection_pool, egress
from tenants.authlete.transport.deadline import Deadline

PING = Operation("ping", "GET /ping", dict)
PUSH = Operation("push", "POST /push", dict, Effect.CHANGE)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture
def server():
    """Answer each connection by a function of (socket, request bytes)."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)
    stopped = threading.Event()
    requests = []

    def serve(connection):
        with connection:
            connection.settimeout(10)
            while data := connection.recv(65536):
                requests.append((connection.getpeername()[1], data))
                if behave(connection, stopped) == "close":
                    return

    def guarded(connection):
        with suppress(OSError):
            serve(connection)

    def accept():
        while not stopped.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=guarded, args=[connection], daemon=True).start()

    behave = resets

    def start(how):
        nonlocal behave
        behave = how
        threading.Thread(target=accept, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}", requests

    yield start
    stopped.set()
    listener.close()


def says(*parts, close=True):
    def behave(connection, _):
        for part in parts:
            connection.sendall(part)
        if not close:
            return None
        # What is left unread at a close would turn the end of the answer into a reset.
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
        return "close"

    return behave


def drips(head, byte):
    def behave(connection, stopped):
        connection.sendall(head)
        while not stopped.wait(0.05):
            connection.sendall(byte)
        return "close"

    return behave


def resets(connection, _):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    return "close"


def then(*steps):
    """One step of misbehaviour after the other."""

    def behave(connection, stopped):
        ends = [step(connection, stopped) for step in steps]
        return ends[-1]

    return behave


def build_response(body, *headers):
    """Return a complete response with the given headers."""
    lines = [b"HTTP/1.1 200 OK", *headers, b"Content-Length: %d" % len(body)]
    return b"\r\n".join([*lines, b"", body])


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
MANY = [b"X-%d: x" % number for number in range(20_000)]
HALF = b"HTTP/1.1 200 OK\r\nConte"
BOMB = gzip.compress(b"[" + b" " * 64_000_000 + b"]")


@pytest.mark.parametrize(
    ("behave", "kind"),
    [
        (says(HEAD, b"{"), errors.NoResponseError),
        (says(b""), errors.NoResponseError),
        (resets, errors.NoResponseError),
        (says(b"HTTP/1.1 9999 What\r\n\r\n"), errors.NoResponseError),
        (says(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 9_000_000), errors.ResponseTooLargeError),
        (
            says(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", BOMB),
            errors.ResponseTooLargeError,
        ),
        (
            says(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", BOMB[:99]),
            errors.InvalidResponseError,
        ),
        (
            says(b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n", b"x"),
            errors.InvalidResponseError,
        ),
        (then(says(HALF, close=False), resets), errors.NoResponseError),
        (says(HALF), errors.NoResponseError),
        (then(says(HEAD, b"{", close=False), resets), errors.NoResponseError),
        (says(b"HTTP/1.1 100 Continue\r\n\r\n" * 5), errors.NoResponseError),
        (says(build_response(b"{}", b"Content-Length: 3")), errors.NoResponseError),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}"), errors.NoResponseError),
        (says(build_response(b"{}", b"X: a\0b")), errors.NoResponseError),
        (says(build_response(b"{}", b"X: " + b"x" * 2_000_000)), errors.NoResponseError),
        (
            says(build_response(b"{}", *[b"X-%d: x" % n for n in range(20_000)])),
            errors.NoResponseError,
        ),
        (says(b"GET / HTTP/1.1\r\n\r\n"), errors.NoResponseError),
        (says(b"\x16\x03\x01" * 99), errors.NoResponseError),
        (says(build_response(b'{"a": {"b"')), errors.InvalidResponseError),
        (says(build_response(b"[]")), errors.InvalidResponseError),
        (says(build_response(b"<html>Welcome</html>")), errors.InvalidResponseError),
        (says(build_response(b"")), errors.InvalidResponseError),
        (says(build_response(b'{"a":"\xff"}')), errors.InvalidResponseError),
        (says(build_response(b'{"a":' * 20_000)), errors.InvalidResponseError),
        (says(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"), errors.ServerError),
        (says(b"HTTP/1.1 408 No\r\nContent-Length: 0\r\n\r\n"), errors.UnexpectedStatusError),
        (says(b"HTTP/1.1 307 No\r\nLocation: /push\r\n\r\n"), errors.UnexpectedStatusError),
    ],
)
def test_misbehaving_servers_have_unknown_outcomes(server, make_client, audit_sink, behave, kind):
    ends_as_unknown(server, make_client, audit_sink, behave, kind, 60)  # however busy it is here


@pytest.mark.parametrize(
    "behave", [drips(HEAD, b" "), drips(b"HTTP/1.1 200 OK\r\n", b"X-Long: 1\r\n"), drips(b"", b"")]
)
def test_endless_responses_end_at_the_deadline(server, make_client, audit_sink, behave):
    started = time.monotonic()

    ends_as_unknown(server, make_client, audit_sink, behave, errors.NoResponseError, 1.5)

    assert time.monotonic() - started < 8


def ends_as_unknown(server, make_client, audit_sink, behave, kind, seconds):
    base, requests = server(behave)

    with pytest.raises(kind) as caught:
        make_client(base, timeout_seconds=seconds).send(PUSH)

    assert caught.value.outcome is Outcome.UNKNOWN
    assert audit_sink.outcomes[0].outcome is Outcome.UNKNOWN
    assert len({port for port, _ in requests}) == 1
    assert b"".join(data for _, data in requests).count(b"POST /push") == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n" * 500 + OK,
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 500 + OK,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n{}",
        b"HTTP/1.0 200 OK\r\n\r\n{}",
    ],
)
def test_unusual_but_valid_responses_are_accepted(server, make_client, answer):
    base, _ = server(says(answer))

    assert make_client(base).send(PUSH) == {}


@pytest.mark.parametrize("zipped", [False, True])
def test_huge_response_is_read_up_to_the_limit(server, make_client, zipped):
    """64 MB, or 64 kB that become 64 MB."""

    def behave(connection, stopped):
        coding = b"Content-Encoding: gzip\r\n" if zipped else b""
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + coding + b"\r\n")
        pieces = [BOMB] if zipped else [b" " * 1_000_000] * 64
        for piece in pieces:
            connection.sendall(piece)
        return "close"

    base, _ = server(behave)
    tracemalloc.start()

    with pytest.raises(errors.ResponseTooLargeError):
        make_client(base).send(PUSH)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40_000_000


def test_endless_interim_responses_end_at_the_deadline(server, make_client):
    def behave(connection, stopped):
        while not stopped.is_set():
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)
        return "close"

    base, _ = server(behave)
    started = time.monotonic()

    with pytest.raises(errors.NoResponseError):
        make_client(base, timeout_seconds=1).send(PUSH)

    assert time.monotonic() - started < 8  # the flood would go on for ever


def test_broken_read_is_retried_on_a_new_connection(server, make_client):
    answers = iter([resets, says(OK)])
    base, requests = server(lambda *on: next(answers)(*on))

    assert make_client(base).send(PING) == {}
    assert len({port for port, _ in requests}) == 2


def test_refused_connection_is_not_sent(make_client, audit_sink):
    with socket.socket() as taken:  # so that nobody else does
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

        with pytest.raises(errors.UnreachableError):
            make_client(f"http://127.0.0.1:{port}").send(PUSH)

    assert audit_sink.outcomes[0].outcome is Outcome.NOT_SENT


def test_gzip_is_decoded(server, make_client):
    body = gzip.compress(b'{"a":1}')
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    base, _ = server(says(head % len(body), body))

    assert make_client(base).send(PING) == {"a": 1}


def test_last_used_connection_is_reused(server, make_client):
    base, requests = server(says(OK, close=False))
    authlete = make_client(base)

    for _ in range(3):
        authlete.send(PING)

    assert len({port for port, _ in requests}) == 1


def test_writes_use_fresh_connections(server, make_client, monkeypatch):
    base, requests = server(says(OK, close=False))
    authlete = make_client(base)
    monkeypatch.setattr(connection_pool, "MAX_IDLE_SECONDS_FOR_WRITES", 0.05)

    authlete.send(PING)
    time.sleep(0.1)
    authlete.send(PUSH)
    authlete.send(PING)

    ports = [port for port, _ in requests]
    assert ports[0] != ports[1] == ports[2]


def test_failed_connection_is_closed(server, make_client):
    base, requests = server(says(HEAD, b"{", close=False))
    authlete = make_client(base, timeout_seconds=1)

    for _ in range(2):
        with pytest.raises(errors.NoResponseError):
            authlete.send(PUSH)

    assert len({port for port, _ in requests}) == 2


def test_cookies_and_redirects_are_ignored(server, make_client):
    moved = b"HTTP/1.1 302 F\r\nLocation: /x\r\nSet-Cookie: a=b; Path=/\r\n"
    base, requests = server(says(moved + b"Content-Length: 0\r\n\r\n", close=False))
    authlete = make_client(base)

    for _ in range(2):
        with pytest.raises(errors.UnexpectedStatusError):
            authlete.send(PING)

    assert len(requests) == 2
    assert not any(b"ookie" in data for _, data in requests)


def test_proxies_of_the_environment_are_ignored(server, make_client, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    base, _ = server(says(OK))

    assert make_client(base).send(PING) == {}


def test_connections_of_a_region_are_limited():
    lines = ConnectionPool("http://127.0.0.1:9", max_connections=1)

    with (
        lines.lease(Deadline(1), fresh=False),
        pytest.raises(errors.PoolTimeoutError),
        lines.lease(Deadline(0.05), fresh=False),
    ):
        pass


def test_there_is_one_tls_context():
    assert egress.build_ssl_context() is egress.build_ssl_context()
    assert egress.build_ssl_context().check_hostname
