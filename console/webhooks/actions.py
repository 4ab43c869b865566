"""Actions on webhooks; all of them are logged."""

from collections.abc import Iterator
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from httpx import URL

from console.models import Delivery, Webhook
from console.models.webhooks import generate_secret
from console.webhooks.payloads import row_filter
from tenants.audit import events
from tenants.audit.actor import Actor
from tenants.audit.integrity.chain_export import MAX_SCAN_SECONDS, count_rows, read_rows_after
from tenants.audit.integrity.tombstones import Tombstone, entry_id_to_microseconds
from tenants.audit.models import ROWS_PER_BLOCK, AuditBlock, AuditEntry, AuditHead, to_microseconds
from tenants.audit.recorder import record_action, record_event
from tenants.audit.retention.runs import find_deleted_entry, find_deleted_until
from tenants.authlete.changes import FieldChange
from tenants.authlete.redaction.fingerprint import Fingerprint
from tenants.crypto.fingerprints import fingerprint_value
from tenants.crypto.vault import UnsealError
from tenants.models import Organization

MAX_COUNTED_ROWS = 100_000
ROWS_PER_STEP = 500
FILTER_FIELDS = {"effects", "groups", "subjects"}  # settings that select the rows of a delivery


class SecretReplacedError(Exception):
    """The secret was rotated meanwhile."""


def last_row() -> int:
    """Return the number of the last row of the audit log."""
    return AuditHead.objects.values_list("seq", flat=True).first() or 0


def add(
    actor: Actor, organization: Organization, url: str, origin: str, settings: dict[str, Any]
) -> tuple[Webhook, str]:
    """Create a webhook for new rows; return it with its signing secret."""
    secret = generate_secret()
    webhook = Webhook(
        organization=organization, created_by=actor.name, position=last_row(), **settings
    ).set_secret(secret)
    webhook.set_url(url, origin)
    changes = list(_diff(Webhook(), {**settings, "origin": origin}))
    changes.append(FieldChange("url", None, _path_fingerprint(webhook, url)))
    details = {"label": settings["name"], "object": origin, "changes": changes}
    with record_action(actor, events.WEBHOOK_ADD, **details):
        webhook.save()
    return webhook, secret


def change(actor: Actor, webhook: Webhook, url: str, origin: str, settings: dict[str, Any]) -> bool:
    """Change settings and URL; return whether anything changed."""
    expected = {**settings, **({"origin": origin} if url else {})}
    changes = [*_diff(webhook, expected), *(_diff_url_path(webhook, url) if url else [])]
    if not changes:
        return False
    for name, value in expected.items():
        setattr(webhook, name, value)
    if url:
        webhook.set_url(url, origin)
        expected |= {"url_sealed": webhook.url_sealed}
    details = {"label": webhook.name, "object": webhook.origin, "changes": changes}
    with (
        record_action(actor, events.WEBHOOK_CHANGE, **details),  # type: ignore[arg-type]
        transaction.atomic(),
    ):
        if any(change.field in FILTER_FIELDS for change in changes):
            _discard_pending(webhook)
        _update(webhook, **expected, next_at=timezone.now())
    return True


def pause(actor: Actor, webhook: Webhook) -> None:
    """Pause deliveries."""
    with _log_action(actor, webhook, events.WEBHOOK_PAUSE):
        Webhook.objects.filter(pk=webhook.pk, pause="").update(
            pause=Webhook.Pause.HAND, paused_at=timezone.now(), paused_by=actor.name
        )


def resume(actor: Actor, webhook: Webhook) -> None:
    """Continue deliveries, or retry now."""
    with _log_action(actor, webhook, events.WEBHOOK_RESUME):
        _update(
            webhook,
            pause=Webhook.Pause.NONE,
            paused_at=None,
            paused_by="",
            tries=0,
            failing_since=None,
            next_at=timezone.now(),
        )


def rotate(actor: Actor, webhook: Webhook) -> str:
    """Create a new secret; the previous one stays valid for a day.

    Raises `SecretReplacedError` if someone else rotated it meanwhile.
    """
    secret = generate_secret()
    unchanged = Webhook.objects.filter(pk=webhook.pk, secret_sealed=webhook.secret_sealed)
    webhook.set_secret(secret)
    columns = ("secret_sealed", "old_sealed", "old_until")
    with _log_action(actor, webhook, events.WEBHOOK_ROTATE):
        if not unchanged.update(**{column: getattr(webhook, column) for column in columns}):
            raise SecretReplacedError
    return secret


def remove(actor: Actor, webhook: Webhook) -> None:
    """Delete the webhook and its delivery log."""
    with _log_action(actor, webhook, events.WEBHOOK_REMOVE):
        webhook.delete()


def send_test(actor: Actor, webhook: Webhook) -> None:
    """Queue a test event, unless one is pending."""
    waiting = Delivery.objects.filter(webhook=webhook, is_test=True, state=Delivery.State.PENDING)
    if waiting.exists():
        return
    record_event(actor, events.WEBHOOK_TEST, label=webhook.name, object=webhook.origin)
    with transaction.atomic():
        Webhook.objects.select_for_update().get(pk=webhook.pk)
        if not waiting.exists():
            Delivery.objects.create(webhook=webhook, is_test=True)


