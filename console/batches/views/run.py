"""Pages that act on a batch: dry run, submission, cancellation, watching."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console.batches import polling, storage, submission
from console.batches.forms import SubmitForm
from console.batches.progress import load_run
from console.batches.views.show import batch_path, get_batch
from console.models import Batch
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.idempotency import IdempotentForm, idempotent
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.authlete.operation import Effect


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
    form = SubmitForm(request.POST or None, mark=record.mark)
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
    status = 422 if form.errors else 200
    return render_page(request, "batches/submit.html", context, status=status)


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
