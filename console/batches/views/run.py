from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console import once
from console.access import ConsoleRequest, Member, organization_page
from console.batches import keeping, sending, watching
from console.batches.forms import SubmitForm
from console.batches.progress import run_of, work_on
from console.batches.views.show import one_of, path_of
from console.models import Batch
from console.once import OnceForm
from console.page import answer, go
from console.stepup import step_up
from tenants.authlete.operation import Effect


@organization_page(Effect.REVEAL)
def dry_run(request: ConsoleRequest, member: Member, batch: UUID) -> HttpResponse:
    """Have Authlete check all of it; no token is made."""
    return _once(request, member, batch, "dry_run", sending.dry_run)


@organization_page(Effect.REVEAL)
def cancel(request: ConsoleRequest, member: Member, batch: UUID) -> HttpResponse:
    """Throw away what was uploaded, before it is submitted."""
    return _once(request, member, batch, "cancel", keeping.cancel)


@organization_page(Effect.REVEAL)
def watch(request: ConsoleRequest, member: Member, batch: UUID) -> HttpResponse:
    """Go on looking how it goes, in one's own name."""

    def again(member: Member, batch: Batch) -> None:
        watching.look_now(batch, member.who)

    return _once(request, member, batch, "watch", again)


@organization_page(Effect.REVEAL)
@step_up
def submit(request: ConsoleRequest, member: Member, batch: UUID) -> HttpResponse:
    """What the dry run said; then have the tokens made."""
    found = one_of(member, batch)
    path = path_of("show", found)
    form = SubmitForm(request.POST or None, mark=found.mark)
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, path)
        why = {name: form.cleaned_data[name] for name in ("reason", "ticket")}
        try:
            sending.submit(member, found, **why)
        except keeping.Moved:
            messages.warning(request, _("Nothing was submitted: it has moved on."))
        return once.came_to(request, form, path)
    if found.state != Batch.State.TRIED:
        return go(request, path)
    context = {
        "member": member,
        "batch": found,
        "dry": run_of(found, is_dry=True),
        "form": form,
        "once": once.fresh(),
    }
    status = 422 if form.errors else 200
    return answer(request, "batches/submit.html", context, status=status)


def _once(
    request: ConsoleRequest,
    member: Member,
    pk: UUID,
    name: str,
    act: Callable[[Member, Batch], object],
) -> HttpResponse:
    """Ask, or do it once; then back to the batch."""
    batch = one_of(member, pk)
    path = path_of("show", batch)
    form = OnceForm(request.POST or None)
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, path)
        try:
            act(member, batch)
        except keeping.Moved:
            messages.info(request, _("Nothing was changed: the batch has moved on."))
        return once.came_to(request, form, path)
    context = {
        "member": member,
        "batch": batch,
        "work": work_on(batch),
        "once": once.fresh(),
    }
    return answer(request, f"batches/{name}.html", context)
