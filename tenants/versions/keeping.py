"""Keeping what comes through the door, and noticing what was not done from here."""

import hmac
import logging
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from tenants.audit.chain import ring
from tenants.audit.gone import begun
from tenants.authlete.documents.base import Document
from tenants.authlete.editing import label_of
from tenants.authlete.reading import storable
from tenants.authlete.sight import Sight, moved, opened, without_counts
from tenants.versions import outside
from tenants.versions.models import Content, Version, digest_of

log = logging.getLogger(__name__)

AGE = timedelta(seconds=2)  # how far behind the time of a last sight may be
LATE = timedelta(minutes=1)  # that no answer takes
IN_RECORD = 7  # the version of the ids of its entries
LONGEST = 200  # characters of a name


@dataclass(frozen=True)
class Keeper:
    """One organization's `Eyes`."""

    organization_id: int
    _seen: deque[Sight] = field(default_factory=deque)

    def saw(self, sight: Sight) -> None:
        self._seen.append(sight)

    def keep(self) -> None:
        """What cannot be kept is told to whoever runs the console; what was asked of
        Authlete is answered all the same."""
        with suppress(IndexError):  # once there is no more, here or in another thread
            while True:
                self._keep(self._seen.popleft())

    def _keep(self, sight: Sight) -> None:
        try:
            keep(self.organization_id, sight)
        except Exception:
            log.exception("a version could not be kept")


def keep(organization_id: int, sight: Sight) -> None:
    """Add a version where the object is another than when it was seen last."""
    last = of(organization_id, sight).first()
    if last is None and not sight.text:
        return  # nothing is known of it, nor was
    now = timezone.now()
    if last and _is_same(last, sight):
        _seen_again(last, sight)
        return
    if last and _is_late(last, sight, now):
        return
    contents = [Content.of(sight.text)] if sight.text else []
    Content.objects.bulk_create(contents, ignore_conflicts=True)
    new = _new(organization_id, sight, last, now)
    if not sight.written and _is_outside(last, new):
        new.outside = Version.Outside.UNTOLD
    try:
        with transaction.atomic():
            new.save(force_insert=True)
            # Once more: until now `expiring` may have removed the same content.
            Content.objects.bulk_create(contents, ignore_conflicts=True)
    except IntegrityError:  # another process saw the same, and was faster
        if sight.written:
            same = of(organization_id, sight).filter(modified_at=sight.modified_at)
            same.update(entry=sight.entry, written=True)
        return
    if new.outside:
        outside.tell(last, new)


def _is_outside(last: Version | None, new: Version) -> bool:
    return outside.is_so(last, new) if last else outside.is_made(new)


def seen_again(versions: Iterable[Version], moment: datetime) -> None:
    """Keep that these were the same at a moment, as a list said."""
    pks = [one.pk for one in versions if one.last_at < moment - AGE]
    for at in range(0, len(pks), 500):  # what a statement of SQLite's may hold
        rows = Version.objects.filter(pk__in=pks[at : at + 500], last_at__lt=moment)
        rows.update(last_at=moment)


def of(organization_id: int, sight: Sight) -> QuerySet[Version]:
    """The versions of what was seen, newest first."""
    return Version.objects.filter(
        organization_id=organization_id,
        region=sight.region,
        service_id=sight.service_id,
        client_id=sight.client_id,
    )


def _is_same(last: Version, sight: Sight) -> bool:
    if not sight.text or last.is_gone:
        return not sight.text and last.is_gone
    if last.modified_at != sight.modified_at:
        return False
    if last.digest == digest_of(sight.text) or last.sketch == _sketch(sight.text):
        return True
    # Of one version, what Authlete writes otherwise from time to time is no news.
    return not moved(last.document(), opened(Document, sight.text))


def _is_late(last: Version, sight: Sight, now: datetime) -> bool:
    """Whether something newer was seen while the answer was under way."""
    if last.is_gone:  # it was there when the call began, which says nothing of now
        return timedelta(0) <= last.first_at - _began(sight) < LATE
    older = bool(sight.text) and sight.modified_at < last.modified_at
    return older and now - last.last_at < LATE


def _seen_again(last: Version, sight: Sight) -> None:
    """It was so when the call began. Since then it may have been changed, from here
    even, and what is kept of that may come first."""
    if sight.written and not last.written:
        last.entry, last.written = sight.entry, True
        last.save(update_fields=["entry", "written"])
    began = _began(sight)
    if began - last.last_at > AGE:
        Version.objects.filter(pk=last.pk, last_at__lt=began).update(last_at=began)


def _began(sight: Sight) -> datetime:
    """When the call did that showed it; now, where it is not in the record."""
    try:
        in_record = UUID(sight.entry).version == IN_RECORD
    except ValueError:
        in_record = False
    if not in_record:
        return timezone.now()
    return datetime.fromtimestamp(begun(sight.entry) / 1_000_000, UTC)


def _new(
    organization_id: int, sight: Sight, last: Version | None, now: datetime
) -> Version:
    name = last.name if last else ""
    if sight.text:
        name = label_of(opened(Document, sight.text).wire()) or name
    new = Version(
        organization_id=organization_id,
        region=sight.region,
        service_id=sight.service_id,
        client_id=sight.client_id,
        number=last.number + 1 if last else 1,
        digest=digest_of(sight.text) if sight.text else "",
        sketch=_sketch(sight.text) if sight.text else "",
        name=storable(name)[:LONGEST],
        modified_at=sight.modified_at,
        first_at=now,
        last_at=now,
        entry=sight.entry,
        written=sight.written,
        key=ring().current,
    )
    new.mac = mac(new, last.mac if last else "")
    return new


def mac(version: Version, before: str) -> str:
    """HMAC-SHA256 over what a version says and the mac of the one before it."""
    said = (
        "meridian version v1",
        before,
        version.organization_id,
        version.region,
        version.service_id,
        version.client_id,
        version.number,
        version.digest,
        version.modified_at,
        int(version.first_at.timestamp() * 1_000_000),
    )
    data = "\n".join(map(str, said)).encode()
    return hmac.digest(ring()[version.key], data, "sha256").hex()


def seal(version: Version) -> str:
    """HMAC-SHA256 over a version whose one before was removed, and that one's mac."""
    data = f"meridian version start v1\n{version.before}\n{version.mac}".encode()
    return hmac.digest(ring()[version.key], data, "sha256").hex()


def _sketch(text: str) -> str:
    return digest_of(without_counts(text))
