"""HTTP servers for the sandbox: one listener per region and one for the IdP.

Python's own server sends headers and body in two packets, which costs a delayed ACK of
44 ms per call on kept connections. A buffered writer without Nagle's algorithm avoids
it.
"""

from __future__ import annotations

import io
import socket
import struct
import sys
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar

from tenants.sandbox.app import Sandbox
from tenants.sandbox.faults import BrokenConnectionError
from tenants.sandbox.http_messages import SandboxResponse
from tenants.sandbox.state import IDP

HOST = "127.0.0.1"
MAX_BODY_BYTES = 64 * 1_048_576
WATCH_INTERVAL_SECONDS = 0.05  # polling for regions that are down


class SandboxListener(ThreadingHTTPServer):
    """A listener for one host with a thread per connection."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024
    allow_reuse_address = True

    def __init__(self, port: int, sandbox: Sandbox, host: str) -> None:
        super().__init__((HOST, port), SandboxRequestHandler)
        self.sandbox, self.host = sandbox, host

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore disconnects; report all other errors."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class SandboxRequestHandler(BaseHTTPRequestHandler):
    """HTTP/1.1 for the WSGI app, with support for broken connections."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: SandboxListener
    methods: ClassVar = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")

    def handle_sandbox_request(self) -> None:
        """Handle one request of any method."""
        try:
            body = self._read_body()
        except ValueError:
            self.close_connection = True
            self.send_error(413)
            return
        except EOFError:
            self.close_connection = True
            return
        try:
            environ = self._build_environ(body)
            self._send_body(self.server.sandbox(environ, self._start_response))
            self.close_connection |= environ["sandbox.last"]
        except BrokenConnectionError as broken:
            self._break_connection(broken)
        self.wfile.flush()

    def version_string(self) -> str:
        """Return the value of the Server header."""
        return "Sandbox"

    def log_message(self, *_args: object) -> None:
        """Log nothing, since paths can contain tokens."""

    def _read_body(self) -> bytes:
        """Return the request's body.

        Raises `ValueError` if its length is invalid, and `EOFError` if the client left before
        its end: a request that is only half sent must have no effect.
        """
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return self._read_chunks()
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= MAX_BODY_BYTES:
            raise ValueError("too large")
        body = self.rfile.read(length)
        if len(body) < length:
            raise EOFError
        return body

    def _read_chunks(self) -> bytes:
        data = bytearray()
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            data += self.rfile.read(size)
            self.rfile.readline()
            if len(data) > MAX_BODY_BYTES:
                raise ValueError("too large")
        while self.rfile.readline().strip():
            pass
        return bytes(data)

    def _build_environ(self, body: bytes) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        environ = {
            "REQUEST_METHOD": self.command,
            "RAW_URI": self.path,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": HOST,
            "SERVER_PORT": str(self.server.server_port),
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
        }
        for name, value in self.headers.items():
            environ["HTTP_" + name.upper().replace("-", "_")] = value
        return environ

    def _start_response(self, status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
        code, _, phrase = status.partition(" ")
        self.send_response(int(code), phrase)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        return self.wfile.write

    def _send_body(self, chunks: Iterable[bytes]) -> None:
        for chunk in chunks:
            self.wfile.write(chunk)
            if len(chunk) < 2:  # slow body: flush each byte
                self.wfile.flush()

    def _break_connection(self, broken: BrokenConnectionError) -> None:
        self.close_connection = True
        if broken.kind == "truncate" and broken.response:
            self._send_half(broken.response)
        elif broken.kind in ("reset", "down"):
            # Closing with a linger of nothing sends RST instead of FIN.
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            with suppress(OSError):
                self.connection.close()

    def _send_half(self, answer: SandboxResponse) -> None:
        body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
        headers = answer.headers | {"Content-Length": str(len(body))}
        self._start_response(f"{answer.status} OK", list(headers.items()))
        self.wfile.write(body[: len(body) // 2])


for _method in SandboxRequestHandler.methods:
    setattr(SandboxRequestHandler, f"do_{_method}", SandboxRequestHandler.handle_sandbox_request)


class SandboxServer:
    """Listeners for all regions and the IdP, on consecutive or free ports.

    Use it as a context manager. A region that is down has no listener, so connections are
    refused.
    """

    def __init__(self, sandbox: Sandbox, port: int = 0) -> None:
        self.sandbox = sandbox
        self._hosts = [*sandbox.state.regions, IDP]
        self._ports: dict[str, int] = {}
        self._listeners: dict[str, SandboxListener] = {}
        self._stopped = threading.Event()
        self._watcher = threading.Thread(target=self._watch_outages, daemon=True)
        for offset, host in enumerate(self._hosts):
            self._open_listener(host, port + offset if port else 0)
        for name, region in sandbox.state.regions.items():
            region.url = self.url(name)
        sandbox.state.idp_url = self.url(IDP)

    def url(self, host: str) -> str:
        """Return the URL of a region or the IdP."""
        return f"http://{HOST}:{self._ports[host]}"

    def __enter__(self) -> SandboxServer:
        self._watcher.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped.set()
        self._watcher.join()
        with ThreadPoolExecutor() as pool:
            list(pool.map(self._close_listener, list(self._listeners)))

    def _open_listener(self, host: str, port: int) -> None:
        listener = SandboxListener(port, self.sandbox, host)
        self._ports[host] = listener.server_port
        self.sandbox.ports[listener.server_port] = host
        self._listeners[host] = listener
        threading.Thread(
            target=listener.serve_forever, args=(WATCH_INTERVAL_SECONDS,), daemon=True
        ).start()

    def _close_listener(self, host: str) -> None:
        listener = self._listeners.pop(host)
        listener.shutdown()
        listener.server_close()

    def _watch_outages(self) -> None:
        """Close the listener of a region that is down and reopen it afterwards."""
        while not self._stopped.wait(WATCH_INTERVAL_SECONDS):
            for host in self._hosts:
                down = self.sandbox.faults.is_down(host)
                if down and host in self._listeners:
                    self._close_listener(host)
                elif not down and host not in self._listeners:
                    self._open_listener(host, self._ports[host])
