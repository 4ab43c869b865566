"""Pages about access, retention and exports of the audit log."""

from collections.abc import Iterable
from itertools import batched, islice
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.audit import evidence_packages, search_links
from console.audit.search_links import log_read
from console.audit_log import export_formats
from console.audit_log import retention as audit_log_retention
from console.audit_log.access_review import DORMANT_AFTER, AccessReview
from console.audit_log.entry_rows import build_rows, group_by_day, load_names
from console.audit_log.export_formats import ExportRow, iter_entries, redact_subject
from console.audit_log.search_form import AuditSearchForm
from console.audit_log.times import midnight
from console.forms.timestamps import DayField
from console.models import EvidencePackage
from console.templatetags.text import mask
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.responses import download_headers, redirect_to, render_page
from console.web.step_up import step_up
from tenants.audit.events import AUDIT_EXPIRE, AUDIT_EXPORT, AUDIT_READ, VERSIONS_EXPIRE
from tenants.audit.integrity import merkle
from tenants.audit.models import AuditEntry
from tenants.audit.recorder import record_event
from tenants.audit.search.entries import MAX_COUNTED, count_entries, find_last_seq
from tenants.audit.search.filters import EntryFilters
from tenants.authlete.changes import FieldChange
from tenants.organizations.roles import ConsolePermission

PRINT_FORMAT = "print"
MAX_PRINTED_ENTRIES = 1000  # entries; a browser lays out no more within a moment
CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}
WRITERS = {"csv": export_formats.write_csv, "jsonl": export_formats.write_jsonl}
LINES_PER_CHUNK = 100  # lines that are sent at once
SUBJECT_INDEX = export_formats.EXPORT_COLUMNS.index("subject")
# Columns that may contain the entry's subject, and their masked replacement.
SUBJECT_COLUMNS = [
    (index, "[]" if name == "changed" else "")
    for index, name in enumerate(export_formats.EXPORT_COLUMNS)
    if name in merkle.SUBJECT_FIELDS
]


def log_export(
    member: Member, form: AuditSearchForm, filters: EntryFilters, file_format: str
) -> int:
    """Log the export and return the sequence number of its last entry.

    Raises `AuditUnavailableError`; then nothing may be exported.
    """
    last = find_last_seq(member.organization.pk)
    number = count_entries(member.organization.pk, filters, last_seq=last)
    rows = number if number <= MAX_COUNTED else f"> {MAX_COUNTED}"
    record_event(
        member.actor,
        AUDIT_EXPORT,
        object=form.loggable_text or "all",
        label=f"{rows} entries, {file_format}",
        changes=[FieldChange("query", None, form.loggable_text), FieldChange("rows", None, rows)],
    )
    return last


def stream_file(member: Member, form: AuditSearchForm, file_format: str) -> StreamingHttpResponse:
    """Log the export, then stream the file."""
    filters = form.to_filters()
    last = log_export(member, form, filters, file_format)
    pages = map(mask_page, export_formats.iter_row_pages(member.organization.pk, filters, last))
    lines = WRITERS[file_format](pages)
    sent = map("".join, batched(lines, LINES_PER_CHUNK))
    name = f"record-{member.organization.slug}-{timezone.localdate().isoformat()}.{file_format}"
    return StreamingHttpResponse(
        sent, content_type=CONTENT_TYPES[file_format], headers=download_headers(name)
    )


def mask_entry(entry: AuditEntry) -> AuditEntry:
    """Mask the subject of an entry, and remove values that contain it."""
    subject = entry.subject and mask(entry.subject)
    entry = redact_subject(entry)
    entry.subject = subject
    return entry


def mask_page(page: Iterable[ExportRow]) -> list[ExportRow]:
    """Mask subjects and remove values that contain them."""
    return [_mask_row(row) if row[SUBJECT_INDEX] else row for row in page]


def _mask_row(row: ExportRow) -> ExportRow:
    masked, subject = [*row], row[SUBJECT_INDEX]
    for index, hidden in SUBJECT_COLUMNS:
        if merkle.mentions_subject(subject, masked[index]):
            masked[index] = hidden
    masked[SUBJECT_INDEX] = mask(subject)
    return masked


class ReviewDayForm(forms.Form):
    """The day to review."""

    on = DayField(label=_("At the end of"), required=False, initial=timezone.localdate)


