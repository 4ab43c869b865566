"""The bodies of webhook deliveries.

Deliveries store only row numbers. Their bodies are the same bytes for every attempt, until rows
are deleted.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from console.audit_log.event_labels import EVENT_EFFECTS, EVENT_GROUPS
from console.models import Delivery, Webhook
from tenants.audit.integrity.chain_export import (
    RowSelection,
    RowWithPreviousMac,
    format_row,
    read_rows_after,
)
from tenants.audit.integrity.merkle import split_subject
from tenants.audit.records import canonical_json
from tenants.audit.retention.policy import get_category

MAX_ROWS = 100  # per delivery
MAX_BODY_BYTES = 256 * 1024  # of its body, unless a single row is larger
ENVELOPE_BYTES = 200  # bytes of a body around its rows
ROWS_TYPE, TEST_TYPE, NOTIFICATIONS_TYPE = "audit.rows", "audit.test", "notifications"


def row_filter(webhook: Webhook) -> RowSelection:
    """Return the filter for the entries that a webhook subscribes to."""
    groups = [EVENT_GROUPS[name] for name in webhook.groups.split() if name in EVENT_GROUPS]
    names, effects = ([name for group in groups for name in group.event_names], webhook.effects)
    kinds = {
        get_category(name, effect)
        for name, effect in EVENT_EFFECTS.items()
        if (name in names or not names) and (effect in effects.split() or not effects)
    }
    return RowSelection(effects.split(), names, kinds)


def next_batch(webhook: Webhook) -> Delivery | int:
    """Return the next delivery, or the row up to which nothing matches.

    Raises `ExportIntegrityError` if the log ends before the webhook's position.
    """
    rows, until = read_rows_after(
        webhook.organization_id, webhook.position, MAX_ROWS, row_filter(webhook)
    )
    if not rows:
        return until
    lines = list(_fit_lines(_row_lines(webhook, rows)))
    last = rows[len(lines) - 1][0].seq
    return Delivery(
        webhook=webhook,
        after=webhook.position,
        first=rows[0][0].seq,
        last=last,
        until=until if len(lines) == len(rows) else last,
        rows=len(lines),
    )


def build_body(webhook: Webhook, delivery: Delivery) -> bytes:
    """Build the body; empty if the rows have changed since, due to deletions."""
    if delivery.is_test:
        return _join_body(TEST_TYPE, delivery.created_at, [])
    if delivery.notifications:
        return _join_body(NOTIFICATIONS_TYPE, delivery.created_at, [delivery.notifications])
    rows, _until = read_rows_after(
        webhook.organization_id, delivery.first - 1, delivery.rows, row_filter(webhook)
    )
    if [row.seq for row, _before in (rows[:1] + rows[-1:])] != [delivery.first, delivery.last]:
        return b""
    return _join_body(ROWS_TYPE, delivery.created_at, _row_lines(webhook, rows))


def _row_lines(webhook: Webhook, rows: Iterable[RowWithPreviousMac]) -> Iterator[str]:
    for row, before in rows:
        if not webhook.subjects:
            text, hidden = split_subject(row.content)
            row = row._replace(content=text if hidden else row.content)
        yield format_row(row, before)


def _fit_lines(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines that fit into a body, at least one; lines are ASCII."""
    remaining = MAX_BODY_BYTES - ENVELOPE_BYTES
    for number, text in enumerate(lines):
        remaining -= len(text) + 1
        if number and remaining < 0:
            return
        yield text


def _join_body(message_type: str, timestamp: datetime, lines: Iterable[str]) -> bytes:
    head = canonical_json({"timestamp": timestamp.isoformat(), "type": message_type})[:-1]
    return f'{head},"data":[{",".join(lines)}]}}'.encode()
