"""Names and certificates, against a server that speaks TLS on loopback."""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tenants.authlete import errors
from tenants.authlete.errors import Outcome, UnreachableReason
from tenants.authlete.operation import Effect, Operation
from tests.support.authlete import HOST

PUSH = Operation("push", "POST", "/push", dict, Effect.CHANGE)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
NOW = datetime.now(UTC)
SIGNS = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


class Issuer:
    """An authority of certificates."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = (
            self._draft("Test authority", self.key, NOW + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(SIGNS, critical=True)
            .sign(self.key, hashes.SHA256())
        )

    def _draft(self, name, key, ends):
        public = self.key.public_key()
        return (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named("Test authority"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=9))
            .not_valid_after(ends)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), False)
        )

    def server(self, folder, *, host=HOST, ends=NOW + timedelta(days=1)):
        """A context that shows a certificate for ``host``."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            self._draft(host, key, ends)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), False)
            .sign(self.key, hashes.SHA256())
        )
        file = folder / "server.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def trust(self):
        """A client's context as ours, that knows this authority and no other."""
        context = ssl.create_default_context()
        pem = self.certificate.public_bytes(serialization.Encoding.PEM).decode()
        context.load_verify_locations(cadata=pem)
        return context


def named(name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


@pytest.fixture(scope="module")
def issuer():
    return Issuer()


class Names(dict[str, Callable[[], list[str]]]):
    """What the system's resolver says to a name; it may also block or fail."""

    def __init__(self):
        super().__init__({HOST: lambda: ["127.0.0.1"]})
        self.asked = []
        self._real = socket.getaddrinfo

    def look_up(self, host, port, *arguments, **options):
        if host not in self:
            return self._real(host, port, *arguments, **options)
        self.asked.append(host)
        kind = socket.AF_INET, socket.SOCK_STREAM, 6, ""
        return [(*kind, (address, port)) for address in self[host]()]


@pytest.fixture
def names(monkeypatch):
    names = Names()
    monkeypatch.setattr(socket, "getaddrinfo", names.look_up)
    return names


@pytest.fixture
def serve():
    """Speak TLS with a context; collect what clients say, and whom they ask for."""
    listeners = []

    def start(context):
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        heard, asked_for = [], []
        if context:
            context.sni_callback = lambda _, name, __: asked_for.append(name)

        def accept():
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    connection.settimeout(5)
                    with connection, suppress(OSError):
                        answer(connection)

        def answer(connection):
            if context is None:
                heard.append(connection.recv(65536))
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                return
            with context.wrap_socket(connection, server_side=True) as stream:
                while not b"".join(heard).endswith(b"{}"):
                    heard.append(stream.recv(65536))
                stream.sendall(OK)

        threading.Thread(target=accept, daemon=True).start()
        return listener.getsockname()[1], heard, asked_for

    yield start
    for listener in listeners:
        listener.close()


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
