"""What a browser says about pages by itself, and whom it speaks to."""

from urllib.parse import urlsplit

# Chromium's own line about an answer that a test asks for on purpose.
EXPECTED = "Failed to load resource: the server responded with a status of "


class Overheard:
    """Everything that a page of the console must never make a browser do."""

    def __init__(self, home):
        self.home = home
        self.complaints = []

    def listen(self, context):
        context.on("console", self._said)
        context.on("weberror", lambda told: self._add("error", told.error.message))
        context.on("request", self._asked)

    def _said(self, message):
        if message.type in ("error", "warning") and not message.text.startswith(
            EXPECTED
        ):
            self._add(message.type, message.text)

    def _asked(self, request):
        parts = urlsplit(request.url)
        own = urlsplit(self.home)
        if parts.scheme != "data" and parts.netloc != own.netloc:
            self._add("request to", request.url)

    def _add(self, kind, what):
        self.complaints.append(f"{kind}: {what}")
