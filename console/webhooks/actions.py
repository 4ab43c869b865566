"""What admins do with webhooks; each of it is in the record."""

from collections.abc import Iterator
from datetime import datetime
from time import monotonic
from typing import Any

from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from httpx import URL
from pydantic import SecretStr

from console.models import Delivery, Webhook
from console.models.webhooks import new_secret
from console.webhooks.messages import only
from tenants.audit import events
from tenants.audit.export import LOOK, count_rows, rows_after
from tenants.audit.gone import Tombstone, begun
from tenants.audit.models import BLOCK, AuditBlock, AuditEntry, AuditHead, microseconds
from tenants.audit.notes import doing, note
from tenants.audit.removed import reach
from tenants.audit.who import Who
from tenants.authlete.changes import Change
from tenants.authlete.redaction import Fingerprint
from tenants.connect import fingerprint
from tenants.models import Organization
from tenants.vault import Sealed

COUNTED = 100_000  # rows, beyond which nobody counts
STEP = 500  # rows that are looked through at once
FILTERS = {"effects", "groups", "subjects"}  # what is in a batch depends on them


class Replaced(Exception):
    """The secret is another one by now."""


def head() -> int:
    """The last row of the record."""
    return AuditHead.objects.values_list("seq", flat=True).first() or 0


def add(
    who: Who, home: Organization, url: str, origin: str, chosen: dict[str, Any]
) -> tuple[Webhook, str]:
    """A webhook that gets what follows, and the secret that it signs with."""
    secret = new_secret()
    webhook = Webhook(
        organization=home, made_by=who.actor, position=head(), **chosen
    ).keep(secret)
    webhook.lead_to(url, origin)
    changes = list(_changes(Webhook(), {**chosen, "origin": origin}))
    changes.append(Change("url", None, _path(url)))
    told = {"label": chosen["name"], "object": origin, "changes": changes}
    with doing(who, events.WEBHOOK_ADD, **told):
        webhook.save()
    return webhook, secret


def change(
    who: Who, webhook: Webhook, url: str, origin: str, chosen: dict[str, Any]
) -> bool:
    """Whether anything was changed; what is sent from now on is as it says."""
    wanted = {**chosen, **({"origin": origin} if url else {})}
    changes = [*_changes(webhook, wanted), *(_elsewhere(webhook, url) if url else [])]
    if not changes:
        return False
    for name, value in wanted.items():
        setattr(webhook, name, value)
    if url:
        webhook.lead_to(url, origin)
        wanted |= {"url_sealed": webhook.url_sealed}
    told = {"label": webhook.name, "object": webhook.origin, "changes": changes}
    with (
        doing(who, events.WEBHOOK_CHANGE, **told),  # type: ignore[arg-type]
        transaction.atomic(),
    ):
        if any(one.field in FILTERS for one in changes):
            _drop(webhook)
        _update(webhook, **wanted, next_at=timezone.now())
    return True


def pause(who: Who, webhook: Webhook) -> None:
    with _told(who, webhook, events.WEBHOOK_PAUSE):
        Webhook.objects.filter(pk=webhook.pk, pause="").update(
            pause=Webhook.Pause.HAND, paused_at=timezone.now(), paused_by=who.actor
        )


def resume(who: Who, webhook: Webhook) -> None:
    """Go on where it stopped; or try at once what would be tried later."""
    with _told(who, webhook, events.WEBHOOK_RESUME):
        _update(webhook, **_anew())


def rotate(who: Who, webhook: Webhook) -> str:
    """Another secret, beside which the one before signs for a day.

    Raises `Replaced` where somebody else was first: what signed before that is not
    known any more.
    """
    secret = new_secret()
    same = Webhook.objects.filter(pk=webhook.pk, secret_sealed=webhook.secret_sealed)
    webhook.keep(secret)
    columns = ("secret_sealed", "old_sealed", "old_until")
    with _told(who, webhook, events.WEBHOOK_ROTATE):
        if not same.update(**{one: getattr(webhook, one) for one in columns}):
            raise Replaced
    return secret


def remove(who: Who, webhook: Webhook) -> None:
    with _told(who, webhook, events.WEBHOOK_REMOVE):
        webhook.delete()


