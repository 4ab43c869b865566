"""Deliver rows to webhooks in order and at least once.

Only an accepted delivery advances the position. Deliveries are stored before they are sent, so
that the next worker repeats them with the same ID after a crash
(`docs/explanation/decisions/webhooks.md`).
"""

import json
import logging
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from urllib.parse import quote, unquote
from uuid import UUID

import httpx
from django.db import DatabaseError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from console.models import Delivery, Webhook
from console.webhooks.payloads import build_body, next_batch
from console.webhooks.signing import build_headers
from tenants.audit.actor import Actor
from tenants.audit.events import WEBHOOK_PAUSE
from tenants.audit.recorder import record_event
from tenants.audit.records import canonical_json
from tenants.authlete.changes import FieldChange
from tenants.authlete.json.reader import make_storable
from tenants.crypto.vault import UnsealError
from tenants.outbound import safe_http
from tenants.outbound.alerts import alert

log = logging.getLogger(__name__)

LOCK_DURATION = timedelta(seconds=30)  # one worker's exclusive use of a webhook
MAX_DELIVERIES_PER_TURN = 50  # deliveries in a row, until other webhooks have their turn
MAX_TURN_SECONDS = 20.0  # then other webhooks get the thread
HOUR_SECONDS = 3600
# Seconds until the next try; when all have failed, after some 22 hours, none follows.
RETRY_DELAYS_SECONDS = (
    5,
    30,
    120,
    600,
    HOUR_SECONDS,
    3 * HOUR_SECONDS,
    6 * HOUR_SECONDS,
    12 * HOUR_SECONDS,
)
RETRY_JITTER = 0.2  # of each, either way
INTERNAL_ERROR_DELAY = timedelta(minutes=1)  # after a failure of our own
MAX_ANSWER_CHARS = 500  # characters of an answer
MIN_ECHO_CHARS = 24  # shortest text treated as a repetition of the request
MIN_SECRET_CHARS = 6  # characters that a part of an address has if it may be a secret
HTTP_GONE = 410


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """The result of one attempt."""

    seconds: float  # seconds
    status: int | None = None
    answer: str = ""
    error: str = ""

    @property
    def is_accepted(self) -> bool:
        return self.status is not None and self.status // 100 == 2

    @property
    def columns(self) -> dict[str, object]:
        return {
            "took": self.seconds,
            "status": self.status,
            "answer": self.answer,
            "error": self.error,
        }


def is_unlocked(now: datetime) -> Q:
    """Of webhooks: no worker is at it."""
    return Q(locked_until=None) | Q(locked_until__lt=now)


def deliver_due(pk: UUID) -> None:
    """Deliver rows to a webhook, until it rejects one or its turn ends."""
    until = monotonic() + MAX_TURN_SECONDS
    for _turn in range(MAX_DELIVERIES_PER_TURN):
        if not _deliver_next(pk) or monotonic() > until:
            return


def _deliver_next(pk: UUID) -> bool:
    """Return whether something was taken, so that there may be more at once."""
    now = timezone.now()
    until = now + LOCK_DURATION
    due = Webhook.objects.filter(is_unlocked(now), pk=pk, pause="", next_at__lte=now)
    if not due.update(locked_until=until):
        return False
    webhooks = Webhook.objects.filter(pk=pk, locked_until=until)
    try:
        return _deliver(webhooks.get())
    except (DatabaseError, Webhook.DoesNotExist):
        return False  # retried shortly
    except Exception:
        log.exception("webhook %s could not be served; it is tried again", pk)
        webhooks.update(next_at=timezone.now() + INTERNAL_ERROR_DELAY)
        return False
    finally:
        webhooks.update(locked_until=None)


def _deliver(webhook: Webhook) -> bool:
    delivery = Delivery.objects.filter(
        webhook=webhook, state=Delivery.State.PENDING, is_test=False, notifications=""
    ).first()
    if delivery is None:
        batch = next_batch(webhook)
        if isinstance(batch, int):
            _at_position(webhook, webhook.position).update(position=batch)
            return False
        delivery = batch
        delivery.save(force_insert=True)
        if not _is_unchanged(webhook):  # changed before the delivery was saved
            delivery.delete()
            return True
    body = build_body(webhook, delivery)
    if not body:  # the next one is made of what its rows are now
        Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.PENDING).update(
            state=Delivery.State.DROPPED
        )
        return True
    result = _send(webhook, delivery, body)
    if result is None:
        return True
    if result.is_accepted:
        _mark_delivered(webhook, delivery, Delivery.State.DONE, result.columns)
    else:
        _mark_failed(webhook, delivery, result)
    return result.is_accepted


def _is_unchanged(webhook: Webhook) -> bool:
    same = ("position", "url_sealed", "effects", "groups", "subjects")
    choice = {name: getattr(webhook, name) for name in same}
    return Webhook.objects.filter(pk=webhook.pk, **choice).exists()


def deliver_test(pk: UUID) -> None:
    """Send a test event once."""
    delivery = Delivery.objects.select_related("webhook").get(pk=pk)
    body = build_body(delivery.webhook, delivery)
    if error := _send(delivery.webhook, delivery, body):
        state = Delivery.State.DONE if error.is_accepted else Delivery.State.FAILED
        Delivery.objects.filter(pk=pk).update(state=state, **error.columns)


def deliver_notifications(pk: UUID) -> None:
    """Send notifications, unless the webhook is paused; a failure is retried."""
    delivery = Delivery.objects.select_related("webhook").get(pk=pk)
    result = _send(delivery.webhook, delivery, build_body(delivery.webhook, delivery))
    if result is None:
        return
    state = Delivery.State.PENDING
    if result.is_accepted:
        state = Delivery.State.DONE
    elif result.status == HTTP_GONE or delivery.tries >= len(RETRY_DELAYS_SECONDS):
        state = Delivery.State.FAILED
    Delivery.objects.filter(pk=pk).update(state=state, **result.columns)


