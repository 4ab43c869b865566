"""Pages of token batches, and the endpoint that Authlete notifies."""

import csv
from collections.abc import Callable, Iterable
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.batches import polling, reconciliation, storage, submission
from console.batches.batch_list import BATCHES, list_batches
from console.batches.forms import AdoptForm, FileForm, ResolvePartForm, SubmitForm
from console.batches.periodic_tasks import handle_notification, notification_url
from console.batches.progress import describe_progress, load_jobs, load_run, poll_seconds
from console.batches.storage import BatchConflictError
from console.batches.validation.issues import (
    FIELD_TYPE_LABELS,
    FIELD_TYPES,
    TEMPLATE_COLUMNS,
    ValidationIssue,
)
from console.inventory.services import recently_ended_batches
from console.lists.definition import render_list
from console.models import Batch, BatchRequest, Chunk, KnownService
from console.web.access import (
    ConsoleRequest,
    Member,
    Workspace,
    organization_page,
    public_page,
    workspace_page,
)
from console.web.idempotency import IdempotentForm, idempotent
from console.web.responses import redirect_to, render_form, render_page
from console.web.step_up import step_up
from console.web.uploads import accepts_files
from tenants.authlete.errors import NotFoundError
from tenants.authlete.operation import Effect

MAX_SERVICES = 500  # in the select field


