"""Making an evidence pack: what a worker does, and where the bytes are kept."""

import io
import logging
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from console.access import Member
from console.audit.access import Review
from console.audit.exporting import found
from console.audit.forms import RecordForm
from console.audit.telling import changes
from console.models import Pack, PackPart
from tenants.alerts import alert
from tenants.audit import checkpoints
from tenants.audit.chain import Link
from tenants.audit.checkpoints import Broken, Checkpoint
from tenants.audit.evidence.writing import Evidence
from tenants.audit.filters import Filters
from tenants.audit.gone import Tombstone
from tenants.audit.kinds import DAY
from tenants.audit.models import AuditEntry, microseconds
from tenants.audit.removed import runs
from tenants.audit.search import LAST
from tenants.audit.signing import Unsigned
from tenants.authlete.errors import NotRecorded, Unsendable
from tenants.jobs.chores import chore
from tenants.jobs.kinds import Result, handler
from tenants.jobs.models import Item, fit
from tenants.jobs.steering import NewItem, one_at_a_time, start
from tenants.jobs.work import Work
from tenants.roles import Right

KIND = "audit.pack"
KEPT = timedelta(days=7)
MOST = 500_000  # entries of one pack; their ids are held in memory
PART = 1 << 20  # bytes


def ask(member: Member, form: RecordForm) -> tuple[Pack, bool]:
    """Have a worker make a pack of what a search finds now; the form is a valid one.
    False with the one that is being made, since each reads the whole record.

    What comes later stays out, the entry of the pack's own job first of all.
    """
    with one_at_a_time(member.who, member.organization, KIND) as going:
        if pack := Pack.objects.filter(made_at=None, job__in=going).first():
            return pack, False
        return _new(member, form), True


def _new(member: Member, form: RecordForm) -> Pack:
    newest = AuditEntry.objects.filter(organization_id=member.organization.pk).first()
    pack = Pack.objects.create(
        organization=member.organization,
        actor=member.who.actor,
        search=fit(form.told, 1000),
    )
    what = {
        "pack": str(pack.pk),
        "asked": _as_now(form).urlencode(),
        "zone": timezone.get_current_timezone_name(),
        "last": newest.seq if newest else 0,
    }
    title = _("Evidence pack")
    items = [NewItem("", label=title, what=what, sealed=True)]
    try:
        job = start(member.who, member.organization, KIND, title, items, reason=title)
    except NotRecorded:
        pack.delete()
        raise
    pack.job = job.pk
    pack.save(update_fields=["job"])
    return pack


def _as_now(form: RecordForm) -> QueryDict:
    """The search between the moments that it means now, however late it is made."""
    asked, filters = form.asked, form.filters()
    since = filters.since or filters.horizon(timezone.now())
    until = filters.until
    if since and until and until <= since:  # it finds nothing, and is no mistake
        until = since + timedelta(microseconds=1)
    for name, moment in (("after", since), ("before", until)):
        if moment:
            asked[name] = moment.isoformat()
    return asked


@handler(KIND, effect=Right.RECORD)
def make(work: Work, item: Item) -> Result:
    """Make it, from the beginning if another worker had begun."""
    what = item.what
    pack = Pack.objects.filter(pk=UUID(what["pack"])).first()
    if pack is None or pack.made_at:
        return Result(_("It is there already, or not wanted any more."), changed=False)
    pack.parts.all().delete()
    form = RecordForm(QueryDict(what["asked"]), pack.organization)
    with work.alive(), timezone.override(what["zone"]):
        if not form.is_valid():
            raise Unsendable(_("The search is not understood any more."))
        try:
            entries = write(pack, form, what.get("last", LAST))
        except Broken as error:
            alert("audit.broken", level=logging.ERROR, row=error.row, what=error.what)
            raise Unsendable(
                _("The record is not whole, so no pack is made of it.")
            ) from None
        except Unsigned:
            raise Unsendable(
                _("The worker has no key to sign with (AUDIT_SIGNING_KEYS).")
            ) from None
    return Result(_("%(n)d entries") % {"n": entries})


