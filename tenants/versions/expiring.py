"""Removing versions that were kept long enough.

How an object was at any moment since then stays known, and how it was last. The
oldest version that is left says which mac it follows, under a seal: without it,
versions that somebody just deleted would not be missed.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Max, Min

from tenants.audit.events import VERSIONS_EXPIRE
from tenants.audit.expiring import clock
from tenants.audit.kinds import DAY, days
from tenants.audit.notes import doing
from tenants.audit.who import Who
from tenants.authlete.changes import Change
from tenants.versions.keeping import seal
from tenants.versions.models import Content, Version
from tenants.versions.reading import is_whole

log = logging.getLogger(__name__)

MOST = 500  # objects whose versions are removed in one go
PLACE = ("organization_id", "region", "service_id", "client_id")


class Past(NamedTuple):
    """The versions of an object that are to go: all before one that is kept."""

    place: dict[str, Any]
    first: int
    kept: int


def expire(who: Callable[[int], Who]) -> Iterator[int]:
    """Remove what was kept long enough; how many versions at a time.

    Raises `NotRecorded`, and then those are all there.
    """
    keep = days(settings.VERSIONS_KEEP)
    if not keep:
        return
    for organization, pasts in due(keep).items():
        for at in range(0, len(pasts), MOST):
            chosen = pasts[at : at + MOST]
            there = [len(_rows(one)) for one in chosen]
            # Of one that has nothing left to go, another worker was quicker.
            some = [one for one, rows in zip(chosen, there, strict=True) if rows > 1]
            if not some:
                continue
            count = sum(one.kept - one.first for one in some)
            changes = [
                Change("versions", None, count),
                Change("days", None, keep),
            ]
            if unfit := there.count(0):
                changes.append(Change("unfit", None, unfit))
            label = f"{count} versions"
            with doing(
                who(organization), VERSIONS_EXPIRE, label=label, changes=changes
            ):
                for one in some:
                    _remove(one)
            yield count


def due(keep: int) -> dict[int, list[Past]]:
    """What can go, by organization: versions that another had followed that many days
    ago."""
    until = datetime.fromtimestamp((clock() - keep * DAY) / 1_000_000, UTC)
    old = Version.objects.filter(first_at__lt=until).order_by()
    spans = old.values(*PLACE).annotate(first=Min("number"), kept=Max("number"))
    found = defaultdict(list)
    for row in spans.filter(first__lt=F("kept")).iterator():
        first, kept = row.pop("first"), row.pop("kept")
        found[row["organization_id"]].append(Past(row, first, kept))
    return found


def _rows(past: Past) -> list[Version]:
    """None where one is not as it was kept: that is to be looked into, and all stay."""
    own = Version.objects.filter(**past.place)
    rows = list(own.filter(number__lte=past.kept).order_by("number"))
    if is_whole(rows):
        return rows
    log.error("versions of %s do not fit together, and are kept", past.place)
    return []


def _remove(past: Past) -> None:
    own = Version.objects.filter(**past.place)
    with transaction.atomic():
        if connection.vendor == "postgresql":
            # Whoever keeps a version waits, and then sees which contents are gone.
            with connection.cursor() as cursor:
                table = Version._meta.db_table
                cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        rows = _rows(past)  # once more, since nobody else writes now
        if len(rows) < 2:
            return
        *gone, kept = rows
        kept.before = gone[-1].mac
        kept.seal = seal(kept)
        kept.save(update_fields=["before", "seal"])
        own.filter(number__lt=past.kept).delete()
        digests = {one.digest for one in gone}
        used = Version.objects.filter(digest__in=digests)
        digests -= set(used.values_list("digest", flat=True))
        Content.objects.filter(digest__in=digests).delete()
