"""Leaked tokens, and texts that are no tokens."""

import json
import time
from base64 import urlsafe_b64encode

BOX = "/acme/tokens/check/"
ISSUER = "https://shop.example"
OWNER = "user-204188"
LEAKED = "kestrel-leaked-4Tz8QwRr2mXv7LpN5sKj"
REFRESH = "plover-refresh-9Hb3VyUu6nCw1MqE8dTg"


def ended(token):
    """Let a token have expired, and be beyond a refresh."""
    token.expires_at = token.refresh_expires_at = int(time.time() - 60) * 1000


def unsigned(header, claims="{}", signature="c2ln"):
    """A JWT of any text."""
    parts = (urlsafe_b64encode(text.encode()).decode() for text in (header, claims))
    return ".".join(part.rstrip("=") for part in parts) + f".{signature}"


def unreal(**header):
    return unsigned(json.dumps({"alg": "ES256"} | header))
