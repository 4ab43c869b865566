import logging
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import DatabaseError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import push_url

from console.audit import evidence_packages, search_links, verification
from console.audit.entry_table import EntryTableRenderer
from console.audit.search_links import log_read
from console.audit.views.reports import deleted_entry, download_package
from console.audit_log import retention, risks, suggestions
from console.audit_log.change_descriptions import (
    describe_changes,
    load_changes,
    settings_for_operation,
)
from console.audit_log.differences import diff_changes, link_values
from console.audit_log.entry_groups import build_group_rows
from console.audit_log.entry_rows import (
    build_row,
    build_rows,
    describe_entry_changes,
    group_by_day,
    load_names,
    request_path,
)
from console.audit_log.search_form import AuditSearchForm
from console.audit_log.search_language import CURSOR, FILTERS
from console.audit_log.suggestions import suggest_completions
from console.history.entries import (
    CREATION_OPERATIONS,
    UNDOABLE_OPERATIONS,
    entry_page_path,
    is_undoable,
)
from console.history.groups import expand_group
from console.inventory.blast_radius import recorded_impacts
from console.models import EvidencePackage, VerificationRun
from console.users.receipt_store import receipts_by_entry
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.idempotency import IdempotentForm, idempotent
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.audit.events import AUDIT_RESOLVE, EVENTS
from tenants.audit.integrity.chain_position import find_position
from tenants.audit.models import AuditEntry
from tenants.audit.reconciliation.resolutions import find_resolution_entry, find_unresolved
from tenants.audit.search.entries import MAX_COUNTED, count_entries, search_entries
from tenants.audit.search.groups import EntryGroup, search_groups
from tenants.audit.search.paging import SearchPage
from tenants.authlete.api import OPERATIONS
from tenants.authlete.operation import Effect
from tenants.authlete.result_codes import get_meaning
from tenants.jobs import queue
from tenants.jobs.models import Item, Job
from tenants.organizations.roles import ConsolePermission

logger = logging.getLogger(__name__)

ONE_MILLISECOND = timedelta(milliseconds=1)
ENTRIES_PER_PAGE = 50  # entries a page
MAX_LISTED_RESULTS = 10  # listed packages and verification runs
REFRESH_SECONDS = 2  # polling interval while a package is created
MAX_RELATED_ENTRIES = 10  # other entries of the same request or job


@organization_page(ConsolePermission.AUDIT_LOG)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    """List the organization's audit entries, newest first.

    Searches are posted, because they may contain a subject, and redirect to a URL without it.
    """
    posted = request.method == "POST"
    data = request.POST if posted else request.GET
    form = AuditSearchForm(data, member.organization, is_posted=posted)
    context: dict[str, Any] = {
        "member": member,
        "form": form,
        "saved": list(search_links.preset_links(form, suggestions.preset_searches(member))),
        "pinned_searches": list(
            search_links.preset_links(form, suggestions.pinned_searches(member))
        ),
        "names": FILTERS,
        "size": ENTRIES_PER_PAGE,
    }
    if not form.is_valid():
        return render_page(request, "audit/index.html", context, part="results", status=422)
    query, cursor = form.query, data.get(CURSOR, "")
    if cursor:
        query[CURSOR] = cursor
    path = f"{request.path}?{query.urlencode()}".rstrip("?")
    if (posted or query != data) and not request.htmx:
        return redirect_to(request, path)  # a short URL to share
    context["log_unavailable"] = not log_read(member, form.loggable_text)
    try:
        context |= _search_context(member, form, cursor)
    except DatabaseError:
        logger.exception("could not read the audit log")
        context["failed"] = True
    response = render_page(request, "audit/index.html", context, part="results")
    return push_url(response, path) if request.htmx else response


def _search_context(member: Member, form: AuditSearchForm, cursor: str) -> dict[str, Any]:
    """Return the entries found and the links to related searches."""
    organization, filters = member.organization.pk, form.to_filters()
    page: SearchPage[AuditEntry] | SearchPage[EntryGroup]
    if filters.names_single_entries:
        page = search_entries(organization, filters, cursor, size=ENTRIES_PER_PAGE)
        rows = build_rows(page.rows, load_names(organization, page.rows))
    else:
        page = search_groups(organization, filters, cursor, size=ENTRIES_PER_PAGE)
        rows = build_group_rows(organization, page.rows)
    base_path = reverse("audit:index", args=[member.organization.slug])
    group_query = search_links.group_query(form)
    cells = EntryTableRenderer(form.query, base_path, group_query)
    return {
        "rows": rows,
        "days": [[cells.render(row) for row in day] for day in group_by_day(rows)],
        "group_query": group_query,
        "count": count_entries(organization, filters),
        "max_count": MAX_COUNTED,
        "unknown": find_unresolved(organization)[: MAX_COUNTED + 1].count(),
        "page": page,
        "older": search_links.page_url(form, page.older),
        "newer": search_links.page_url(form, page.newer),
        "chips": list(search_links.filter_chips(form)),
        "periods": list(search_links.period_links(form)),
        "further": search_links.one_year_url(form),
        "query": form.query.urlencode(),
        "retention_gaps": retention.find_retention_gaps(organization, filters, timezone.now()),
        "with_reads": search_links.reads_url(form, show=True),
        "without_reads": search_links.reads_url(form, show=False),
    }


