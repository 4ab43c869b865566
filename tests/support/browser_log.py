"""Console messages, errors and foreign requests of a browser."""

import re
from urllib.parse import urlsplit

# Chromium's own line about an answer that a test asks for on purpose.
FAILED_RESOURCE = "Failed to load resource: the server responded with a status of "


class BrowserLog:
    """Collect what no page of the console may do."""

    def __init__(self, home):
        self.home = home
        self.complaints = []
        self._expected = [re.compile(re.escape(FAILED_RESOURCE))]
        self._events = {
            "console": self._on_console,
            "weberror": lambda error: self._add("error", error.error.message),
            "request": self._on_request,
        }

    def allow(self, pattern):
        """Ignore messages that match ``pattern``."""
        self._expected.append(re.compile(pattern))

    def attach(self, context):
        for event, handler in self._events.items():
            context.on(event, handler)

    def detach(self, context):
        for event, handler in self._events.items():
            context.remove_listener(event, handler)

    def _on_console(self, message):
        if message.type in ("error", "warning"):
            self._add(message.type, message.text)

    def _on_request(self, request):
        parts = urlsplit(request.url)
        own = urlsplit(self.home)
        if parts.scheme != "data" and parts.netloc != own.netloc:
            self._add("request to", request.url)

    def _add(self, kind, what):
        if not any(expected.search(what) for expected in self._expected):
            self.complaints.append(f"{kind}: {what}")
