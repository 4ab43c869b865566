"""Pages to resolve unknown outcomes."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.audit import bulk_resolution
from console.audit.bulk_resolution import ResolveForm, SelectionForm, next_step
from console.audit.search_links import log_read
from console.audit.unresolved_list import UNRESOLVED, UnresolvedRow, group_calls
from console.audit_log.entry_rows import build_row, describe_entry_changes, load_names
from console.forms.change_forms import ChangeReasonForm
from console.lists.definition import render_list
from console.lists.export import CONTENT_TYPES
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.idempotency import idempotent
from console.web.responses import redirect_to, render_form
from tenants.audit.events import EVENTS
from tenants.audit.models import AuditEntry
from tenants.audit.reconciliation.evidence import Conclusion
from tenants.audit.reconciliation.resolutions import find_unresolved
from tenants.audit.reconciliation.resolutions import resolve as resolve_entry
from tenants.audit.reconciliation.rules import RULES
from tenants.authlete.errors import AuditUnavailableError
from tenants.authlete.outcome import Outcome
from tenants.jobs.models import OPEN_JOB_STATES, Job
from tenants.organizations.reconciliation import find_evidence
from tenants.organizations.roles import ConsolePermission

STATE_CHANGED_TEXT = gettext_lazy(
    "The state at Authlete has changed since you opened this page. Nothing "
    "was resolved. Check it again."
)
ALREADY_RESOLVED_TEXT = gettext_lazy("This outcome is already resolved.")


@organization_page(ConsolePermission.AUDIT_LOG)
def unresolved(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """List calls with unknown outcomes that may have changed something.

    Calls of one request or job are one row; exports have a row for each call.
    """
    organization = member.organization.pk
    is_logged = log_read(member, "unknown outcomes")
    entries = find_unresolved(organization)
    is_export = request.GET.get("download", "") in CONTENT_TYPES
    rows = [UnresolvedRow([entry]) for entry in entries] if is_export else group_calls(entries)
    call_count = sum(row.count for row in rows)
    jobs = Job.objects.filter(organization=organization, state__in=OPEN_JOB_STATES)
    context = {
        "log_unavailable": not is_logged,
        "call_count": call_count,
        "bulk": member.can(ConsolePermission.ADMINISTRATION) and call_count > 1,
        "job": jobs.filter(kind=bulk_resolution.RESOLVE_JOB_KIND).first(),
    }
    return render_list(request, member, UNRESOLVED, rows, "audit/unresolved.html", context)


@organization_page(ConsolePermission.ADMINISTRATION)
def resolve_all(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Start a job that resolves all or selected unknown outcomes."""
    path = reverse("audit:unresolved", args=[member.organization.slug])
    selection_form = SelectionForm(request.POST or request.GET)
    if selection_form.is_empty_selection:
        messages.info(request, _("Select at least one call. Nothing was resolved."))
        return redirect_to(request, path)
    calls = selection_form.select(find_unresolved(member.organization.pk))
    counts = calls.order_by("operation").values_list("operation").annotate(Count("seq"))
    form = ChangeReasonForm(request.POST or None)
    if form.is_valid():
        with idempotent(request, form, path) as submit:
            if counts:
                job = bulk_resolution.start_resolution(member, calls, **form.reason_fields)
                submit.result_url = reverse("jobs:show", args=[member.organization.slug, job.pk])
        return redirect_to(request, submit.result_url)
    if not counts:
        messages.info(request, _("These outcomes are already resolved."))
        return redirect_to(request, path)
    context = {
        "member": member,
        "chosen": selection_form,
        "kinds": [(name, number, name in RULES) for name, number in counts],
        "total": sum(number for _name, number in counts),
        "form": form,
    }
    return render_form(request, "audit/resolve_all.html", context)


@organization_page(ConsolePermission.ADMINISTRATION)
def resolve(request: ConsoleRequest, member: Member, entry: UUID) -> HttpResponse:
    """Check an unknown outcome at Authlete, and resolve it."""
    organization = member.organization
    entries = AuditEntry.objects.filter(organization_id=organization.pk)
    call = get_object_or_404(entries, entry=str(entry))
    path = reverse("audit:entry", args=(organization.slug, call.entry))
    if not find_unresolved(organization.pk).filter(seq=call.seq).exists():
        messages.info(request, ALREADY_RESOLVED_TEXT)
        return redirect_to(request, path)
    form = ResolveForm(request.POST or None)
    change_reason = {name: form[name].value() or "" for name in ("reason", "ticket")}
    finding = find_evidence(member.actor, organization, call, **change_reason)
    outcome = finding.conclusion.outcome
    if outcome is None:
        form.require_outcome()
    failure = None
    if form.is_valid() and form.cleaned_data["seen"] != (outcome or ""):
        messages.warning(request, STATE_CHANGED_TEXT)
    elif finding.conclusion is not Conclusion.TOO_EARLY and form.is_valid():
        outcome = outcome or Outcome(form.cleaned_data["outcome"])
        try:
            with idempotent(request, form, path):
                is_new = resolve_entry(
                    member.actor, call, outcome, str(finding.reason), **change_reason
                )
        except AuditUnavailableError as error:
            failure = error
        else:
            if is_new:
                messages.success(request, _("Outcome resolved."))
            else:
                messages.info(request, ALREADY_RESOLVED_TEXT)
            return redirect_to(request, path)
    names = load_names(organization.pk, [call])
    context = {
        "member": member,
        "entry": call,
        "row": build_row(call, names),
        "changes": describe_entry_changes(call),
        "is_call": call.operation not in EVENTS,
        "finding": finding,
        "outcome": outcome,
        "next_step": next_step(call) if outcome is Outcome.SUCCEEDED else None,
        "form": form,
        "failure": failure,
    }
    return render_form(request, "audit/resolve.html", context)
