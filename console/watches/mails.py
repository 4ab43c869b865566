"""Mail notifications at once or in a daily digest, and delete old ones.

A mail is stored with its notifications before it's sent, so that a worker that is killed loses
nothing: the next one sends it with the same message ID.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from console.models import Notification, NotificationMail
from console.models.watches import DeliveryChoice, visible_notifications
from console.watches.inbox import InboxRow, build_inbox, related
from console.web.paths import cached_reverse
from console.web.preferences import time_zone_of
from tenants.jobs.periodic_tasks import run_every, run_every_minute
from tenants.models import Membership
from tenants.organizations.roles import Role
from tenants.outbound import mail

log = logging.getLogger(__name__)

DIGEST_TIME = time(8)  # in the account's time zone
MIN_INTERVAL = timedelta(minutes=5)  # between two mails to a member
FIRST_RETRY_DELAY = timedelta(minutes=2)  # doubles with each attempt
MAX_TRIES = 10
MAX_MAIL_LINES = 60
CLEAN_UP_SECONDS = 3600.0
READ_RETENTION = timedelta(days=30)  # of a notification since it was read
UNREAD_RETENTION = timedelta(days=180)  # since it was created
MAIL_RETENTION = timedelta(days=7)


@run_every_minute
def send_notification_mails() -> None:
    """Store the mails that are due, and send those not sent yet."""
    if not mail.is_enabled():
        return
    unsent = Notification.objects.filter(mail=None, read_at=None).exclude(delivery="").order_by()
    members = Membership.objects.filter(pk__in=unsent.values("membership"))
    for member in members.select_related("user__preferences"):
        store_mail(member)
    send_pending_mails()


def store_mail(member: Membership) -> None:
    """Store a mail with the member's notifications that are due."""
    now = timezone.now()
    due = Q(delivery=DeliveryChoice.DIGEST, created_at__lt=_last_digest(member, now))
    if not _recent_mails(member, now):
        due |= Q(delivery=DeliveryChoice.AT_ONCE)
    pending = Notification.objects.filter(due, membership=member, mail=None, read_at=None)
    ids = list(pending.order_by().values_list("pk", flat=True))
    if not ids:
        return
    with transaction.atomic():
        stored = NotificationMail.objects.create(membership=member)
        if not Notification.objects.filter(pk__in=ids, mail=None).update(mail=stored):
            stored.delete()  # another worker has stored them


def _last_digest(member: Membership, now: datetime) -> datetime:
    """Return the last time at which the member's digest was due."""
    zone = time_zone_of(member.user) or ZoneInfo(settings.TIME_ZONE)
    local = now.astimezone(zone)
    today = datetime.combine(local.date(), DIGEST_TIME, zone)
    return today if today <= now else today - timedelta(days=1)


def _recent_mails(member: Membership, now: datetime) -> bool:
    mails = NotificationMail.objects.filter(membership=member)
    return mails.filter(created_at__gt=now - MIN_INTERVAL).exists()


def send_pending_mails() -> None:
    """Send every mail that wasn't sent yet and whose next attempt is due."""
    now = timezone.now()
    mails = NotificationMail.objects.filter(sent_at=None, tries__lt=MAX_TRIES)
    for stored in mails.select_related("membership__user__preferences", "membership__organization"):
        if stored.tried_at and now < stored.tried_at + FIRST_RETRY_DELAY * 2 ** (stored.tries - 1):
            continue
        unclaimed = NotificationMail.objects.filter(
            pk=stored.pk, sent_at=None, tried_at=stored.tried_at
        )
        if not unclaimed.update(tried_at=now, tries=F("tries") + 1):
            continue  # another worker is sending it
        try:
            _send(stored)
        except mail.MAIL_ERRORS:
            log.exception("a mail of notifications could not be sent; it is retried")
        else:
            NotificationMail.objects.filter(pk=stored.pk).update(sent_at=timezone.now())


def _send(stored: NotificationMail) -> None:
    """Send a mail about what the member may still see and hasn't read."""
    member = stored.membership
    user, organization = member.user, member.organization
    notifications = visible_notifications(user.pk, organization, Role(member.role))
    found = related(notifications.filter(mail=stored, read_at=None))
    if not (user.is_active and user.email and found):
        return
    with timezone.override(time_zone_of(user)):
        rows = build_inbox(organization, found)
        body = "\n".join(_lines(member, rows))
    subject = _subject(member, rows)
    mail.send([user.email], subject, body, message_id=f"{stored.pk}@meridian")


def _subject(member: Membership, rows: Sequence[InboxRow]) -> str:
    organization = member.organization.name
    if len(rows) == 1:
        text = gettext("%(organization)s: %(title)s")
        text %= {"organization": organization, "title": rows[0].title}
    else:
        text = ngettext(
            "%(organization)s: %(count)d notification",
            "%(organization)s: %(count)d notifications",
            len(rows),
        ) % {"organization": organization, "count": len(rows)}
    return " ".join(text.split())


def _lines(member: Membership, rows: Sequence[InboxRow]) -> Iterator[str]:
    slug = member.organization.slug
    for row in rows[:MAX_MAIL_LINES]:
        yield f"- {' '.join(row.title.split())}"
        yield f"  {', '.join(_facts(row))}"
        if settings.CONSOLE_URL:
            path = cached_reverse("watches:index", slug)
            yield f"  {settings.CONSOLE_URL}{path}?open={row.notification.pk}"
    more = len(rows) - MAX_MAIL_LINES
    if more > 0:
        yield ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more}
    if settings.CONSOLE_URL:
        url = settings.CONSOLE_URL + cached_reverse("watches:watches", slug)
        yield ""
        yield gettext("Change or stop these emails: %(url)s") % {"url": url}


def _facts(row: InboxRow) -> Iterable[str]:
    if row.notification.region:
        yield row.notification.region.upper()
    if row.actor:
        yield row.actor
    if row.is_unknown:
        yield gettext("outcome unknown")
    if row.failed:
        yield ngettext("%(count)d failed", "%(count)d failed", row.failed) % {"count": row.failed}
    yield date_format(timezone.localtime(row.created_at), "j M Y, H:i T")


@run_every(CLEAN_UP_SECONDS)
def delete_old_notifications() -> None:
    """Delete notifications that were read long ago or never, and sent mails."""
    now = timezone.now()
    NotificationMail.objects.filter(created_at__lt=now - MAIL_RETENTION).delete()
    old = Q(read_at__lt=now - READ_RETENTION) | Q(created_at__lt=now - UNREAD_RETENTION)
    Notification.objects.filter(old).delete()