@organization_page(ConsolePermission.AUDIT_LOG)
def group(request: ConsoleRequest, member: Member, page: str) -> HttpResponse:
    """Show the entries of a request or job that match a search, to expand its row."""
    query = request.GET.copy()
    query["page"] = page
    form = AuditSearchForm(query, member.organization)
    if not form.is_valid():
        return redirect_to(request, search_links.invalid_search_url(member, query))
    if not request.htmx:
        path = reverse("audit:index", args=[member.organization.slug])
        return redirect_to(request, f"{path}?{form.query.urlencode()}")
    log_read(member, form.loggable_text)
    context = {
        "member": member,
        "expanded_group": expand_group(request, member, form.to_filters(), page),
    }
    return render_page(request, "audit/group_entries.html", context)


@organization_page(ConsolePermission.AUDIT_LOG)
def suggest(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Suggest completions for the search box."""
    completions = suggest_completions(request.POST.get("q", ""), member.organization)
    return render_page(request, "audit/suggest.html", {"suggestions": completions})


@organization_page(ConsolePermission.AUDIT_LOG)
def entry(request: ConsoleRequest, member: Member, entry: UUID) -> HttpResponse:
    """Show an entry: changes, actor, reason and chain position."""
    entries = AuditEntry.objects.filter(organization_id=member.organization.pk)
    log_entry = entries.filter(entry=str(entry)).first()
    if log_entry is None:
        return deleted_entry(request, member, entry)
    unwritten = not log_read(member, log_entry.entry)
    same_page = entries.filter(page=log_entry.page, page__gt="").exclude(seq=log_entry.seq)
    related = list(same_page[: MAX_RELATED_ENTRIES + 1])
    names = load_names(member.organization.pk, [log_entry, *related])
    operation = OPERATIONS.get(log_entry.operation)
    previous = [change for change in log_entry.changes if change["before"] is not None]
    is_first = log_entry.operation in EVENTS.keys() - set(UNDOABLE_OPERATIONS) and not previous
    is_read_event = is_first and log_entry.effect == Effect.READ
    context = {
        "member": member,
        "log_unavailable": unwritten,
        "entry": log_entry,
        "row": build_row(log_entry, names),
        "removal": (removal := retention.removal_from_entry(log_entry)),
        "changes": []
        if removal
        else list(link_values(log_entry, describe_entry_changes(log_entry))),
        "is_creation": is_first or log_entry.operation in CREATION_OPERATIONS,
        "is_read_event": is_read_event,
        "side_effects": describe_changes(
            load_changes(log_entry.side_effects), settings_for_operation(log_entry.operation)
        ),
        "differences": [] if is_read_event else diff_changes(log_entry.changes, log_entry.subject),
        "impacts": recorded_impacts(log_entry),
        "has_secrets": '"fingerprint":' in log_entry.changed,
        "method": operation.method if operation else "",
        "path": request_path(log_entry),
        "meaning": _(meaning) if (meaning := get_meaning(log_entry.code)) else "",
        "duration_ms": log_entry.duration and log_entry.duration / ONE_MILLISECOND,
        "resolution_entry": find_resolution_entry(log_entry),
        "risk": risks.event_risk(log_entry),
        "related_search_query": search_links.related_search_query(log_entry),
        "resolved_entry": _resolved_entry(entries, log_entry),
        "day": timezone.localdate(log_entry.time).isoformat(),
        "shows_attempt": log_entry.operation in EVENTS and log_entry.attempt > 1,
        "snapshot_path": search_links.snapshot_url(log_entry) if is_undoable(log_entry) else "",
        "undo": entry_page_path(log_entry, "restore") if is_undoable(log_entry) else "",
        "related_entries": build_rows(related[:MAX_RELATED_ENTRIES], names),
        "more": len(related) > MAX_RELATED_ENTRIES,
        "chain_position": find_position(log_entry),
        "job": _related_job(member, log_entry),
        "receipt": receipts_by_entry(member, [log_entry]).get(log_entry.entry),
    }
    return render_page(request, "audit/entry.html", context)


@organization_page(ConsolePermission.AUDIT_LOG)
@step_up
def export(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Offer exports of a search, and list recent evidence packages."""
    form = AuditSearchForm(request.GET, member.organization)
    if not form.is_valid():
        return redirect_to(request, search_links.invalid_search_url(member, request.GET))
    sent = IdempotentForm(request.POST or None)
    if sent.is_valid():
        with idempotent(request, sent, request.get_full_path()) as submit:
            package, is_new = evidence_packages.request_package(member, form)
            if not is_new:
                text = _("Only one package can be created at a time. This one is in progress.")
                messages.info(request, text)
            args = (member.organization.slug, package.pk)
            submit.result_url = reverse("audit:evidence_package", args=args)
        return redirect_to(request, submit.result_url)
    unwritten, filters = not log_read(member, form.loggable_text), form.to_filters()
    context = {
        "member": member,
        "log_unavailable": unwritten,
        "count": count_entries(member.organization.pk, filters),
        "max_count": MAX_COUNTED,
        "search_start": filters.horizon(timezone.now()),
        "retention_gaps": retention.find_retention_gaps(
            member.organization.pk, filters, timezone.now()
        ),
        "folds_reads": form.hides_reads,
        "chips": list(search_links.filter_chips(form)),
        "query": form.query.urlencode(),
        "packages": EvidencePackage.objects.filter(organization=member.organization)[
            :MAX_LISTED_RESULTS
        ],
    }
    return render_page(request, "audit/export.html", context)


@organization_page(ConsolePermission.AUDIT_LOG)
def evidence_package(request: ConsoleRequest, member: Member, package_id: UUID) -> HttpResponseBase:
    """Show or download an evidence package."""
    packages = EvidencePackage.objects.filter(organization=member.organization)
    package = get_object_or_404(packages.select_related("organization"), pk=package_id)
    if package.completed_at and "download" in request.GET:
        return download_package(request, member, package)
    context = {
        "member": member,
        "package": package,
        "file": evidence_packages.file_name(package),
        "ends_at": package.requested_at + evidence_packages.PACKAGE_LIFETIME,
        **_job_context(package.job, is_done=package.completed_at is not None),
    }
    return render_page(request, "audit/evidence_package.html", context, part="package")


@organization_page(ConsolePermission.AUDIT_LOG)
def verify(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Show the result of the last log verification, or start a new one."""
    path = reverse("audit:verify", args=(member.organization.slug,))
    sent = IdempotentForm(request.POST or None)
    if sent.is_valid():
        with idempotent(request, sent, path):
            if not verification.request_verification(member):
                messages.info(request, _("Verification is already in progress."))
        return redirect_to(request, path)
    runs = VerificationRun.objects.filter(organization=member.organization)
    last, ended = runs.first(), runs.filter(ended_at__isnull=False)
    context = {
        "member": member,
        "last": last,
        "earlier_verifications": [result for result in ended if result != last][
            :MAX_LISTED_RESULTS
        ],
        "external_checkpoints": verification.list_sinks(),
        **_job_context(
            last.job if last else None, is_done=last is None or last.ended_at is not None
        ),
    }
    return render_page(request, "audit/verify.html", context, part="verify")


def _job_context(pk: UUID | None, *, is_done: bool) -> dict[str, Any]:
    """Return the progress of a background job.

    ``every`` is the polling interval in seconds, ``error`` the reason of a failure.
    """
    job = None if is_done or not pk else Job.objects.filter(pk=pk).first()
    over = job is None or job.is_over
    items = Item.objects.filter(job=pk).values_list("text", flat=True)
    return {
        "job": job,
        "failed": not is_done and over,
        "error": next(iter(items), "") if job else "",
        "every": 0 if is_done or over else REFRESH_SECONDS,
        "stalled": not (is_done or over or queue.has_live_worker()),
    }


def _resolved_entry(entries: QuerySet[AuditEntry], resolving: AuditEntry) -> AuditEntry | None:
    """Return the entry whose outcome this entry resolves."""
    if resolving.operation != AUDIT_RESOLVE.name:
        return None
    return entries.filter(entry=resolving.object).first()


def _related_job(member: Member, log_entry: AuditEntry) -> Job | None:
    """Return the job that made this call or is its object."""
    jobs = Job.objects.filter(organization=member.organization)
    for text in (log_entry.page, log_entry.object):
        with suppress(ValueError):  # most texts aren't IDs
            if job := jobs.filter(pk=UUID(text)).first():
                return job
    return None
