"""Create evidence packages in the worker and store them in the database."""

import io
import logging
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from console.audit_log.access_review import AccessReview
from console.audit_log.export_formats import iter_entries, write_changes_csv
from console.audit_log.search_form import AuditSearchForm
from console.models import EvidencePackage, EvidencePackagePart
from console.web.access import Member
from tenants.audit.evidence.package import EvidencePackageWriter
from tenants.audit.integrity import checkpoints
from tenants.audit.integrity.chain import ChainRow
from tenants.audit.integrity.signed_tree import ChainBrokenError, Checkpoint
from tenants.audit.integrity.signing import SigningKeyMissingError
from tenants.audit.integrity.tombstones import Tombstone
from tenants.audit.models import AuditEntry, to_microseconds
from tenants.audit.retention.policy import MICROSECONDS_PER_DAY
from tenants.audit.retention.runs import list_runs
from tenants.audit.search.filters import EntryFilters
from tenants.audit.search.paging import MAX_SEQ
from tenants.authlete.errors import AuditUnavailableError, InvalidRequestError
from tenants.jobs.context import JobContext
from tenants.jobs.control import exclusive_jobs, start_job
from tenants.jobs.models import Item, NewItem, truncate
from tenants.jobs.periodic_tasks import run_every_minute
from tenants.jobs.registry import ItemResult, job_handler
from tenants.organizations.roles import ConsolePermission
from tenants.outbound.alerts import alert

EVIDENCE_JOB_KIND = "audit.pack"
PACKAGE_LIFETIME = timedelta(days=7)
MAX_PACKAGE_ENTRIES = 500_000  # entries of one package; their ids are held in memory
PART_BYTES = 1 << 20  # bytes


def request_package(member: Member, form: AuditSearchForm) -> tuple[EvidencePackage, bool]:
    """Start a job that creates an evidence package of the entries found now.

    Return False with the package in progress if there is one. Later entries stay out.
    """
    with exclusive_jobs(member.actor, member.organization, EVIDENCE_JOB_KIND) as going:
        if package := EvidencePackage.objects.filter(completed_at=None, job__in=going).first():
            return package, False
        return _create_package(member, form), True


def _create_package(member: Member, form: AuditSearchForm) -> EvidencePackage:
    newest = AuditEntry.objects.filter(organization_id=member.organization.pk).first()
    package = EvidencePackage.objects.create(
        organization=member.organization,
        actor=member.actor.name,
        search=truncate(form.loggable_text, 1000),
    )
    payload = {
        "pack": str(package.pk),
        "asked": _fixed_query(form).urlencode(),
        "zone": timezone.get_current_timezone_name(),
        "last": newest.seq if newest else 0,
    }
    title = _("Evidence package")
    items = [NewItem("", label=title, payload=payload, sealed=True)]
    try:
        job = start_job(
            member.actor, member.organization, EVIDENCE_JOB_KIND, title, items, reason=title
        )
    except AuditUnavailableError:
        package.delete()
        raise
    package.job = job.pk
    package.save(update_fields=["job"])
    return package


def _fixed_query(form: AuditSearchForm) -> QueryDict:
    """Return the search with its relative times replaced by fixed ones."""
    query, filters = form.query, form.to_filters()
    since = filters.since or filters.horizon(timezone.now())
    until = filters.until
    if since and until and until <= since:  # it finds nothing, and is no mistake
        until = since + timedelta(microseconds=1)
    for name, moment in (("after", since), ("before", until)):
        if moment:
            query[name] = moment.isoformat()
    return query


@job_handler(EVIDENCE_JOB_KIND, permission=ConsolePermission.AUDIT_LOG)
def build_package(work: JobContext, item: Item) -> ItemResult:
    """Build the package, from the start after an interruption."""
    payload = item.payload
    package = EvidencePackage.objects.filter(pk=UUID(payload["pack"])).first()
    if package is None or package.completed_at:
        return ItemResult(_("Already created or deleted."), changed=False)
    package.parts.all().delete()
    form = AuditSearchForm(QueryDict(payload["asked"]), package.organization)
    with work.keep_alive(), timezone.override(payload["zone"]):
        if not form.is_valid():
            raise InvalidRequestError(_("The search is no longer valid."))
        try:
            entries = write_package(package, form, payload.get("last", MAX_SEQ))
        except ChainBrokenError as error:
            alert("audit.broken", level=logging.ERROR, row=error.row, what=error.reason)
            raise InvalidRequestError(
                _("Log verification failed, so no package was created.")
            ) from None
        except SigningKeyMissingError:
            raise InvalidRequestError(
                _("The worker has no signing key (AUDIT_SIGNING_KEYS).")
            ) from None
    return ItemResult(_("%(n)d entries") % {"n": entries})


