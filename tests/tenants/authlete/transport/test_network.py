"""Names and certificates, against a server that speaks TLS on loopback."""

import socket
import struct
import threading
import time
from datetime import timedelta

import pytest

from tenants.authlete import errors
from tenants.authlete.errors import UnreachableReason
from tenants.authlete.operation import Effect, Operation
from tenants.authlete.outcome import Outcome
from tenants.authlete.transport.egress import Egress
from tests.support.authlete import HOST
from tests.support.tls import NOW, Issuer

PUSH = Operation("push", "POST /push", dict, Effect.CHANGE)


@pytest.fixture
def push(make_client, issuer, tmp_path):
    """Send one mutation to a port, trusting the test's authority."""
    ca_file = issuer.write_ca(tmp_path)

    def send(port, host=HOST, seconds=5.0):
        lines = {"egress": Egress(ca_file=ca_file)}
        address = f"https://{host}:{port}"
        return make_client(address, pool_options=lines, timeout_seconds=seconds).send(PUSH)

    return send


def refusal(push, *arguments, **options):
    with pytest.raises(errors.UnreachableError) as caught:
        push(*arguments, **options)
    assert caught.value.outcome is Outcome.NOT_SENT
    return caught.value


def test_trusted_server_is_accepted(push, serve, issuer, names, tmp_path):
    port, received, asked_for = serve(issuer.server(tmp_path))

    assert push(port) == {}

    assert b"POST /push" in received[0]
    assert asked_for == [HOST]


@pytest.mark.parametrize(
    ("says", "certificate"),
    [("expired", {"ends": NOW - timedelta(days=2)}), ("mismatch", {"host": "other.test"})],
)
def test_nothing_is_sent_to_a_server_with_a_wrong_certificate(
    push, serve, issuer, names, tmp_path, says, certificate
):
    port, received, _ = serve(issuer.server(tmp_path, **certificate))

    error = refusal(push, port)

    assert error.reason is UnreachableReason.TLS
    assert says in str(error)
    assert received == []


def test_nothing_is_sent_to_a_server_with_an_unknown_authority(
    push, serve, issuer, names, tmp_path
):
    port, received, _ = serve(Issuer().server(tmp_path))

    error = refusal(push, port)

    assert error.reason is UnreachableReason.TLS
    assert "certificate" in str(error)
    assert received == []


def test_test_authority_is_not_trusted_by_default(make_client, serve, issuer, names, tmp_path):
    port, received, _ = serve(issuer.server(tmp_path))

    with pytest.raises(errors.UnreachableError) as caught:
        make_client(f"https://{HOST}:{port}").send(PUSH)

    assert caught.value.reason is UnreachableReason.TLS
    assert received == []


def test_failed_tls_handshake_is_reported(push, serve, names):
    port, received, _ = serve(None)

    assert refusal(push, port).reason is UnreachableReason.TLS
    assert not any(b"POST" in data for data in received)


def test_refused_connection_is_reported(push, names):
    with socket.socket() as taken:  # so that nobody else listens there
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

        assert refusal(push, port).reason is UnreachableReason.CONNECTION_REFUSED


def test_connection_that_is_reset_while_it_opens_is_reported(push, names):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def reset():
            connection, _ = listener.accept()
            with connection:
                connection.recv(1)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        threading.Thread(target=reset, daemon=True).start()
        error = refusal(push, listener.getsockname()[1])

    assert str(error) == f"{HOST} reset the connection before a request was sent."


def test_unknown_host_name_is_reported(push, names):
    def unknown():
        raise socket.gaierror(-2, "Name or service not known")

    names[HOST] = unknown

    error = refusal(push, 443)

    assert error.reason is UnreachableReason.DNS
    assert HOST in str(error)


def test_host_name_without_address_is_reported(push, names):
    names[HOST] = list

    assert refusal(push, 443).reason is UnreachableReason.OTHER


def test_hanging_resolver_ends_at_the_deadline(push, names):
    hang = threading.Event()
    names[HOST] = lambda: hang.wait(10) and []
    started = time.monotonic()

    error = refusal(push, 443, seconds=0.3)

    assert error.reason is UnreachableReason.TIMEOUT
    assert time.monotonic() - started < 8  # of the 10 that it hangs
    hang.set()


def test_hanging_lookup_uses_one_thread_and_does_not_delay_others(
    push, serve, issuer, names, tmp_path
):
    hang = threading.Event()
    names["black.test"] = lambda: hang.wait(10) and []
    port, _, _ = serve(issuer.server(tmp_path))

    for _ in range(5):
        refusal(push, 443, host="black.test", seconds=0.05)

    assert push(port) == {}
    assert names.asked.count("black.test") == 1
    hang.set()


def test_next_address_is_tried(push, serve, issuer, names, tmp_path, monkeypatch):
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