def is_retry_due(delivery: Delivery, now: datetime) -> bool:
    """Return whether the next attempt to send notifications is due."""
    if not (delivery.tries and delivery.tried_at):
        return True
    delay = RETRY_DELAYS_SECONDS[min(delivery.tries, len(RETRY_DELAYS_SECONDS)) - 1]
    return now >= delivery.tried_at + max(timedelta(seconds=delay), LOCK_DURATION)


def _send(webhook: Webhook, delivery: Delivery, body: bytes) -> DeliveryResult | None:
    """Send a delivery; return None if it was discarded or taken over."""
    now = timezone.now()
    pending = Delivery.objects.filter(
        pk=delivery.pk, state=Delivery.State.PENDING, tries=delivery.tries
    )
    if not pending.update(tries=F("tries") + 1, tried_at=now):
        return None
    started = monotonic()
    try:
        secrets = webhook.signing_secrets(now)
        headers = build_headers(delivery, body, secrets, now)
        url = webhook.url
        answer = safe_http.post(url, body, headers)
    except UnsealError:
        error = _("The URL or secret can't be decrypted. Check VAULT_KEYS.")
    except safe_http.UrlNotAllowedError as refused:
        error = str(refused)
    except (httpx.HTTPError, OSError) as failure:
        error = _("No response: %(why)s") % {"why": failure or type(failure).__name__}
    else:
        hidden = [*secrets, *_secret_url_parts(url), *_subject_spellings(body)]
        text = _loggable_answer(answer.text, body.decode(), hidden)
        return DeliveryResult(answer.seconds, answer.status, text)
    return DeliveryResult(monotonic() - started, error=error[:300])


def _loggable_answer(answer: str, body: str, secrets: list[str]) -> str:
    """Return the start of a response, unless it repeats secrets or the request."""
    full_text = make_storable(answer)
    answer = full_text[:MAX_ANSWER_CHARS]
    excerpts = (
        answer[start : start + MIN_ECHO_CHARS] for start in range(len(answer) - MIN_ECHO_CHARS + 1)
    )
    if any(secret in full_text for secret in secrets) or any(
        excerpt in body for excerpt in excerpts
    ):
        return _("(hidden: the response repeats the request)")
    return answer


def _secret_url_parts(url: str) -> list[str]:
    """Return parts of the URL that may be secret; many servers echo the URL."""
    path = httpx.URL(url).raw_path.decode()
    parts = re.split(r"[/?&=]", f"{path}/{unquote(path)}")
    return [part for part in parts if len(part) >= MIN_SECRET_CHARS]


def _subject_spellings(body: bytes) -> Iterator[str]:
    """Yield the subjects in plain text, as escaped in JSON and as quoted in URLs."""
    subjects = {row.get("content", {}).get("subject") for row in json.loads(body)["data"]}
    for subject in filter(None, subjects):
        yield from (subject, canonical_json(subject)[1:-1], quote(subject, safe=""))


def _mark_delivered(
    webhook: Webhook, delivery: Delivery, state: str, columns: Mapping[str, object]
) -> None:
    """Advance the position, unless the delivery was discarded meanwhile."""
    deliveries = Delivery.objects.filter(pk=delivery.pk)
    with transaction.atomic():
        if deliveries.filter(state=Delivery.State.PENDING).update(state=state, **columns):
            _at_position(webhook, delivery.after).update(position=delivery.until)
        else:
            deliveries.update(**columns)
        Webhook.objects.filter(pk=webhook.pk).update(
            tries=0,
            failing_since=None,
            delivered_at=timezone.now(),
            next_at=timezone.now(),  # after webhooks that wait longer
        )


def _at_position(webhook: Webhook, position: int) -> QuerySet[Webhook]:
    """Query the webhook, unless its position has changed."""
    return Webhook.objects.filter(pk=webhook.pk, position=position)


def _mark_failed(webhook: Webhook, delivery: Delivery, result: DeliveryResult) -> None:
    """Schedule a retry, or pause or disable the webhook."""
    now = timezone.now()
    Delivery.objects.filter(pk=delivery.pk).update(**result.columns)
    if result.status == HTTP_GONE:
        _stop(webhook, Webhook.Pause.GONE, result)
    elif webhook.tries >= len(RETRY_DELAYS_SECONDS):
        _stop(webhook, Webhook.Pause.FAILED, result)
    else:
        wait = RETRY_DELAYS_SECONDS[webhook.tries] * random.uniform(  # noqa: S311
            1 - RETRY_JITTER, 1 + RETRY_JITTER
        )
        _at_position(webhook, delivery.after).update(
            tries=webhook.tries + 1,
            failing_since=webhook.failing_since or now,
            next_at=now + timedelta(seconds=wait),
        )


def _stop(webhook: Webhook, pause: Webhook.Pause, result: DeliveryResult) -> None:
    home = webhook.organization
    actor = Actor(0, "worker", organization_id=home.pk, organization=home.slug)
    text = result.error or str(result.status)
    changes = [FieldChange("outcome", None, text)]
    record_event(actor, WEBHOOK_PAUSE, label=webhook.name, object=webhook.origin, changes=changes)
    Webhook.objects.filter(pk=webhook.pk, pause="").update(
        pause=pause, paused_at=timezone.now(), paused_by=""
    )
    alert("webhook.stopped", webhook=str(webhook.pk), organization=home.slug, why=pause)
