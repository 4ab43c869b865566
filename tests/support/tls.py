"""A certificate authority and a resolver for tests of TLS and names."""

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.authlete import HOST

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

    def __init__(self, name="Test authority"):
        self.name = name
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = (
            self._draft(name, self.key, NOW + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(SIGNS, critical=True)
            .sign(self.key, hashes.SHA256())
        )

    def _draft(self, name, key, ends):
        public = self.key.public_key()
        return (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named(self.name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=9))
            .not_valid_after(ends)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), False)
        )

    def write_certificate(self, file, *, host=HOST, ends=NOW + timedelta(days=1)):
        """Write a key and its certificate for ``host``."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            self._draft(host, key, ends)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), False)
            .sign(self.key, hashes.SHA256())
        )
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        return str(file)

    def server(self, folder, **options):
        """A context that shows a certificate for a host."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.write_certificate(folder / "server.pem", **options))
        return context

    def write_ca(self, folder):
        """Write the authority's own certificate; return the path."""
        file = folder / f"{self.name}.pem"
        file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        return str(file)

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
        received, asked_for = [], []
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
                received.append(connection.recv(65536))
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                return
            with context.wrap_socket(connection, server_side=True) as stream:
                data = b""
                while not data.endswith(b"{}"):
                    if not (chunk := stream.recv(65536)):
                        return
                    received.append(chunk)
                    data += chunk
                stream.sendall(OK)

        threading.Thread(target=accept, daemon=True).start()
        return listener.getsockname()[1], received, asked_for

    yield start
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)  # ends accept() in its thread
        listener.close()