@organization_page(Effect.READ)
def index(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """List the organization's batches, newest first; or redirect to a new one."""
    regions = [region.name for region in member.regions()]
    services = KnownService.objects.filter(organization=member.organization, region__in=regions)
    region, _separator, service_id = request.GET.get("service", "").partition("/")
    if service_id.isascii() and service_id.isdecimal():
        service = services.filter(region=region, service_id=int(service_id[:18])).first()
        if service:
            args = [member.organization.slug, service.region, service.service_id]
            return redirect_to(request, reverse("batches:new", args=args))
    context = {
        "batches": recently_ended_batches(member.organization, member.user),
        "services": services.order_by("name")[:MAX_SERVICES],
    }
    rows = list_batches(member.organization)
    return render_list(request, member, BATCHES, rows, "batches/index.html", context)


@organization_page(Effect.READ)
def columns(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Document the fields of a token; or download an empty CSV file."""
    if "download" in request.GET:
        return csv_response("tokens.csv", [TEMPLATE_COLUMNS])
    fields = [(name, FIELD_TYPE_LABELS[field_type]) for name, field_type in FIELD_TYPES.items()]
    return render_page(request, "batches/columns.html", {"member": member, "columns": fields})


def csv_response(filename: str, rows: Iterable[Iterable[object]]) -> HttpResponse:
    """Return rows as a CSV download."""
    response = HttpResponse(content_type="text/csv")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    csv.writer(response).writerows(rows)
    return response


PARTS_PER_PAGE = 50
ISSUES_PER_PAGE = 100
ISSUES_ON_BATCH_PAGE = 20


@organization_page(Effect.READ)
def show(request: ConsoleRequest, member: Member, batch: UUID) -> HttpResponse:
    """Show the progress of a batch; the page polls until it's finished."""
    record = get_batch(member, batch)
    run = load_run(record, is_dry=False)
    dry = load_run(record, is_dry=True)
    batch_run = run if run.parts else dry
    issues = [ValidationIssue.from_list(row) for row in record.faults[:ISSUES_ON_BATCH_PAGE]]
    context = {
        "member": member,
        "batch": record,
        "summary": describe_progress(record, run, dry),
        "run": run,
        "page": Paginator(batch_run.parts, PARTS_PER_PAGE).get_page(request.GET.get("page")),
        "issues": issues,
        "jobs": load_jobs(record),
        "every": poll_seconds(record, batch_run),
    }
    return render_page(request, "batches/show.html", context, part="batch")


@organization_page(Effect.READ)
def issues(request: ConsoleRequest, member: Member, batch: UUID) -> HttpResponse:
    """List the issues in a file; or download them as CSV."""
    record = get_batch(member, batch)
    issues = [ValidationIssue.from_list(row) for row in record.faults]
    if "download" in request.GET:
        header = ("line", "column", "field", "issue", "code")
        rows = [
            (issue.line, issue.column, issue.field, issue.message, issue.code) for issue in issues
        ]
        return csv_response(f"issues-{record.pk}.csv", [header, *rows])
    page = Paginator(issues, ISSUES_PER_PAGE).get_page(request.GET.get("page"))
    context = {"member": member, "batch": record, "page": page}
    return render_page(request, "batches/issues.html", context)


def get_batch(member: Member, pk: UUID) -> Batch:
    """Return a batch of the organization; raises `Http404`."""
    batches = Batch.objects.filter(organization=member.organization)
    return get_object_or_404(batches.select_related("organization"), pk=pk)


def batch_path(batch: Batch) -> str:
    """Return the path of the page of a batch."""
    return reverse("batches:show", args=[batch.organization.slug, batch.pk])


@accepts_files
@workspace_page(Effect.REVEAL)
def new(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """Upload a file of tokens for a service, and start its check."""
    member, region = workspace.member, workspace.region.name
    list_path = reverse("batches:index", args=[member.organization.slug])
    form = FileForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        with idempotent(request, form, list_path) as submit:
            name = workspace.authlete.service(service_id).get().service_name
            file = form.cleaned_data["file"]
            batch = storage.create_batch(member, region, service_id, name, file)
            submit.result_url = batch_path(batch)
        return redirect_to(request, submit.result_url)
    context = {
        "member": member,
        "workspace": workspace,
        "service": workspace.authlete.service(service_id).get(),
        "service_id": service_id,
        "form": form,
        "max_tokens": settings.BATCH_MAX_TOKENS,
        "megabytes": settings.UPLOAD_MAX_MB,
        "hours": settings.BATCH_KEPT_HOURS,
        "notification_url": notification_url(member.organization.slug, region, service_id),
    }
    return render_form(request, "batches/new.html", context)


@accepts_files
@organization_page(Effect.REVEAL)
def replace(request: ConsoleRequest, member: Member, batch: UUID) -> HttpResponse:
    """Replace the file of a batch that wasn't submitted yet."""
    record = get_batch(member, batch)
    path = batch_path(record)
    form = FileForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        with idempotent(request, form, path):
            try:
                storage.replace_file(member, record, form.cleaned_data["file"])
            except storage.BatchConflictError:
                text = _("Nothing was changed. The batch is in another state now.")
                messages.info(request, text)
        return redirect_to(request, path)
    if record.state not in record.AT_REST:
        return redirect_to(request, path)
    context = {"member": member, "batch": record, "form": form, "megabytes": settings.UPLOAD_MAX_MB}
    return render_form(request, "batches/replace.html", context)


@organization_page(Effect.REVEAL)
def dry_run(request: ConsoleRequest, member: Member, batch: UUID) -> HttpResponse:
    """Let Authlete check all tokens without creating them."""
    return _run_action(request, member, batch, "dry_run", submission.start_dry_run)


@organization_page(Effect.REVEAL)
def cancel(request: ConsoleRequest, member: Member, batch: UUID) -> HttpResponse:
    """Delete the uploaded file of a batch that wasn't submitted yet."""
    return _run_action(request, member, batch, "cancel", storage.cancel_batch)


@organization_page(Effect.REVEAL)
def watch(request: ConsoleRequest, member: Member, batch: UUID) -> HttpResponse:
    """Poll the status of a batch in the member's name."""

    def poll(member: Member, batch: Batch) -> None:
        polling.poll_now(batch, member.actor)

    return _run_action(request, member, batch, "watch", poll)


@organization_page(Effect.REVEAL)
@step_up
def submit(request: ConsoleRequest, member: Member, batch: UUID) -> HttpResponse:
    """Show the result of the dry run, and create the tokens."""
    record = get_batch(member, batch)
    path = batch_path(record)
    form = SubmitForm(request.POST or None, fingerprint=record.fingerprint)
    if form.is_valid():
        with idempotent(request, form, path):
            try:
                submission.start_submission(member, record, **form.reason_fields)
            except storage.BatchConflictError:
                text = _("Nothing was submitted. The batch is in another state now.")
                messages.warning(request, text)
        return redirect_to(request, path)
    if record.state != Batch.State.TRIED:
        return redirect_to(request, path)
    context = {
        "member": member,
        "batch": record,
        "dry": load_run(record, is_dry=True),
        "form": form,
    }
    return render_form(request, "batches/submit.html", context)


def _run_action(
    request: ConsoleRequest,
    member: Member,
    pk: UUID,
    name: str,
    action: Callable[[Member, Batch], object],
) -> HttpResponse:
    """Ask before ``action`` is run, and run it once."""
    batch = get_batch(member, pk)
    form = IdempotentForm(request.POST or None)
    if form.is_valid():
        with idempotent(request, form, batch_path(batch)):
            try:
                action(member, batch)
            except storage.BatchConflictError:
                text = _("Nothing was changed. The batch is in another state now.")
                messages.info(request, text)
        return redirect_to(request, batch_path(batch))
    return render_page(request, f"batches/{name}.html", {"member": member, "batch": batch})


UNKNOWN_BATCH = gettext_lazy("Authlete has no batch with this ID in this service.")


@workspace_page(Effect.REVEAL)
def adopt(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """Watch a batch created elsewhere, by its request ID."""
    member = workspace.member
    service = workspace.authlete.service(service_id).get()
    form = AdoptForm(request.POST or None)
    if form.is_valid():
        list_path = reverse("batches:index", args=[member.organization.slug])
        request_id = form.cleaned_data["request_id"]
        try:
            with idempotent(request, form, list_path) as submit:
                batch = reconciliation.adopt_batch(
                    workspace, service_id, service.service_name, request_id
                )
                submit.result_url = batch_path(batch)
            return redirect_to(request, submit.result_url)
        except NotFoundError:
            form.add_error("request_id", UNKNOWN_BATCH)
    context = {
        "member": member,
        "workspace": workspace,
        "service": service,
        "service_id": service_id,
        "form": form,
    }
    return render_form(request, "batches/adopt.html", context)


@organization_page(Effect.REVEAL)
@step_up
def resolve(request: ConsoleRequest, member: Member, batch: UUID, position: int) -> HttpResponse:
    """Show what's known about a request with a lost response, and record its outcome."""
    record = get_batch(member, batch)
    path = batch_path(record)
    batch_request = get_object_or_404(BatchRequest, batch=record, is_dry=False, position=position)
    if batch_request.state != BatchRequest.State.UNKNOWN:
        return redirect_to(request, path)
    authlete = member.connect(record.region)
    form = ResolvePartForm(request.POST or None)
    if form.is_valid():
        try:
            with idempotent(request, form, path):
                try:
                    reconciliation.resolve_request(member, record, batch_request, form, authlete)
                except BatchConflictError:
                    text = _("Nothing was changed. The request was resolved meanwhile.")
                    messages.info(request, text)
            return redirect_to(request, path)
        except NotFoundError:
            form.add_error("request_id", UNKNOWN_BATCH)
    counts, error = reconciliation.count_tokens(record, batch_request, authlete)
    context = {
        "member": member,
        "batch": record,
        "batch_request": batch_request,
        "chunk": Chunk.objects.filter(batch=record, position=position).first(),
        "counts": counts,
        "error": error,
        "form": form,
    }
    return render_form(request, "batches/resolve.html", context)


@public_page
def notify(request: HttpRequest, home: str, region: str, service_id: int, key: str) -> HttpResponse:
    """Poll the service's batches soon; anyone may call, and nobody learns the result."""
    if request.method == "POST":
        handle_notification(home, region, service_id, key)
        return HttpResponse(status=204)
    return render(request, "batches/notify.html")
