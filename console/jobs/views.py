"""Pages of jobs."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from console.jobs.job_list import JOBS, job_rows
from console.jobs.progress import JobProgress, load_progress
from console.lists.definition import render_list
from console.models import Receipt
from console.users import receipt_store
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.idempotency import IdempotentForm, idempotent
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.audit.actor import Actor
from tenants.audit.reconciliation.resolutions import Resolution
from tenants.audit.reconciliation.resolutions import find_resolutions as found_out
from tenants.authlete.operation import Effect
from tenants.jobs import control, leases, queue
from tenants.jobs.control import can_control
from tenants.jobs.models import (
    UNFINISHED_ITEM_STATES,
    Item,
    ItemState,
    Job,
    JobState,
    JobStateError,
)
from tenants.jobs.registry import JOB_HANDLERS
from tenants.organizations.roles import ConsolePermission

ITEMS_PER_PAGE = 50
ACTIVE_REFRESH_SECONDS, IDLE_REFRESH_SECONDS = (2, 10)  # seconds between two looks of a browser


def load_resolutions(job: Job) -> dict[str, Resolution]:
    """Return later resolutions of unknown items, by entry ID."""
    unknown = Item.objects.filter(job=job, state=ItemState.UNKNOWN).exclude(entry="")
    return found_out(job.organization_id, unknown.values_list("entry", flat=True))


def summarize(job: Job) -> list[tuple[str, int]]:
    """Return the counts that the job's handler adds."""
    handler = JOB_HANDLERS.get(job.kind)
    summary = handler.summary(job) if handler and handler.summary else ()
    return [(words, number) for words, number in summary if number]


@organization_page(None)
def index(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """List jobs, newest first; without read permission, only one's own."""
    jobs = _visible_jobs(member)
    context = {"own": not member.can(Effect.READ), "stalled": _is_stalled(jobs)}
    return render_list(request, member, JOBS, job_rows(member, jobs), "jobs/index.html", context)


@organization_page(None)
def show(request: ConsoleRequest, member: Member, job: UUID) -> HttpResponse:
    """Show a job and its items."""
    shown_job = _get_job(member, job)
    (progress,) = load_progress([shown_job])
    items = Item.objects.filter(job=shown_job)
    outcome = request.GET.get("outcome", "")
    if outcome in ItemState.values:
        items = items.filter(state=outcome)
    can_steer = can_control(shown_job, member.user.pk, member.role)
    page = Paginator(items, ITEMS_PER_PAGE).get_page(request.GET.get("page"))
    resolutions = load_resolutions(shown_job) if progress.counts.get(ItemState.UNKNOWN) else {}
    context = {
        "member": member,
        "job": shown_job,
        "progress": progress,
        "item_state": outcome if outcome in ItemState.values else "",
        "item_states": [
            (state.value, state.label, progress.counts[state])
            for state in ItemState
            if progress.counts.get(state)
        ],
        "page": page,
        "rows": [(item, resolutions.get(item.entry)) for item in page],
        "summary": summarize(shown_job),
        "resolved_later": len(resolutions),
        "can_control": can_steer,
        "receipt": receipt_store.receipt_for_job(member, shown_job),
        "hides_why": progress.concerns_user and not member.can(ConsolePermission.USERS),
        "retryable_count": control.select_retryable_items(shown_job).count()
        if shown_job.is_over and can_steer
        else 0,
        "stalled": _is_stalled(Job.objects.filter(pk=shown_job.pk)),
        "every": _refresh_seconds(progress),
    }
    return render_page(request, "jobs/show.html", context, part="job")


@organization_page(None)
def pause(request: ConsoleRequest, member: Member, job: UUID) -> HttpResponse:
    """Stop a job for now."""
    return _confirm_action(request, member, job, "pause", control.pause_job, _("Job paused."))


@organization_page(None)
def resume(request: ConsoleRequest, member: Member, job: UUID) -> HttpResponse:
    """Resume a job, or retry now."""
    return _confirm_action(request, member, job, "resume", control.resume_job, _("Job resumed."))


@organization_page(None)
def cancel(request: ConsoleRequest, member: Member, job: UUID) -> HttpResponse:
    """Cancel a job; remaining items are skipped."""
    text = _("Job cancelled.")
    return _confirm_action(
        request, member, job, "cancel", control.cancel_job, text, to_receipt=True
    )


@organization_page(None)
@step_up
def retry(request: ConsoleRequest, member: Member, job: UUID) -> HttpResponse:
    """Retry the failed items of a finished job."""
    text, act = _("Retrying failed items."), control.retry_failed_items
    return _confirm_action(request, member, job, "retry", act, text, to_receipt=True)


def _confirm_action(
    request: ConsoleRequest,
    member: Member,
    pk: UUID,
    name: str,
    action: Callable[[Job, Actor], object],
    message: str,
    *,
    to_receipt: bool = False,
) -> HttpResponse:
    """Ask for confirmation, then run ``action`` once."""
    job = _get_job(member, pk)
    if not can_control(job, member.user.pk, member.role):
        raise PermissionDenied
    receipt = receipt_store.receipt_for_job(member, job) if to_receipt else None
    path = _return_url(member, job, receipt)
    form = IdempotentForm(request.POST or None)
    if form.is_valid():
        with idempotent(request, form, path):
            try:
                action(job, member.actor)
            except JobStateError:
                messages.info(request, _("The job's state has changed. Nothing was done."))
            else:
                messages.success(request, message)
        return redirect_to(request, path)
    (progress,) = load_progress([job])
    context = {
        "member": member,
        "job": job,
        "progress": progress,
        "retryable_count": control.select_retryable_items(job).count(),
        "receipt": receipt,
        "unfinished_items": Item.objects.filter(job=job, state__in=UNFINISHED_ITEM_STATES),
        "path": path,
    }
    return render_page(request, f"jobs/{name}.html", context)


def _return_url(member: Member, job: Job, receipt: Receipt | None) -> str:
    name, pk = ("users:receipt", receipt.pk) if receipt else ("jobs:show", job.pk)
    return reverse(name, args=(member.organization.slug, pk))


def _visible_jobs(member: Member) -> QuerySet[Job]:
    jobs = Job.objects.filter(organization=member.organization)
    return jobs if member.can(Effect.READ) else jobs.filter(starter=member.user)


def _get_job(member: Member, pk: UUID) -> Job:
    return get_object_or_404(_visible_jobs(member), pk=pk)


def _is_stalled(jobs: QuerySet[Job]) -> bool:
    """Return whether a job is due and no worker is running."""
    return jobs.filter(leases.is_due()).exists() and not queue.has_live_worker()


def _refresh_seconds(progress: JobProgress) -> int:
    """Return the polling interval in seconds; 0 for none."""
    job = progress.job
    if job.is_over and not progress.is_finishing_item:
        return 0
    starts = job.state == JobState.WAITING and not (progress.is_scheduled or job.error)
    moves = starts or job.state == JobState.RUNNING or progress.is_finishing_item
    return ACTIVE_REFRESH_SECONDS if moves else IDLE_REFRESH_SECONDS