@organization_page(ConsolePermission.AUDIT_LOG)
def access_review(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """List members, their roles and last activity at the end of a day."""
    form = ReviewDayForm(request.GET or None)
    now = timezone.now()
    day = form.cleaned_data["on"] if form.is_valid() else None
    ended = midnight(day, days=1)
    moment = min(ended, now) if ended else now
    text = f"access {(day or timezone.localdate(now)).isoformat()}"
    context: dict[str, Any] = {"member": member, "form": form, "moment": moment}
    home = member.organization
    if form.errors:
        return render_page(request, "audit/access_review.html", context, status=422)
    review = AccessReview.load(home, moment)
    if request.GET.get("format") == "csv":
        return _export_access_review(request, member, review, text)
    record_event(member.actor, AUDIT_READ, object=text)
    context |= {
        "day": day or timezone.localdate(now),
        "current_memberships": list(review.list_rows()),
        "dormant": DORMANT_AFTER.days,
        "past": moment < now,
        "review": review,
        "retention_gaps": audit_log_retention.find_retention_gaps(
            home.pk, EntryFilters(until=moment), now
        ),
    }
    return render_page(request, "audit/access_review.html", context)


@step_up
def _export_access_review(
    request: ConsoleRequest, member: Member, review: AccessReview, text: str
) -> StreamingHttpResponse:
    rows = list(review.list_rows())
    record_event(member.actor, AUDIT_EXPORT, object=text, label=f"{len(rows)} members, csv")
    name = f"{text.replace(' ', '-')}-{member.organization.slug}.csv"
    return StreamingHttpResponse(
        review.to_csv(rows), content_type="text/csv; charset=utf-8", headers=download_headers(name)
    )


@organization_page(ConsolePermission.AUDIT_LOG)
def retention(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Show retention periods and this organization's deletions."""
    unwritten = not log_read(member, "retention")
    removals = audit_log_retention.list_removals(member.organization.pk)
    context = {
        "member": member,
        "log_unavailable": unwritten,
        "kinds": list(audit_log_retention.retention_by_category(member.organization.pk)),
        "versions": audit_log_retention.version_retention(),
        "total": removals[0].total if removals else 0,
        "removals": removals[: audit_log_retention.MAX_LISTED_REMOVALS],
        "more": len(removals) > audit_log_retention.MAX_LISTED_REMOVALS,
        "operation": AUDIT_EXPIRE.name,
        "of_versions": VERSIONS_EXPIRE.name,
    }
    return render_page(request, "audit/retention.html", context)


def deleted_entry(request: ConsoleRequest, member: Member, entry: UUID) -> HttpResponse:
    """Show the tombstone of a deleted entry; raise `Http404` if it never existed."""
    remains = audit_log_retention.find_removed_entry(member.organization.pk, str(entry))
    if remains is None:
        raise Http404
    context = {
        "member": member,
        "log_unavailable": not log_read(member, remains.entry),
        "removed_entry": remains,
    }
    return render_page(request, "audit/deleted_entry.html", context, status=410)


@organization_page(ConsolePermission.AUDIT_LOG)
@step_up
def export_file(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """Return the entries found as CSV, JSON Lines or a print page."""
    query = request.GET.copy()
    (kind,) = query.pop("format", ["csv"])[:1]
    form = AuditSearchForm(query, member.organization)
    if not form.is_valid():
        return redirect_to(request, search_links.invalid_search_url(member, query))
    if kind in CONTENT_TYPES:
        return stream_file(member, form, kind)
    return _print_page(request, member, form)


def _print_page(request: ConsoleRequest, member: Member, form: AuditSearchForm) -> HttpResponse:
    organization, filters = member.organization.pk, form.to_filters()
    last = log_export(member, form, filters, PRINT_FORMAT)
    some = islice(iter_entries(organization, filters, last), MAX_PRINTED_ENTRIES + 1)
    entries = [mask_entry(entry) for entry in some]
    names = load_names(organization, entries)
    rows = build_rows(entries[:MAX_PRINTED_ENTRIES], names)
    context = {
        "member": member,
        "rows": rows,
        "days": group_by_day(rows),
        "more": len(entries) > MAX_PRINTED_ENTRIES,
        "max_count": MAX_PRINTED_ENTRIES,
        "chips": list(search_links.filter_chips(form)),
        "search_start": filters.horizon(timezone.now()),
        "retention_gaps": audit_log_retention.find_retention_gaps(
            organization, filters, timezone.now()
        ),
        "folds_reads": form.hides_reads,
        "query": form.query.urlencode(),
        "now": timezone.now(),
    }
    return render_page(request, "audit/export_file.html", context)


@step_up
def download_package(
    request: ConsoleRequest, member: Member, package: EvidencePackage
) -> HttpResponseBase:
    """Log the download, then stream the package."""
    label = f"{package.entries} entries, evidence pack"
    record_event(member.actor, AUDIT_EXPORT, object=str(package.pk), label=label)
    content, name = evidence_packages.iter_bytes(package), evidence_packages.file_name(package)
    response = StreamingHttpResponse(
        content, content_type="application/zip", headers=download_headers(name)
    )
    response["Content-Length"] = package.size
    return response
