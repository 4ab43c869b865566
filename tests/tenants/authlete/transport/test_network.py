"""Names and certificates, against a server that speaks TLS on loopback."""

import socket
import threading
import time
from datetime import timedelta

import pytest

from tenants.authlete import errors
from tenants.authlete.errors import Outcome, UnreachableReason
from tenants.authlete.operation import Effect, Operation
from tests.support.authlete import HOST
from tests.support.tls import NOW, Issuer

PUSH = Operation("push", "POST", "/push", dict, Effect.CHANGE)


@pytest.fixture
def push(make_client, issuer):
    """Send one mutation to a port, trusting the test's authority."""

    def send(port, host=HOST, seconds=5.0, context=None):
        lines = {"ssl_context": context or issuer.trust()}
        address = f"https://{host}:{port}"
        return make_client(address, lines=lines, timeout_seconds=seconds).send(PUSH)

    return send


def refusal(push, *arguments, **options):
    with pytest.raises(errors.UnreachableError) as caught:
        push(*arguments, **options)
    assert caught.value.outcome is Outcome.NOT_SENT
    return caught.value


def test_speaks_to_a_server_that_proves_its_name(push, serve, issuer, names, tmp_path):
    port, heard, asked_for = serve(issuer.server(tmp_path))

    assert push(port) == {}

    assert b"POST /push" in heard[0]
    assert asked_for == [HOST]


@pytest.mark.parametrize(
    ("says", "certificate"),
    [
        ("expired", {"ends": NOW - timedelta(days=2)}),
        ("mismatch", {"host": "other.test"}),
    ],
)
def test_sends_nothing_to_a_wrong_certificate(
    push, serve, issuer, names, tmp_path, says, certificate
):
    port, heard, _ = serve(issuer.server(tmp_path, **certificate))

    error = refusal(push, port)

    assert error.reason is UnreachableReason.TLS
    assert says in str(error)
    assert heard == []


def test_sends_nothing_to_an_unknown_authority(push, serve, issuer, names, tmp_path):
    port, heard, _ = serve(Issuer().server(tmp_path))

    error = refusal(push, port)

    assert error.reason is UnreachableReason.TLS
    assert "certificate" in str(error)
    assert heard == []


def test_trusts_no_authority_of_the_test_in_production(make_client, serve, issuer, names, tmp_path):
    port, heard, _ = serve(issuer.server(tmp_path))

    with pytest.raises(errors.UnreachableError) as caught:
        make_client(f"https://{HOST}:{port}").send(PUSH)

    assert caught.value.reason is UnreachableReason.TLS
    assert heard == []


def test_says_that_a_server_does_not_speak_tls(push, serve, names):
    port, heard, _ = serve(None)

    assert refusal(push, port).reason is UnreachableReason.TLS
    assert not any(b"POST" in data for data in heard)


def test_says_that_a_connection_was_refused(push, names):
    with socket.socket() as taken:  # so that nobody else listens there
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

        assert refusal(push, port).reason is UnreachableReason.CONNECTION_REFUSED


def test_says_that_a_name_is_not_known(push, names):
    def unknown():
        raise socket.gaierror(-2, "Name or service not known")

    names[HOST] = unknown

    error = refusal(push, 443)

    assert error.reason is UnreachableReason.DNS
    assert HOST in str(error)


def test_says_that_a_name_has_no_address(push, names):
    names[HOST] = list

    assert refusal(push, 443).reason is UnreachableReason.OTHER


def test_does_not_wait_for_a_resolver_that_hangs(push, names):
    hang = threading.Event()
    names[HOST] = lambda: hang.wait(10) and []
    started = time.monotonic()

    error = refusal(push, 443, seconds=0.3)

    assert error.reason is UnreachableReason.TIMEOUT
    assert time.monotonic() - started < 8  # of the 10 that it hangs
    hang.set()


def test_a_name_that_hangs_holds_up_no_other_and_one_thread(push, serve, issuer, names, tmp_path):
    hang = threading.Event()
    names["black.test"] = lambda: hang.wait(10) and []
    port, _, _ = serve(issuer.server(tmp_path))

    for _ in range(5):
        refusal(push, 443, host="black.test", seconds=0.05)

    assert push(port) == {}
    assert names.asked.count("black.test") == 1
    hang.set()


def test_tries_the_next_address(push, serve, issuer, names, tmp_path, monkeypatch):
    port, _, _ = serve(issuer.server(tmp_path))
    connect = socket.create_connection
    tried = []

    def broken_first(address, *arguments, **options):
        tried.append(address[0])
        if address[0] == "127.0.0.2":
            raise ConnectionRefusedError
        return connect(address, *arguments, **options)

    monkeypatch.setattr(socket, "create_connection", broken_first)
    names[HOST] = lambda: ["127.0.0.2", "127.0.0.1"]

    assert push(port) == {}
    assert tried == ["127.0.0.2", "127.0.0.1"]
