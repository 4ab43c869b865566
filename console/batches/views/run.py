from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console.batches import polling, storage, submission
from console.batches.forms import SubmitForm
from console.batches.progress import load_jobs, load_run
from console.batches.views.show import batch_path, get_batch
from console.models import Batch
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.idempotency import IdempotentForm, idempotent
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.authlete.operation import Effect


@organization_page(Effect.REVEAL)
def dry_run(request: ConsoleRequest, member: Member, batch: UUID) -> HttpResponse:
    """Have Authlete check all of it; no token is made."""
    return _run_action(request, member, batch, "dry_run", submission.start_dry_run)


@organization_page(Effect.REVEAL)
def cancel(request: ConsoleRequest, member: Member, batch: UUID) -> HttpResponse:
    """Throw away what was uploaded, before it is submitted."""
    return _run_action(request, member, batch, "cancel", storage.cancel_batch)


@organization_page(Effect.REVEAL)
def watch(request: ConsoleRequest, member: Member, batch: UUID) -> HttpResponse:
    """Go on looking how it goes, in one's own name."""

    def again(member: Member, batch: Batch) -> None:
        polling.poll_now(batch, member.actor)

    return _run_action(request, member, batch, "watch", again)


@organization_page(Effect.REVEAL)
@step_up
def submit(request: ConsoleRequest, member: Member, batch: UUID) -> HttpResponse:
    """What the dry run said; then have the tokens made."""
    found = get_batch(member, batch)
    path = batch_path("show", found)
    form = SubmitForm(request.POST or None, mark=found.mark)
    if form.is_valid():
        why = {name: form.cleaned_data[name] for name in ("reason", "ticket")}
        with idempotent(request, form, path):
            try:
                submission.start_submission(member, found, **why)
            except storage.BatchConflictError:
                messages.warning(request, _("Nothing was submitted: it has moved on."))
        return redirect_to(request, path)
    if found.state != Batch.State.TRIED:
        return redirect_to(request, path)
    context = {
        "member": member,
        "batch": found,
        "dry": load_run(found, is_dry=True),
        "form": form,
    }
    status = 422 if form.errors else 200
    return render_page(request, "batches/submit.html", context, status=status)


def _run_action(
    request: ConsoleRequest,
    member: Member,
    pk: UUID,
    name: str,
    action: Callable[[Member, Batch], object],
) -> HttpResponse:
    """Ask, or do it once; then back to the batch."""
    batch = get_batch(member, pk)
    path = batch_path("show", batch)
    form = IdempotentForm(request.POST or None)
    if form.is_valid():
        with idempotent(request, form, path):
            try:
                action(member, batch)
            except storage.BatchConflictError:
                messages.info(request, _("Nothing was changed: the batch has moved on."))
        return redirect_to(request, path)
    context = {
        "member": member,
        "batch": batch,
        "work": load_jobs(batch),
    }
    return render_page(request, f"batches/{name}.html", context)
