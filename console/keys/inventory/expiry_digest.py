"""Mail expiry notices: each warning threshold of each item once, in one mail a day.

A day's digest is stored in one transaction before it's sent, so a worker that is killed
loses nothing: the next one sends it. If the worker is killed after the mail server
accepted the mail, the same mail is sent again with the same message ID.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F, Max, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from console.inventory.expiry import ExpiringItem, list_expiring
from console.inventory.services import BackgroundReader, list_services
from console.models import ExpiryDigest, ExpiryNotice, KnownService
from tenants.authlete.transport.deadline import Deadline
from tenants.jobs.periodic_tasks import run_every_minute
from tenants.models import Membership, Organization
from tenants.organizations.regions import REGION_TITLES
from tenants.organizations.roles import Role
from tenants.outbound import mail

log = logging.getLogger(__name__)

COLLECT_INTERVAL_SECONDS = 15 * 60
REFRESH_SECONDS_PER_RUN = 60.0  # seconds of syncs before the remaining digests use stored data
REFRESH_INTERVAL_SECONDS = 12 * 60 * 60  # between two syncs of an organization's services
STALE_AFTER = timedelta(days=2)  # since the last sync of clients
MAX_MAIL_LINES = 60
MAX_RETRY_DELAY = timedelta(hours=6)
RECIPIENT_ROLES = (Role.ADMIN, Role.EDITOR)

THRESHOLD_LABELS: dict[int, str | Promise] = {
    0: _("Expired"),
    1: _("Within a day"),
    7: _("Within 7 days"),
    30: _("Within 30 days"),
    90: _("Within 90 days"),
}


def threshold_label(days: int) -> str | Promise:
    """Return the label of a warning threshold; 0 means expired."""
    return THRESHOLD_LABELS.get(days, str(days))


def describe_item(item: ExpiringItem) -> str:
    """Return kind, name, owner and region of an item in one line."""
    name, owner = " ".join(item.name.split()), " ".join(item.owner.split())
    region = REGION_TITLES.get(item.region, item.region)
    location = f"{owner}, {region}" if owner else region
    return f"{item.kind_label} {name} ({location})" if name else f"{item.kind_label} ({location})"


@run_every_minute
def send_expiry_digests() -> None:
    """Store today's digests, and send those not sent yet."""
    if not mail.is_enabled():
        return
    deadline = Deadline(REFRESH_SECONDS_PER_RUN)
    for organization in Organization.objects.all():
        if cache.add(f"ends-looked:{organization.pk}", "yes", COLLECT_INTERVAL_SECONDS):
            if deadline.remaining() and cache.add(
                f"services-read:{organization.pk}", "yes", REFRESH_INTERVAL_SECONDS
            ):
                list_services(BackgroundReader(organization, "worker"))  # updates the index
            collect_digest(organization)
    send_pending_digests()


def collect_digest(organization: Organization) -> None:
    """Store a digest of items that reached a new threshold, at most once a day."""
    now, today = timezone.now(), timezone.localdate()
    if ExpiryDigest.objects.filter(organization=organization, day=today).exists():
        return
    notices = ExpiryNotice.objects.filter(organization=organization)
    sent = set(notices.values_list("object_key", "ends_at", "days"))
    due = [
        (item, days)
        for item in list_expiring(organization)
        if (days := item.reached_warning_days(now)) is not None
        and (item.key, item.ends_at, days) not in sent
    ]
    if not due:
        return
    with transaction.atomic():
        digest, is_created = ExpiryDigest.objects.get_or_create(
            organization=organization, day=today
        )
        if is_created:  # by this worker and no other
            ExpiryNotice.objects.bulk_create(
                ExpiryNotice(
                    digest=digest,
                    organization=organization,
                    object_key=item.key,
                    ends_at=item.ends_at,
                    days=days,
                    line=_mail_line(item, days),
                )
                for item, days in due
            )