def write_package(package: EvidencePackage, form: AuditSearchForm, max_seq: int) -> int:
    """Write the package of a search up to entry ``max_seq``; return its entry count."""
    last = _latest_checkpoint()
    out = _PartWriter(package)
    evidence = EvidencePackageWriter(out)  # type: ignore[arg-type]  # all that is needed of a file
    selected: set[bytes] = set()
    home, filters, now = package.organization, form.to_filters(), timezone.now()
    entries = _select_entries(home.pk, filters, min(max_seq, last.size), selected)
    evidence.write_lines("changes.csv", write_changes_csv(home.pk, entries))
    rows = evidence.write_rows(lambda row: _is_selected(row, selected), last)
    moment = min(filters.until or now, now)
    review = AccessReview.load(home, moment)
    evidence.write_lines("access.csv", review.to_csv(review.list_rows()))
    evidence.close(
        organization=home.slug,
        search=package.search,
        entries=len(selected),
        rows=rows,
        made_by=package.actor,
        made_at=to_microseconds(now),
        removed=_deleted_by_category(home.pk),
    )
    out.close_package()
    package.entries, package.size, package.covered = len(selected), out.size, last.size
    package.completed_at = now
    package.save()
    return len(selected)


def _latest_checkpoint() -> Checkpoint:
    """Return a checkpoint that covers all rows."""
    while checkpoints.create_checkpoint():
        pass
    last = checkpoints.load_last_checkpoint()
    if last is None:  # nothing was ever recorded
        raise InvalidRequestError(_("The audit log is empty."))
    return last


def _select_entries(
    organization: int, filters: EntryFilters, max_seq: int, selected: set[bytes]
) -> Iterator[AuditEntry]:
    """Yield the entries up to ``max_seq``, and add their IDs to ``selected``."""
    for entry in iter_entries(organization, filters):
        if entry.seq > max_seq:
            continue
        if len(selected) == MAX_PACKAGE_ENTRIES:
            raise InvalidRequestError(
                _("More than %(n)d entries match. Narrow the search.") % {"n": MAX_PACKAGE_ENTRIES}
            )
        selected.add(UUID(entry.entry).bytes)
        yield entry


def _is_selected(row: ChainRow, selected: set[bytes]) -> bool:
    is_mine = UUID(row.entry).bytes in selected
    if is_mine and Tombstone.parse(row.content):
        raise InvalidRequestError(
            _("Some of these entries were deleted meanwhile. Create the package again.")
        )
    return is_mine


def _deleted_by_category(organization: int) -> dict[str, dict[str, int]]:
    """Return count and latest date of deleted entries, by category."""
    deletions: dict[str, dict[str, int]] = {}
    for entry, run in list_runs(organization):
        for kind, count in run.entries.items():
            until = entry.at - run.days.get(kind, 0) * MICROSECONDS_PER_DAY
            totals = deletions.setdefault(kind, {"entries": 0, "until": until})
            totals["entries"] += count
            totals["until"] = max(totals["until"], until)
    return deletions


class _PartWriter(io.RawIOBase):
    """A write-only file stored as database rows."""

    def __init__(self, package: EvidencePackage) -> None:
        self._package, self._number, self.size = package, 0, 0
        self._buffer = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._buffer += data
        while len(self._buffer) >= PART_BYTES:
            self._store_part(PART_BYTES)
        return len(data)

    def close_package(self) -> None:
        if self._buffer:
            self._store_part(len(self._buffer))

    def _store_part(self, size: int) -> None:
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        self._number += 1
        self.size += size
        EvidencePackagePart.objects.create(package=self._package, number=self._number, data=data)


def file_name(package: EvidencePackage) -> str:
    """Return the download file name of a package."""
    day = timezone.localtime(package.requested_at).date().isoformat()
    return f"evidence-{package.organization.slug}-{day}.zip"


def iter_bytes(package: EvidencePackage) -> Iterator[bytes]:
    """Yield the content of a package."""
    for number in package.parts.values_list("number", flat=True):
        yield bytes(package.parts.get(number=number).data)


@run_every_minute
def delete_old_packages() -> None:
    """Delete packages past `PACKAGE_LIFETIME`."""
    EvidencePackage.objects.filter(requested_at__lt=timezone.now() - PACKAGE_LIFETIME).delete()
