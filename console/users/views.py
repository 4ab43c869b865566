"""Pages to find a user and revoke the access of connected apps."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import reswap, retarget

from console.forms.change_forms import ChangeReasonForm, ReasonForm
from console.history.entries import GROUP_PARAM
from console.history.groups import expand_group
from console.lists.export import CONTENT_TYPES
from console.lists.request import ListPage, ListRequest
from console.models import Receipt
from console.users import bulk_revocation, lookups, receipt_store
from console.users.action_history import action_filters, list_actions
from console.users.app_list import CONNECTED_APPS, connected_apps_context
from console.users.connected_apps import ConnectedApp, RegionResult, RevocationPreview
from console.users.data_export import export_user_data
from console.users.lookups import OpenLookup, RevokeAllForm
from console.users.receipt_export import find_recorded_digest, is_digest_deleted, receipt_data
from console.users.receipt_lines import ServiceReceipt
from console.users.receipt_report import ReceiptReport, build_report
from console.users.revocation import revoke_connected_app
from console.users.search_results import delete_results, load_result, store_results
from console.users.user_search import find_user, load_app
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.idempotency import FirstSubmit, catch_failure, idempotent
from console.web.rate_limits import REVEAL_LIMIT, SUBJECT_SEARCH_LIMIT, consume
from console.web.responses import download_headers, redirect_to, render_form, render_page
from console.web.step_up import step_up
from console.web.steps import is_in_dialog
from tenants.audit.models import AuditEntry
from tenants.authlete.errors import AuthleteError
from tenants.jobs import queue
from tenants.jobs.control import can_control
from tenants.jobs.models import ACTIVE_JOB_STATES, Job
from tenants.organizations.regions import Region, get_regions
from tenants.organizations.roles import ConsolePermission


@organization_page(ConsolePermission.USERS)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Find a user; the subject is never part of a URL."""
    form = lookups.SubjectForm(request.POST or None)
    if form.is_valid() and consume(member, SUBJECT_SEARCH_LIMIT, form, "subject"):
        lookup = lookups.create_lookup(member, form.cleaned_data["subject"])
        slug = member.organization.slug
        return redirect_to(request, reverse("users:show", args=[slug, lookup.pk]))
    context = {"member": member, "form": form}
    return render_form(request, "users/index.html", context)


@organization_page(ConsolePermission.USERS)
def show(request: ConsoleRequest, member: Member, lookup: UUID) -> HttpResponse:
    """Show a user's connected apps and past actions.

    Browsers with scripts load each region separately.
    """
    open_lookup = lookups.get_lookup(member, lookup)
    expanded = None
    if group := request.GET.get(GROUP_PARAM, ""):
        expanded = expand_group(request, member, action_filters(open_lookup.subject), group)
        if request.htmx:
            return render_page(request, "audit/group_entries.html", {"expanded_group": expanded})
    shows_all_regions = "whole" in request.GET
    connected = member.regions()
    results = find_user(member, open_lookup.subject) if shows_all_regions else ()
    store_results(open_lookup.lookup, results)
    receipt_store.attach_revoked_apps(open_lookup.lookup, results)
    for result in results:
        _attach_list(request, member, open_lookup.lookup.pk, result, QueryDict())
    context = {
        "member": member,
        "lookup": open_lookup.lookup,
        "subject": open_lookup.subject,
        "regions": connected,
        "results": results,
        "shows_all_regions": shows_all_regions,
        "unconnected_regions": [
            configured for configured in get_regions().values() if configured not in connected
        ],
        "expanded_group": expanded,
        "past_actions": [] if expanded else list_actions(member, open_lookup.subject),
    }
    return render_page(request, "users/show.html", context)


@organization_page(ConsolePermission.USERS)
def region(request: ConsoleRequest, member: Member, lookup: UUID, region: str) -> HttpResponseBase:
    """Show the connected apps in one region."""
    open_lookup = lookups.get_lookup(member, lookup)
    result = _find_in_region(request, member, open_lookup, _get_region(member, region))
    receipt_store.attach_revoked_apps(open_lookup.lookup, [result])
    list_request, page = _attach_list(request, member, lookup, result, request.GET)
    if list_request.download in CONTENT_TYPES:
        noun = "connected-apps" if result.is_complete else "connected-apps-incomplete"
        details = {"region": region, "subject": open_lookup.subject}
        return CONNECTED_APPS.export(request, member, list_request, page, noun=noun, **details)
    context = {
        "member": member,
        "lookup": open_lookup.lookup,
        "subject": open_lookup.subject,
        "result": result,
    }
    return render_page(request, "users/region.html", context, part="region")


