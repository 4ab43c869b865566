"""What a webhook is sent: rows of the record, signed as Standard Webhooks has it.

Nothing here is kept but which rows a delivery holds; the record only grows, so the
same delivery is the same bytes whenever it is tried, until its rows are removed.
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from datetime import datetime

from console.kinds import GROUPS, KINDS
from console.models import Delivery, Webhook
from console.models.webhooks import START
from tenants.audit.entry import canonical
from tenants.audit.export import Only, Placed, line, rows_after
from tenants.audit.kinds import kind_of
from tenants.audit.tree import split

ROWS = 100  # of one delivery, at most
BYTES = 256 * 1024  # of its body, unless a single row is larger
ROOM = 200  # bytes of a body around its rows
ROWS_TYPE, TEST_TYPE = "audit.rows", "audit.test"


def only(webhook: Webhook) -> Only:
    """Which entries it wants."""
    chosen = [GROUPS[name] for name in webhook.groups.split() if name in GROUPS]
    names, effects = [name for one in chosen for name in one.kinds], webhook.effects
    kinds = {
        kind_of(name, effect)
        for name, effect in KINDS.items()
        if (name in names or not names) and (effect in effects.split() or not effects)
    }
    return Only(effects.split(), names, kinds)


def batch_after(webhook: Webhook) -> Delivery | int:
    """The next rows that it has not had, or as far as which there are none for it.

    Raises `NotWhole` when the record does not reach as far as it has had it.
    """
    rows, until = rows_after(
        webhook.organization_id, webhook.position, ROWS, only(webhook)
    )
    if not rows:
        return until
    some = list(_within(_lines(webhook, rows)))
    last = rows[len(some) - 1][0].seq
    return Delivery(
        webhook=webhook,
        after=webhook.position,
        first=rows[0][0].seq,
        last=last,
        until=until if len(some) == len(rows) else last,
        rows=len(some),
    )


def body_of(webhook: Webhook, delivery: Delivery) -> bytes:
    """Empty where its rows are other ones now: of what was removed, only the kind is
    known, and more may be of it than were wanted."""
    if delivery.is_test:
        return _body(TEST_TYPE, delivery.made_at, [])
    rows, _until = rows_after(
        webhook.organization_id, delivery.first - 1, delivery.rows, only(webhook)
    )
    if [row.seq for row, _before in (rows[:1] + rows[-1:])] != [
        delivery.first,
        delivery.last,
    ]:
        return b""
    return _body(ROWS_TYPE, delivery.made_at, _lines(webhook, rows))


def headers_of(
    delivery: Delivery, body: bytes, secrets: Iterable[str], now: datetime
) -> dict[str, str]:
    """What a receiver verifies it by; the time is that of the try."""
    at = str(int(now.timestamp()))
    signed = f"{delivery.message}.{at}.".encode() + body
    return {
        "Content-Type": "application/json",
        "webhook-id": delivery.message,
        "webhook-timestamp": at,
        "webhook-signature": " ".join(_signature(one, signed) for one in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = b64decode(secret.removeprefix(START))
    return f"v1,{b64encode(hmac.digest(key, signed, 'sha256')).decode()}"


def _lines(webhook: Webhook, rows: Iterable[Placed]) -> Iterator[str]:
    for row, before in rows:
        if not webhook.subjects:
            told, _hidden = split(row.content)
            row = row._replace(content=told)
        yield line(row, before).rstrip("\n")


def _within(lines: Iterable[str]) -> Iterator[str]:
    """As many as fit, and one in any case; they are ASCII."""
    left = BYTES - ROOM
    for number, text in enumerate(lines):
        left -= len(text) + 1
        if number and left < 0:
            return
        yield text


def _body(kind: str, at: datetime, lines: Iterable[str]) -> bytes:
    head = canonical({"timestamp": at.isoformat(), "type": kind})[:-1]
    return f'{head},"data":[{",".join(lines)}]}}'.encode()
