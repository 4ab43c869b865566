"""Telling by mail what ends soon: each threshold of each thing once.

What a day's mail says is written down first, all in one go; then it is sent. A worker
that is killed in between loses nothing, since the next one finds what was not sent.
Should it be killed after the mail server took the mail, and before that is noted, the
same mail goes out again, under the same message id (`docs/decisions/told-once.md`).
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
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.editing.ends import End, ends
from console.editing.fleet import Itself, fleet
from console.keys.ending_words import of_end, reached
from console.models import Digest, KnownService, ToldEnd
from tenants import mail
from tenants.jobs.chores import chore
from tenants.models import Membership, Organization
from tenants.regions import TITLES
from tenants.roles import Role

log = logging.getLogger(__name__)

LOOKED = 15 * 60  # seconds until an organization is looked through again
READ = 12 * 60 * 60  # seconds until its services are read again for this
OLD = timedelta(days=2)  # since clients were read, from which on a mail says so
MOST = 60  # lines of a mail; the others are on the page alone
LONGEST_WAIT = timedelta(hours=6)  # until a mail is tried again
TOLD = (Role.ADMIN, Role.EDITOR)


@chore
def tell() -> None:
    """Write down what is to be told today, and send what was not sent yet."""
    if not mail.is_on():
        return
    for organization in Organization.objects.all():
        if cache.add(f"ends-looked:{organization.pk}", "yes", LOOKED):
            if cache.add(f"services-read:{organization.pk}", "yes", READ):
                fleet(Itself(organization, "worker"))  # keeps what it sees of keys
            gather(organization)
    send()


def gather(organization: Organization) -> None:
    """Write down what reached a threshold that nobody was told of; once a day."""
    now, today = timezone.now(), timezone.localdate()
    if Digest.objects.filter(organization=organization, day=today).exists():
        return
    told = set(
        ToldEnd.objects.filter(organization=organization).values_list(
            "thing", "ends_at", "days"
        )
    )
    fresh = [
        (end, days)
        for end in ends(organization)
        if (days := end.threshold(now)) is not None
        and (end.thing, end.ends_at, days) not in told
    ]
    if not fresh:
        return
    with transaction.atomic():
        digest, is_ours = Digest.objects.get_or_create(
            organization=organization, day=today
        )
        if is_ours:  # and not another worker's
            ToldEnd.objects.bulk_create(
                [
                    ToldEnd(
                        digest=digest,
                        organization=organization,
                        thing=end.thing,
                        ends_at=end.ends_at,
                        days=days,
                        line=_line(end, days),
                    )
                    for end, days in fresh
                ]
            )


def send() -> None:
    """Send each mail that was not sent yet, and whose turn it is."""
    now = timezone.now()
    for digest in Digest.objects.filter(sent_at=None).select_related("organization"):
        if digest.tried_at and now < digest.tried_at + _wait(digest.tries):
            continue
        ours = Digest.objects.filter(
            pk=digest.pk, sent_at=None, tried_at=digest.tried_at
        )
        if not ours.update(tried_at=now, tries=F("tries") + 1):
            continue  # another worker is at it
        if not (to := recipients(digest.organization)):
            continue
        told = list(digest.toldend_set.order_by("days", "ends_at", "pk"))
        try:
            mail.send(
                to,
                _subject(digest.organization, told),
                _text(digest.organization, told),
                message_id=f"{digest.pk}@meridian",
            )
        except mail.FAILURES:
            log.exception("a mail of what ends soon was not sent; it is tried again")
        else:
            Digest.objects.filter(pk=digest.pk).update(sent_at=timezone.now())


def recipients(organization: Organization) -> list[str]:
    """Whoever can do something about it."""
    members = Membership.objects.filter(
        organization=organization, role__in=TOLD, user__is_active=True
    ).select_related("user")
    return sorted({one.user.email for one in members if one.user.email})


def _wait(tries: int) -> timedelta:
    wait: timedelta = timedelta(minutes=2) * 2 ** min(tries, 10)
    return min(wait, LONGEST_WAIT)


def _line(end: End, days: int) -> str:
    """As it stands in the mail, whenever that is sent: with the day, and no span."""
    day = _day(end.ends_at)
    said = _("ended on %(day)s") if days == 0 else _("ends on %(day)s")
    return f"{of_end(end)}: {said % {'day': day}}"


def _day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j M Y")


def _subject(organization: Organization, told: Sequence[ToldEnd]) -> str:
    over = sum(one.days == 0 for one in told)
    soon = len(told) - over
    parts = []
    if over:
        parts.append(
            ngettext("%(n)d has ended", "%(n)d have ended", over) % {"n": over}
        )
    if soon:
        parts.append(ngettext("%(n)d ends soon", "%(n)d end soon", soon) % {"n": soon})
    name = " ".join(organization.name.split())
    return f"{name}: {', '.join(parts)}"


def _text(organization: Organization, told: Sequence[ToldEnd]) -> str:
    lines = [
        _("Keys, certificates and other things of %(name)s that come to an end.")
        % {"name": organization.name}
    ]
    heading: int | None = None
    for one in told[:MOST]:
        if one.days != heading:
            heading = one.days
            lines += ["", str(reached(one.days))]
        lines.append(f"- {one.line}")
    more = len(told) - MOST
    if more > 0:
        lines.append(ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more})
    lines += ["", *_unread(organization)]
    if settings.CONSOLE_URL:
        path = reverse("keys:expiry", args=[organization.slug])
        lines += [
            "",
            _("All of it: %(url)s") % {"url": f"{settings.CONSOLE_URL}{path}"},
        ]
    lines += [
        "",
        _("Each is told once at 90, 30, 7 and 1 days, and once it has ended."),
    ]
    return "\n".join(lines)


def _unread(organization: Organization) -> Iterator[str]:
    """Regions whose clients nobody has read lately, of which no more is known."""
    rows = KnownService.objects.filter(organization=organization).order_by("region")
    ages = rows.values("region").annotate(
        oldest=Min("clients_at"), read=Max("clients_at")
    )
    for one in ages:
        title = TITLES.get(one["region"], one["region"])
        if one["read"] is None:
            said = _("Clients in %(region)s were never read.")
            yield said % {"region": title}
        elif timezone.now() - one["oldest"] > OLD:
            said = _("Clients in %(region)s were last read on %(day)s.")
            yield said % {"region": title, "day": _day(one["oldest"])}