def _find_in_region(
    request: ConsoleRequest, member: Member, open_lookup: OpenLookup, region: Region
) -> RegionResult:
    """Find the connected apps in one region; other views of the same list reuse the result."""
    stored = load_result(open_lookup.lookup, region) if request.GET else None
    if stored is None:
        (stored,) = find_user(member, open_lookup.subject, region.name)
        store_results(open_lookup.lookup, [stored])
    return stored


def _attach_list(
    request: ConsoleRequest, member: Member, lookup: UUID, result: RegionResult, params: QueryDict
) -> tuple[ListRequest, ListPage[ConnectedApp]]:
    """Add the list of a region's apps to ``result``, and return what it shows."""
    path = reverse("users:region", args=[member.organization.slug, lookup, result.region.name])
    list_request = CONNECTED_APPS.parse(params, path)
    page = CONNECTED_APPS.find_page(list_request, result.apps)
    result.list_context = connected_apps_context(request, result, list_request, page)
    return list_request, page


@organization_page(ConsolePermission.USERS)
@step_up
def export(request: ConsoleRequest, member: Member, lookup: UUID) -> HttpResponse:
    """Download a user's data, after giving a reason."""
    open_lookup = lookups.get_lookup(member, lookup)
    form = ReasonForm(request.POST or None)
    if form.is_valid() and consume(member, REVEAL_LIMIT, form):
        return export_user_data(member, open_lookup, **form.cleaned_data)
    context = {
        "member": member,
        "lookup": open_lookup.lookup,
        "subject": open_lookup.subject,
        "form": form,
    }
    return render_form(request, "users/export.html", context)


@organization_page(ConsolePermission.AUDIT_LOG)
@step_up
def reveal(request: ConsoleRequest, member: Member, entry: UUID) -> HttpResponse:
    """Open the user of an entry whose subject is hidden."""
    if not member.can(ConsolePermission.USERS):
        raise PermissionDenied
    entries = AuditEntry.objects.filter(organization_id=member.organization.pk)
    past_entry = get_object_or_404(entries, entry=str(entry), subject__gt="")
    form = ReasonForm(request.POST or None)
    if form.is_valid() and consume(member, REVEAL_LIMIT, form):
        lookup = lookups.reveal_subject(
            member, subject=past_entry.subject, object=past_entry.entry, **form.reason_fields
        )
        slug = member.organization.slug
        return redirect_to(request, reverse("users:show", args=[slug, lookup.pk]))
    context = {"member": member, "entry": past_entry, "form": form}
    return render_form(request, "users/reveal.html", context)


@organization_page(ConsolePermission.USERS)
def revoke_app(
    request: ConsoleRequest,
    member: Member,
    lookup: UUID,
    region: str,
    service_id: int,
    client_id: int,
) -> HttpResponse:
    """Preview the revocation of an app, then revoke it."""
    open_lookup = lookups.get_lookup(member, lookup)
    target_region = _get_region(member, region)
    form = ChangeReasonForm(request.POST or None)
    page = reverse("users:show", args=[member.organization.slug, lookup])
    if form.is_valid():
        with idempotent(request, form, page) as submit:
            delete_results(open_lookup.lookup, [target_region])
            service_receipt = revoke_connected_app(
                member, open_lookup, target_region, service_id, client_id, **form.reason_fields
            )
            return _show_result(request, member, submit, service_receipt, open_lookup.subject)
    context: dict[str, Any] = {
        "member": member,
        "lookup": open_lookup.lookup,
        "subject": open_lookup.subject,
        "form": form,
        "page": page,
    }
    try:
        context["app"] = load_app(member, open_lookup.subject, target_region, service_id, client_id)
    except AuthleteError as error:
        context["failure"] = error
    return render_form(request, "users/revoke_app.html", context)


def _get_region(member: Member, name: str) -> Region:
    for region in member.regions():
        if region.name == name:
            return region
    raise Http404