def replay(actor: Actor, webhook: Webhook, after: int) -> bool:
    """Deliver all rows after ``after`` again; return False if it had none of them yet."""
    if after >= webhook.position:
        return False
    rows_again, _last_seq = read_rows_after(webhook.organization_id, after, 1)
    changes = [FieldChange("from_entry", None, row.entry) for row, _mac in rows_again]
    if rows := count_replay_rows(webhook, after):
        changes.append(FieldChange("rows_again", None, rows))
    details = {"label": webhook.name, "object": webhook.origin, "changes": changes}
    with (
        record_action(actor, events.WEBHOOK_REPLAY, **details),  # type: ignore[arg-type]
        transaction.atomic(),
    ):
        _discard_pending(webhook)
        _update(webhook, position=after, tries=0, next_at=timezone.now())
    return True


def count_replay_rows(webhook: Webhook, after: int) -> int | None:
    """Count the rows to replay.

    Return `MAX_COUNTED_ROWS` + 1 for more, and None if counting takes too long.
    """
    limit, selection = MAX_COUNTED_ROWS + 1, row_filter(webhook)
    return count_rows(webhook.organization_id, after, webhook.position, limit, selection)


def row_before_entry(webhook: Webhook, entry: UUID) -> int | None:
    """Return the row before an entry of the organization, or None if it has no such entry."""
    entries = AuditEntry.objects.filter(organization_id=webhook.organization_id, entry=str(entry))
    if seq := entries.values_list("seq", flat=True).first():
        return seq - 1
    deleted = find_deleted_entry(webhook.organization_id, str(entry))
    return deleted.row.seq - 1 if deleted else None


def row_before_time(webhook: Webhook, moment: datetime) -> int:
    """Return the last row before a point in time.

    An earlier row if the search takes too long, and the current position if none follows.
    """
    microseconds = to_microseconds(moment)
    block = AuditBlock.objects.filter(latest__gte=microseconds).aggregate(Min("block"))
    if block["block__min"] is None:
        return webhook.position
    entry = AuditEntry.objects.filter(
        organization_id=webhook.organization_id,
        seq__gte=block["block__min"] * ROWS_PER_BLOCK,
        at__gte=microseconds,
    )
    first = entry.order_by("seq").values_list("seq", flat=True).first()
    until = webhook.position if first is None else min(first - 1, webhook.position)
    return _deleted_row_before(
        webhook, block["block__min"] * ROWS_PER_BLOCK - 1, until, microseconds
    )


def _deleted_row_before(webhook: Webhook, after: int, until: int, microseconds: int) -> int:
    """Refine `row_before_time` by the times in the IDs of deleted entries."""
    home, deadline = webhook.organization_id, monotonic() + MAX_SCAN_SECONDS
    if max(find_deleted_until(home).values(), default=0) < microseconds:
        return until
    while after < until and monotonic() < deadline:
        rows, after = read_rows_after(home, after, ROWS_PER_STEP)
        for row, _mac in rows:
            if row.seq > until:
                return until
            if Tombstone.parse(row.content) and entry_id_to_microseconds(row.entry) >= microseconds:
                return row.seq - 1
    return min(after, until)


def _log_action(actor: Actor, webhook: Webhook, event: events.AuditEvent) -> Any:
    return record_action(actor, event, label=webhook.name, object=webhook.origin)


def _diff(webhook: Webhook, settings: dict[str, Any]) -> Iterator[FieldChange]:
    for name, value in settings.items():
        old = getattr(webhook, name)
        if old != value:
            before = _audit_value(name, old) if webhook.origin else None
            yield FieldChange(name, before, _audit_value(name, value))


def _diff_url_path(webhook: Webhook, url: str) -> Iterator[FieldChange]:
    """Yield the change of the URL path, as fingerprints because it may be secret."""
    now = _path_fingerprint(webhook, url)
    try:
        old = _path_fingerprint(webhook, webhook.url)
    except UnsealError:
        old = Fingerprint("")
    if old != now:
        yield FieldChange("url", old, now)


def _path_fingerprint(webhook: Webhook, url: str) -> Fingerprint:
    path = URL(url).raw_path.decode()
    return fingerprint_value(webhook.organization_id, "webhook", webhook.pk, path)


def _audit_value(name: str, value: Any) -> Any:
    return "all" if name in ("effects", "groups") and not value else value


def _discard_pending(webhook: Webhook) -> None:
    """Discard pending deliveries, whose content no longer applies."""
    pending = Delivery.objects.filter(
        webhook=webhook, state=Delivery.State.PENDING, is_test=False, notifications=""
    )
    pending.update(state=Delivery.State.DROPPED)


def _update(webhook: Webhook, **columns: Any) -> None:
    Webhook.objects.filter(pk=webhook.pk).update(**columns)
