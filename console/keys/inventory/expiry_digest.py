"""What ends, and how soon, in words."""

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
from console.models import Digest, KnownService, ToldEnd
from tenants.jobs.periodic_tasks import run_every_minute
from tenants.models import Membership, Organization
from tenants.organizations.regions import REGION_TITLES
from tenants.organizations.roles import Role
from tenants.outbound import mail

THRESHOLD_LABELS: dict[int, str | Promise] = {
    0: _("Has ended"),
    1: _("Within a day"),
    7: _("Within 7 days"),
    30: _("Within 30 days"),
    90: _("Within 90 days"),
}


def threshold_label(days: int) -> str | Promise:
    return THRESHOLD_LABELS.get(days, str(days))


def describe_expiry(item: ExpiringItem) -> str:
    """What it is, and where, on one line."""
    place = REGION_TITLES.get(item.region, item.region)
    name = " ".join(item.name.split())
    owner = " ".join(item.owner.split())
    where = f"{owner}, {place}" if owner else place
    return f"{item.kind_label} {name} ({where})" if name else f"{item.kind_label} ({where})"


log = logging.getLogger(__name__)

COLLECT_INTERVAL_SECONDS = 15 * 60  # seconds until an organization is looked through again
REFRESH_INTERVAL_SECONDS = 12 * 60 * 60  # seconds until its services are read again for this
STALE_AFTER = timedelta(days=2)  # since clients were read, from which on a mail says so
MAX_MAIL_LINES = 60  # lines of a mail; the others are on the page alone
MAX_RETRY_DELAY = timedelta(hours=6)  # until a mail is tried again
RECIPIENT_ROLES = (Role.ADMIN, Role.EDITOR)


@run_every_minute
def send_expiry_digests() -> None:
    """Write down what is to be told today, and send what was not sent yet."""
    if not mail.is_enabled():
        return
    for organization in Organization.objects.all():
        if cache.add(f"ends-looked:{organization.pk}", "yes", COLLECT_INTERVAL_SECONDS):
            if cache.add(f"services-read:{organization.pk}", "yes", REFRESH_INTERVAL_SECONDS):
                list_services(
                    BackgroundReader(organization, "worker")
                )  # keeps what it sees of keys
            collect_digest(organization)
    send_pending_digests()


def collect_digest(organization: Organization) -> None:
    """Write down what reached a threshold that nobody was told of; once a day."""
    now, today = timezone.now(), timezone.localdate()
    if Digest.objects.filter(organization=organization, day=today).exists():
        return
    told = set(
        ToldEnd.objects.filter(organization=organization).values_list("thing", "ends_at", "days")
    )
    fresh = [
        (end, days)
        for end in list_expiring(organization)
        if (days := end.reached_warning_days(now)) is not None
        and (end.key, end.ends_at, days) not in told
    ]
    if not fresh:
        return
    with transaction.atomic():
        digest, is_ours = Digest.objects.get_or_create(organization=organization, day=today)
        if is_ours:  # and not another worker's
            ToldEnd.objects.bulk_create(
                [
                    ToldEnd(
                        digest=digest,
                        organization=organization,
                        thing=end.key,
                        ends_at=end.ends_at,
                        days=days,
                        line=_mail_line(end, days),
                    )
                    for end, days in fresh
                ]
            )


def send_pending_digests() -> None:
    """Send each mail that was not sent yet, and whose turn it is."""
    now = timezone.now()
    for digest in Digest.objects.filter(sent_at=None).select_related("organization"):
        if digest.tried_at and now < digest.tried_at + _retry_delay(digest.tries):
            continue
        ours = Digest.objects.filter(pk=digest.pk, sent_at=None, tried_at=digest.tried_at)
        if not ours.update(tried_at=now, tries=F("tries") + 1):
            continue  # another worker is at it
        if not (to := find_recipients(digest.organization)):
            continue
        told = list(digest.toldend_set.order_by("days", "ends_at", "pk"))
        try:
            mail.send(
                to,
                _mail_subject(digest.organization, told),
                _mail_body(digest.organization, told),
                message_id=f"{digest.pk}@meridian",
            )
        except mail.MAIL_ERRORS:
            log.exception("a mail of what ends soon was not sent; it is tried again")
        else:
            Digest.objects.filter(pk=digest.pk).update(sent_at=timezone.now())


def find_recipients(organization: Organization) -> list[str]:
    """Whoever can do something about it."""
    members = Membership.objects.filter(
        organization=organization, role__in=RECIPIENT_ROLES, user__is_active=True
    ).select_related("user")
    return sorted({one.user.email for one in members if one.user.email})


def _retry_delay(tries: int) -> timedelta:
    wait: timedelta = timedelta(minutes=2) * 2 ** min(tries, 10)
    return min(wait, MAX_RETRY_DELAY)


def _mail_line(item: ExpiringItem, days: int) -> str:
    """As it stands in the mail, whenever that is sent: with the day, and no span."""
    day = _format_day(item.ends_at)
    said = _("ended on %(day)s") if days == 0 else _("ends on %(day)s")
    return f"{describe_expiry(item)}: {said % {'day': day}}"


def _format_day(time: datetime) -> str:
    return date_format(timezone.localtime(time), "j M Y")


def _mail_subject(organization: Organization, notices: Sequence[ToldEnd]) -> str:
    over = sum(one.days == 0 for one in notices)
    soon = len(notices) - over
    parts = []
    if over:
        parts.append(ngettext("%(n)d has ended", "%(n)d have ended", over) % {"n": over})
    if soon:
        parts.append(ngettext("%(n)d ends soon", "%(n)d end soon", soon) % {"n": soon})
    name = " ".join(organization.name.split())
    return f"{name}: {', '.join(parts)}"


def _mail_body(organization: Organization, notices: Sequence[ToldEnd]) -> str:
    lines = [
        _("Keys, certificates and other things of %(name)s that come to an end.")
        % {"name": organization.name}
    ]
    heading: int | None = None
    for one in notices[:MAX_MAIL_LINES]:
        if one.days != heading:
            heading = one.days
            lines += ["", str(threshold_label(one.days))]
        lines.append(f"- {one.line}")
    more = len(notices) - MAX_MAIL_LINES
    if more > 0:
        lines.append(ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more})
    lines += ["", *_stale_regions(organization)]
    if settings.CONSOLE_URL:
        path = reverse("keys:expiry", args=[organization.slug])
        lines += [
            "",
            _("All of it: %(url)s") % {"url": f"{settings.CONSOLE_URL}{path}"},
        ]
    lines += [
        "",
        gettext("Each is told once at 90, 30, 7 and 1 days, and once it has ended."),
    ]
    return "\n".join(lines)


def _stale_regions(organization: Organization) -> Iterator[str]:
    """Regions whose clients nobody has read lately, of which no more is known."""
    rows = KnownService.objects.filter(organization=organization).order_by("region")
    ages = rows.values("region").annotate(oldest=Min("clients_at"), read=Max("clients_at"))
    for one in ages:
        title = REGION_TITLES.get(one["region"], one["region"])
        if one["read"] is None:
            said = _("Clients in %(region)s were never read.")
            yield said % {"region": title}
        elif timezone.now() - one["oldest"] > STALE_AFTER:
            said = _("Clients in %(region)s were last read on %(day)s.")
            yield said % {"region": title, "day": _format_day(one["oldest"])}
