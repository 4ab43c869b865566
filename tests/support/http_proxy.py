"""An HTTP proxy on loopback that opens tunnels (CONNECT) and resolves names by itself."""

import socket
import threading
from base64 import b64encode
from contextlib import contextmanager, suppress


class HttpProxy:
    """Tunnels to 127.0.0.1 at the port asked for; ``status`` refuses with another one."""

    def __init__(self, listener, context):
        self.port = listener.getsockname()[1]
        self.targets = []  # host:port of each CONNECT
        self.login = ""  # user:password, if required
        self.status = 200
        self._listener, self._context = listener, context

    def accept(self):
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection):
        with suppress(OSError):
            if self._context:
                connection = self._context.wrap_socket(connection, server_side=True)
            with connection:
                self._answer(connection)

    def _answer(self, connection):
        head = b""
        while b"\r\n\r\n" not in head:
            if not (data := connection.recv(65536)):
                return
            head += data
        target = head.split()[1].decode()
        self.targets.append(target)
        status = self._find_status(head.decode())
        connection.sendall(b"HTTP/1.1 %d Proxied\r\n\r\n" % status)
        if status == 200:
            port = int(target.rpartition(":")[2])
            with socket.create_connection(("127.0.0.1", port)) as upstream:
                back = threading.Thread(target=copy, args=[upstream, connection], daemon=True)
                back.start()
                copy(connection, upstream)
                back.join()

    def _find_status(self, head):
        expected = f"Proxy-Authorization: Basic {b64encode(self.login.encode()).decode()}\r\n"
        return 407 if self.login and expected not in head else self.status


def copy(source, target):
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@contextmanager
def run_http_proxy(context=None):
    """Run a proxy; with a TLS ``context`` it is an https one."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = HttpProxy(listener, context)
        threading.Thread(target=proxy.accept, daemon=True).start()
        yield proxy
        listener.shutdown(socket.SHUT_RDWR)  # ends accept() in its thread
