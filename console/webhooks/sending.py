"""Bringing a webhook what it has not had: in order, and at least once.

Only what was taken moves its position in the record. What is under way is a row of
the database before it leaves, so that a worker that is killed loses nothing, and the
next one sends the same under the same id (`docs/decisions/webhooks.md`).
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
from console.webhooks.messages import batch_after, body_of, headers_of
from tenants import posting
from tenants.alerts import alert
from tenants.audit.entry import canonical
from tenants.audit.events import WEBHOOK_PAUSE
from tenants.audit.notes import note
from tenants.audit.who import Who
from tenants.authlete.changes import Change
from tenants.authlete.reading import storable
from tenants.vault import Sealed

log = logging.getLogger(__name__)

HOLD = timedelta(seconds=30)  # that one worker has a webhook to itself
TURNS = 50  # deliveries in a row, until other webhooks have their turn
TURN = 20.0  # seconds, after which they have it in any case
HOUR = 3600
# Seconds until the next try; when all have failed, after some 22 hours, none follows.
DELAYS = (5, 30, 120, 600, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR)
JITTER = 0.2  # of each, either way
ODD = timedelta(minutes=1)  # after a failure of our own
SHOWN = 500  # characters of an answer
ECHO = 24  # characters in a row that tell that an answer repeats what was sent
TELLING = 6  # characters that a part of an address has if it may be a secret
GONE = 410


@dataclass(frozen=True, slots=True)
class Came:
    """What came of one try."""

    took: float  # seconds
    status: int | None = None
    answer: str = ""
    error: str = ""

    @property
    def is_taken(self) -> bool:
        return self.status is not None and self.status // 100 == 2

    @property
    def columns(self) -> dict[str, object]:
        return {
            "took": self.took,
            "status": self.status,
            "answer": self.answer,
            "error": self.error,
        }


def free(now: datetime) -> Q:
    """Of webhooks: no worker is at it."""
    return Q(held_until=None) | Q(held_until__lt=now)


def bring(pk: UUID) -> None:
    """Send a webhook what it has not had, as long as it takes it and its turn lasts."""
    until = monotonic() + TURN
    for _turn in range(TURNS):
        if not _step(pk) or monotonic() > until:
            return


def _step(pk: UUID) -> bool:
    """Whether something was taken, so that there may be more at once."""
    now = timezone.now()
    until = now + HOLD
    due = Webhook.objects.filter(free(now), pk=pk, pause="", next_at__lte=now)
    if not due.update(held_until=until):
        return False
    held = Webhook.objects.filter(pk=pk, held_until=until)
    try:
        return _deliver(held.get())
    except (DatabaseError, Webhook.DoesNotExist):
        return False  # looked at again in a moment
    except Exception:
        log.exception("webhook %s could not be served; it is tried again", pk)
        held.update(next_at=timezone.now() + ODD)
        return False
    finally:
        held.update(held_until=None)


def _deliver(webhook: Webhook) -> bool:
    delivery = Delivery.objects.filter(
        webhook=webhook, state=Delivery.State.PENDING, is_test=False
    ).first()
    if delivery is None:
        found = batch_after(webhook)
        if isinstance(found, int):
            _at(webhook, webhook.position).update(position=found)
            return False
        delivery = found
        delivery.save(force_insert=True)
        if not _is_as_ever(webhook):  # somebody changed it before there was this
            delivery.delete()
            return True
    body = body_of(webhook, delivery)
    if not body:  # the next one is made of what its rows are now
        _drop(delivery)
        return True
    came = _try(webhook, delivery, body)
    if came is None:
        return True
    if came.is_taken:
        _settle(webhook, delivery, Delivery.State.DONE, came.columns)
    else:
        _failed(webhook, delivery, came)
    return came.is_taken


def _is_as_ever(webhook: Webhook) -> bool:
    same = ("position", "url_sealed", "effects", "groups", "subjects")
    choice = {name: getattr(webhook, name) for name in same}
    return Webhook.objects.filter(pk=webhook.pk, **choice).exists()


def try_out(pk: UUID) -> None:
    """Send a test, once; nothing follows from how it ends."""
    delivery = Delivery.objects.select_related("webhook").get(pk=pk)
    body = body_of(delivery.webhook, delivery)
    if came := _try(delivery.webhook, delivery, body):
        state = Delivery.State.DONE if came.is_taken else Delivery.State.FAILED
        Delivery.objects.filter(pk=pk).update(state=state, **came.columns)


def _try(webhook: Webhook, delivery: Delivery, body: bytes) -> Came | None:
    """None where it was dropped meanwhile, or somebody else tries it."""
    now = timezone.now()
    same = Delivery.objects.filter(
        pk=delivery.pk, state=Delivery.State.PENDING, tries=delivery.tries
    )
    if not same.update(tries=F("tries") + 1, tried_at=now):
        return None
    begun = monotonic()
    try:
        secrets = webhook.secrets(now)
        headers = headers_of(delivery, body, secrets, now)
        url = webhook.url
        answer = posting.post(url, body, headers)
    except Sealed:
        error = _("Its address or secret does not open: VAULT_KEYS has changed.")
    except posting.Refused as refused:
        error = str(refused)
    except (httpx.HTTPError, OSError) as failure:
        error = _("No answer: %(why)s") % {"why": failure or type(failure).__name__}
    else:
        hidden = [*secrets, *_telling(url), *_subjects(body)]
        shown = _shown(answer.text, body.decode(), hidden)
        return Came(answer.seconds, answer.status, shown)
    return Came(monotonic() - begun, error=error[:300])


def _shown(answer: str, body: str, secrets: list[str]) -> str:
    """The beginning of an answer, unless it repeats what nobody should see."""
    whole = storable(answer)
    answer = whole[:SHOWN]
    parts = (answer[at : at + ECHO] for at in range(len(answer) - ECHO + 1))
    if any(one in whole for one in secrets) or any(part in body for part in parts):
        return _("(It repeats what it was sent.)")
    return answer


def _telling(url: str) -> list[str]:
    """What of an address only who may write there should know: many servers answer
    with it when nothing is there."""
    path = httpx.URL(url).raw_path.decode()
    found = re.split(r"[/?&=]", f"{path}/{unquote(path)}")
    return [one for one in found if len(one) >= TELLING]


def _subjects(body: bytes) -> Iterator[str]:
    """Those in the clear, as an answer in words, in JSON or in an address has them."""
    said = {row["content"].get("subject") for row in json.loads(body)["data"]}
    for one in filter(None, said):
        yield from (one, canonical(one)[1:-1], quote(one, safe=""))


def _settle(
    webhook: Webhook, delivery: Delivery, state: str, columns: Mapping[str, object]
) -> None:
    """Go on behind it, unless it was given up or somebody moved the position
    meanwhile."""
    own = Delivery.objects.filter(pk=delivery.pk)
    with transaction.atomic():
        if own.filter(state=Delivery.State.PENDING).update(state=state, **columns):
            _at(webhook, delivery.after).update(position=delivery.until)
        else:
            own.update(**columns)
        Webhook.objects.filter(pk=webhook.pk).update(
            tries=0,
            failing_since=None,
            taken_at=timezone.now(),
            next_at=timezone.now(),  # behind those that wait for longer
        )


def _drop(delivery: Delivery) -> None:
    Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.PENDING).update(
        state=Delivery.State.DROPPED
    )


def _at(webhook: Webhook, position: int) -> QuerySet[Webhook]:
    """The webhook, unless somebody moved it from there."""
    return Webhook.objects.filter(pk=webhook.pk, position=position)


def _failed(webhook: Webhook, delivery: Delivery, came: Came) -> None:
    """Try again later, or stop: for now, or since it will never take anything."""
    now = timezone.now()
    Delivery.objects.filter(pk=delivery.pk).update(**came.columns)
    if came.status == GONE:
        _stop(webhook, Webhook.Pause.GONE, came)
    elif webhook.tries >= len(DELAYS):
        _stop(webhook, Webhook.Pause.FAILED, came)
    else:
        wait = DELAYS[webhook.tries] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  no secret
        _at(webhook, delivery.after).update(
            tries=webhook.tries + 1,
            failing_since=webhook.failing_since or now,
            next_at=now + timedelta(seconds=wait),
        )


def _stop(webhook: Webhook, pause: Webhook.Pause, came: Came) -> None:
    home = webhook.organization
    who = Who(0, "worker", organization_id=home.pk, organization=home.slug)
    said = came.error or str(came.status)
    changes = [Change("outcome", None, said)]
    note(who, WEBHOOK_PAUSE, label=webhook.name, object=webhook.origin, changes=changes)
    Webhook.objects.filter(pk=webhook.pk, pause="").update(
        pause=pause, paused_at=timezone.now(), paused_by=""
    )
    alert("webhook.stopped", webhook=str(webhook.pk), organization=home.slug, why=pause)