def _show_result(
    request: ConsoleRequest,
    member: Member,
    submit: FirstSubmit,
    service_receipt: ServiceReceipt,
    subject: str,
) -> HttpResponse:
    """Redirect to the user, or to the receipt if it isn't confirmed."""
    receipt_service = service_receipt.row
    if not service_receipt.is_confirmed:
        args = [member.organization.slug, receipt_service.receipt_id]
        submit.result_url = reverse("users:receipt", args=args)
        return redirect_to(request, submit.result_url)
    (line,) = service_receipt.lines.values()
    if not is_in_dialog(request):
        messages.success(request, _("Access of %(app)s revoked.") % {"app": line.display_name})
        submit.result_url += f"#in-{receipt_service.region}"
        return redirect_to(request, submit.result_url)
    context = {
        "member": member,
        "service": receipt_service,
        "line": line,
        "past_actions": list_actions(member, subject),
    }
    response = render_page(request, "users/revoked_row.html", context)
    row = f"#app-{receipt_service.region}-{receipt_service.service_id}-{line.client_id}"
    return reswap(retarget(response, row), "outerHTML")


@organization_page(ConsolePermission.USERS)
@step_up
def revoke_all(request: ConsoleRequest, member: Member, lookup: UUID) -> HttpResponse:
    """Preview a revocation of all access, then start its job."""
    open_lookup = lookups.get_lookup(member, lookup)
    page = reverse("users:show", args=[member.organization.slug, lookup])
    form = RevokeAllForm(request.POST or None, subject=open_lookup.subject)
    if form.is_valid():
        with catch_failure(form), idempotent(request, form, page) as submit:
            delete_results(open_lookup.lookup, member.regions())
            receipt = bulk_revocation.start_revoke_all(member, open_lookup, **form.reason_fields)
            args = [member.organization.slug, receipt.pk]
            submit.result_url = reverse("users:receipt", args=args)
            return redirect_to(request, submit.result_url)
    context = {
        "member": member,
        "lookup": open_lookup.lookup,
        "subject": open_lookup.subject,
        "preview": RevocationPreview(find_user(member, open_lookup.subject)),
        "form": form,
        "page": page,
    }
    return render_form(request, "users/revoke_all.html", context)


ACTIVE_REFRESH_SECONDS = 2  # while the job makes progress
IDLE_REFRESH_SECONDS = 10


@organization_page(None)
def receipt(request: ConsoleRequest, member: Member, receipt: UUID) -> HttpResponse:
    """Show the receipt of a revocation."""
    shown_receipt = receipt_store.get_receipt(member, receipt)
    report = build_report(shown_receipt, member)
    if request.GET.get("format") == "json":
        content = receipt_data(report) | {"noted": _digest_data(report)}
        text = json.dumps(content, ensure_ascii=False, indent=2)
        headers = download_headers(f"receipt-{shown_receipt.pk}.json")
        return HttpResponse(text, content_type="application/json", headers=headers)
    path = reverse("users:receipt", args=[member.organization.slug, shown_receipt.pk])
    job = report.job
    context = {
        "member": member,
        "report": report,
        "recorded_digest": find_recorded_digest(report),
        "is_removed": is_digest_deleted(report),
        "receipt": shown_receipt,
        "path": path,
        "address": request.build_absolute_uri(path),
        "can_control_job": job is not None and can_control(job, member.user.pk, member.role),
        "user_path": _user_url(member, shown_receipt),
        "every": _refresh_seconds(report),
        "stalled": _is_stalled(job),
    }
    return render_page(request, "users/receipt.html", context, part="receipt")


def _refresh_seconds(report: ReceiptReport) -> int:
    """Return the polling interval in seconds; 0 for none."""
    if report.is_over or report.job is None:
        return 0
    return ACTIVE_REFRESH_SECONDS if report.is_running else IDLE_REFRESH_SECONDS


def _is_stalled(job: Job | None) -> bool:
    """Return whether no worker would continue the job."""
    if job is None or job.state not in ACTIVE_JOB_STATES:
        return False
    return not queue.has_live_worker()


def _user_url(member: Member, receipt: Receipt) -> str:
    """Return the URL of the user's page if the reader may open it, or ""."""
    if receipt.lookup is None:
        return ""
    try:
        lookup = lookups.get_lookup(member, receipt.lookup).lookup.pk
    except Http404:
        return ""
    return reverse("users:show", args=[member.organization.slug, lookup])


def _digest_data(report: ReceiptReport) -> dict[str, Any] | None:
    """Return the logged digest for the file."""
    if (digest := find_recorded_digest(report)) is None:
        return None
    return {"digest": digest.digest, "entry": digest.entry.entry, "same": digest.matches}