def write(pack: Pack, form: RecordForm, newest: int) -> int:
    """Write the pack of a valid search, up to the entry ``newest``; how many entries
    are in it."""
    last = _covered()
    out = _Parts(pack)
    evidence = Evidence(out)  # type: ignore[arg-type]  # all that is needed of a file
    chosen: set[bytes] = set()
    home, filters, now = pack.organization, form.filters(), timezone.now()
    entries = _chosen(home.pk, filters, min(newest, last.size), chosen)
    evidence.lines("changes.csv", changes(home.pk, entries))
    rows = evidence.rows(lambda row: _is_shown(row, chosen), last)
    moment = min(filters.until or now, now)
    review = Review.of(home, moment)
    evidence.lines("access.csv", review.csv(review.held()))
    evidence.close(
        organization=home.slug,
        search=pack.search,
        entries=len(chosen),
        rows=rows,
        made_by=pack.actor,
        made_at=microseconds(now),
        removed=_removed(home.pk),
    )
    out.end()
    pack.entries, pack.size, pack.covered = len(chosen), out.size, last.size
    pack.made_at = now
    pack.save()
    return len(chosen)


def _covered() -> Checkpoint:
    """A checkpoint of all that there is now."""
    while checkpoints.cut():
        pass
    last = checkpoints.last()
    if last is None:  # nothing was ever recorded
        raise Unsendable(_("There is nothing in the record yet."))
    return last


def _chosen(
    organization: int, filters: Filters, newest: int, chosen: set[bytes]
) -> Iterator[AuditEntry]:
    """The entries up to a row; each is noted in ``chosen``."""
    for entry in found(organization, filters):
        if entry.seq > newest:
            continue
        if len(chosen) == MOST:
            raise Unsendable(
                _("More than %(n)d entries fit. Narrow the search down.") % {"n": MOST}
            )
        chosen.add(UUID(entry.entry).bytes)
        yield entry


def _is_shown(row: Link, chosen: set[bytes]) -> bool:
    is_mine = UUID(row.entry).bytes in chosen
    if is_mine and Tombstone.parse(row.content):
        raise Unsendable(
            _("Some of these entries were removed meanwhile. Ask for the pack anew.")
        )
    return is_mine


def _removed(organization: int) -> dict[str, dict[str, int]]:
    """What is in no pack any more, by kind: how many, and up to when at the latest."""
    found: dict[str, dict[str, int]] = {}
    for entry, run in runs(organization):
        for kind, count in run.entries.items():
            until = entry.at - run.days.get(kind, 0) * DAY
            one = found.setdefault(kind, {"entries": 0, "until": until})
            one["entries"] += count
            one["until"] = max(one["until"], until)
    return found


class _Parts(io.RawIOBase):
    """A file that is only written to, kept in rows."""

    def __init__(self, pack: Pack) -> None:
        self._pack, self._number, self.size = pack, 0, 0
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._waiting += data
        while len(self._waiting) >= PART:
            self._keep(PART)
        return len(data)

    def end(self) -> None:
        if self._waiting:
            self._keep(len(self._waiting))

    def _keep(self, size: int) -> None:
        data = bytes(self._waiting[:size])
        del self._waiting[:size]
        self._number += 1
        self.size += size
        PackPart.objects.create(pack=self._pack, number=self._number, data=data)


def file_name(pack: Pack) -> str:
    """What it is called where it is downloaded."""
    day = timezone.localtime(pack.asked_at).date().isoformat()
    return f"evidence-{pack.organization.slug}-{day}.zip"


def parts(pack: Pack) -> Iterator[bytes]:
    """Its bytes, one part after the other."""
    for number in pack.parts.values_list("number", flat=True):
        yield bytes(pack.parts.get(number=number).data)


@chore
def forget() -> None:
    """Remove packs that were made some days ago."""
    Pack.objects.filter(asked_at__lt=timezone.now() - KEPT).delete()