def send_pending_digests() -> None:
    """Send every digest that wasn't sent yet and whose next attempt is due."""
    now = timezone.now()
    for digest in ExpiryDigest.objects.filter(sent_at=None).select_related("organization"):
        if digest.tried_at and now < digest.tried_at + _retry_delay(digest.tries):
            continue
        unclaimed = ExpiryDigest.objects.filter(
            pk=digest.pk, sent_at=None, tried_at=digest.tried_at
        )
        if not unclaimed.update(tried_at=now, tries=F("tries") + 1):
            continue  # another worker is sending it
        if not (recipients := find_recipients(digest.organization)):
            continue
        notices = list(digest.notices.order_by("days", "ends_at", "pk"))
        try:
            mail.send(
                recipients,
                _mail_subject(digest.organization, notices),
                _mail_body(digest.organization, notices),
                message_id=f"{digest.pk}@meridian",
            )
        except mail.MAIL_ERRORS:
            log.exception("an expiry digest could not be sent; it is retried")
        else:
            ExpiryDigest.objects.filter(pk=digest.pk).update(sent_at=timezone.now())


def find_recipients(organization: Organization) -> list[str]:
    """Return the email addresses of active admins and editors."""
    members = Membership.objects.filter(
        organization=organization, role__in=RECIPIENT_ROLES, user__is_active=True
    ).select_related("user")
    return sorted({member.user.email for member in members if member.user.email})


def _retry_delay(tries: int) -> timedelta:
    delay: timedelta = timedelta(minutes=2) * 2 ** min(tries, 10)
    return min(delay, MAX_RETRY_DELAY)


def _mail_line(item: ExpiringItem, days: int) -> str:
    """Return an item's line, with a date, since it may be sent later."""
    text = gettext("%(item)s: expired on %(day)s")
    if days:
        text = gettext("%(item)s: expires on %(day)s")
    return text % {"item": describe_item(item), "day": _format_day(item.ends_at)}


def _format_day(time: datetime) -> str:
    return date_format(timezone.localtime(time), "j M Y")


def _mail_subject(organization: Organization, notices: Sequence[ExpiryNotice]) -> str:
    expired = sum(notice.days == 0 for notice in notices)
    counts = {
        "organization": " ".join(organization.name.split()),
        "expired": expired,
        "expiring": len(notices) - expired,
    }
    if not expired:
        return gettext("%(organization)s: %(expiring)d expiring soon") % counts
    if expired == len(notices):
        return gettext("%(organization)s: %(expired)d expired") % counts
    return gettext("%(organization)s: %(expired)d expired, %(expiring)d expiring soon") % counts


def _mail_body(organization: Organization, notices: Sequence[ExpiryNotice]) -> str:
    intro = gettext("Items of %(organization)s that expire soon or have expired:")
    lines = [intro % {"organization": organization.name}]
    heading: int | None = None
    for notice in notices[:MAX_MAIL_LINES]:
        if notice.days != heading:
            heading = notice.days
            lines += ["", str(threshold_label(notice.days))]
        lines.append(f"- {notice.line}")
    more = len(notices) - MAX_MAIL_LINES
    if more > 0:
        lines.append(ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more})
    lines += ["", *_stale_regions(organization)]
    if settings.CONSOLE_URL:
        url = settings.CONSOLE_URL + reverse("keys:expiry", args=[organization.slug])
        lines += ["", gettext("View all: %(url)s") % {"url": url}]
    lines += ["", gettext("You get one notice at 90, 30, 7 and 1 days, and on expiry.")]
    return "\n".join(lines)


def _stale_regions(organization: Organization) -> Iterator[str]:
    """Yield a line for each region whose clients weren't synced lately."""
    rows = KnownService.objects.filter(organization=organization).order_by("region")
    ages = rows.values("region").annotate(oldest=Min("clients_at"), newest=Max("clients_at"))
    for age in ages:
        region = REGION_TITLES.get(age["region"], age["region"])
        if age["newest"] is None:
            text = gettext("Clients in %(region)s were never synced.")
            yield text % {"region": region}
        elif timezone.now() - age["oldest"] > STALE_AFTER:
            text = gettext("Clients in %(region)s were last synced on %(day)s.")
            yield text % {"region": region, "day": _format_day(age["oldest"])}
