"""What a browser says about pages by itself, and whom it speaks to."""

import re
from urllib.parse import urlsplit

# Chromium's own line about an answer that a test asks for on purpose.
ANSWERED = "Failed to load resource: the server responded with a status of "


class Overheard:
    """Everything that a page of the console must never make a browser do."""

    def __init__(self, home):
        self.home = home
        self.complaints = []
        self._expected = [re.compile(re.escape(ANSWERED))]
        self._events = {
            "console": self._said,
            "weberror": lambda told: self._add("error", told.error.message),
            "request": self._asked,
        }

    def expect(self, pattern):
        """Let a browser say what this test brings about."""
        self._expected.append(re.compile(pattern))

    def listen(self, context):
        for event, heard in self._events.items():
            context.on(event, heard)

    def leave(self, context):
        for event, heard in self._events.items():
            context.remove_listener(event, heard)

    def _said(self, message):
        if message.type in ("error", "warning"):
            self._add(message.type, message.text)

    def _asked(self, request):
        parts = urlsplit(request.url)
        own = urlsplit(self.home)
        if parts.scheme != "data" and parts.netloc != own.netloc:
            self._add("request to", request.url)

    def _add(self, kind, what):
        if not any(expected.search(what) for expected in self._expected):
            self.complaints.append(f"{kind}: {what}")
