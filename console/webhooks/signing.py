"""The signed headers of a delivery (Standard Webhooks)."""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import datetime

from console.models.webhooks import SECRET_PREFIX, Delivery


def build_headers(
    delivery: Delivery, body: bytes, secrets: Iterable[str], now: datetime
) -> dict[str, str]:
    """Build the headers of Standard Webhooks; ``now`` is the time of the attempt."""
    timestamp = str(int(now.timestamp()))
    signed = f"{delivery.message}.{timestamp}.".encode() + body
    return {
        "Content-Type": "application/json",
        "webhook-id": delivery.message,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_sign(secret, signed) for secret in secrets),
    }


def _sign(secret: str, message: bytes) -> str:
    key = b64decode(secret.removeprefix(SECRET_PREFIX))
    return f"v1,{b64encode(hmac.digest(key, message, 'sha256')).decode()}"