def probe(who: Who, webhook: Webhook) -> None:
    """Have a worker send a test, unless one is under way."""
    waiting = Delivery.objects.filter(
        webhook=webhook, is_test=True, state=Delivery.State.PENDING
    )
    if waiting.exists():
        return
    note(who, events.WEBHOOK_TEST, label=webhook.name, object=webhook.origin)
    with transaction.atomic():
        Webhook.objects.select_for_update().get(pk=webhook.pk)
        if not waiting.exists():
            Delivery.objects.create(webhook=webhook, is_test=True)


def replay(who: Who, webhook: Webhook, after: int) -> bool:
    """Have everything behind a row sent again, and then go on; False where it has not
    had that row yet."""
    if after >= webhook.position:
        return False
    changes = [Change("from_row", None, after + 1)]
    if rows := again(webhook, after):
        changes.append(Change("rows_again", None, rows))
    told = {"label": webhook.name, "object": webhook.origin, "changes": changes}
    with (
        doing(who, events.WEBHOOK_REPLAY, **told),  # type: ignore[arg-type]
        transaction.atomic(),
    ):
        _drop(webhook)
        _update(webhook, position=after, tries=0, next_at=timezone.now())
    return True


def again(webhook: Webhook, after: int) -> int | None:
    """How many rows would go again; of many, one more than `COUNTED`, and None where
    counting takes too long."""
    most, wanted = COUNTED + 1, only(webhook)
    return count_rows(webhook.organization_id, after, webhook.position, most, wanted)


def before(webhook: Webhook, moment: datetime) -> int:
    """The row behind which all is that was begun since, or an earlier one where looking
    for it takes too long; the last one where nothing was."""
    at = microseconds(moment)
    block = AuditBlock.objects.filter(latest__gte=at).aggregate(Min("block"))
    if block["block__min"] is None:
        return webhook.position
    entry = AuditEntry.objects.filter(
        organization_id=webhook.organization_id,
        seq__gte=block["block__min"] * BLOCK,
        at__gte=at,
    )
    first = entry.order_by("seq").values_list("seq", flat=True).first()
    until = webhook.position if first is None else min(first - 1, webhook.position)
    return _removed_before(webhook, block["block__min"] * BLOCK - 1, until, at)


def _removed_before(webhook: Webhook, after: int, until: int, at: int) -> int:
    """The same where entries of that time were removed, which tell when they were begun
    by their ids."""
    home, ends = webhook.organization_id, monotonic() + LOOK
    if max(reach(home).values(), default=0) < at:
        return until
    while after < until and monotonic() < ends:
        rows, after = rows_after(home, after, STEP)
        for row, _mac in rows:
            if row.seq > until:
                return until
            if Tombstone.parse(row.content) and begun(row.entry) >= at:
                return row.seq - 1
    return min(after, until)


def _told(who: Who, webhook: Webhook, event: events.Event) -> Any:
    return doing(who, event, label=webhook.name, object=webhook.origin)


def _changes(webhook: Webhook, wanted: dict[str, Any]) -> Iterator[Change]:
    for name, value in wanted.items():
        was = getattr(webhook, name)
        if was != value:
            before = _words(name, was) if webhook.origin else None
            yield Change(name, before, _words(name, value))


def _elsewhere(webhook: Webhook, url: str) -> Iterator[Change]:
    """Where it leads on the same host: the path is a secret, told by fingerprints."""
    now = _path(url)
    try:
        was = _path(webhook.url)
    except Sealed:
        was = Fingerprint("")
    if was != now:
        yield Change("url", was, now)


def _path(url: str) -> Fingerprint:
    return fingerprint(SecretStr(URL(url).raw_path.decode()))


def _words(name: str, value: Any) -> Any:
    return "all" if name in ("effects", "groups") and not value else value


def _anew() -> dict[str, Any]:
    return {
        "pause": Webhook.Pause.NONE,
        "paused_at": None,
        "paused_by": "",
        "tries": 0,
        "failing_since": None,
        "next_at": timezone.now(),
    }


def _drop(webhook: Webhook) -> None:
    """Give up what is under way: the same rows would not be the same bytes, or are to
    come later."""
    pending = Delivery.objects.filter(
        webhook=webhook, state=Delivery.State.PENDING, is_test=False
    )
    pending.update(state=Delivery.State.DROPPED)


def _update(webhook: Webhook, **columns: Any) -> None:
    Webhook.objects.filter(pk=webhook.pk).update(**columns)
