"""A local server that receives webhooks and answers as told."""

import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class WebhookReceiver:
    """Receive webhooks on a loopback port.

    ``requests``: the requests so far, with ``path``, ``headers`` and ``body``.
    ``answers``: taken in order, then 204: a status, ``(status, headers, text)``, or a
    function that returns either.
    """

    def __init__(self, context=None):
        self.requests: list[Any] = []
        self.answers: list[Any] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers.get("Content-Length", 0))
                self.body = self.rfile.read(length)
                receiver.requests.append(self)
                answer = receiver.answers.pop(0) if receiver.answers else 204
                answer = answer() if callable(answer) else answer
                status, headers, text = answer if isinstance(answer, tuple) else (answer, {}, b"")
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                with suppress(OSError):  # nobody waits for it any more
                    self.wfile.write(text)

            do_GET = do_POST

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"


@contextmanager
def run_webhook_receiver(context=None):
    receiver = WebhookReceiver(context)
    thread = threading.Thread(target=receiver.server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.server.shutdown()
        receiver.server.server_close()
        thread.join()
