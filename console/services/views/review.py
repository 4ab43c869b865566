from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from console import once
from console.access import ConsoleRequest, Workspace, workspace_page
from console.editing.forms import MergeForm, ReasonForm
from console.page import answer, go
from console.sentences import sentences, stored
from console.services import drafts, reviewing
from console.services.paths import service_path
from tenants.audit.models import AuditEntry
from tenants.authlete import Authlete
from tenants.authlete.client import SECONDS
from tenants.authlete.deadline import Deadline
from tenants.authlete.documents.service import Service
from tenants.authlete.errors import AuthleteError, Stale
from tenants.authlete.operation import Effect

AGAIN = _(
    "Your draft changed in another window. Nothing was sent; review it once more."
)
OVERTAKEN = _(
    "Someone else changed this service while you were reviewing. Nothing was sent. "
    "This is your change upon theirs."
)
CHOOSE_AGAIN = _("The service changed once more. Choose again; nothing was sent.")


@workspace_page(Effect.CHANGE)
def review(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    """What would be sent, in sentences and as the request itself; then send it."""
    edits = drafts.find(workspace, service_id)
    form = ReasonForm(request.POST or None)
    failure = None
    end = Deadline(SECONDS)
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, request.path)
        if form.cleaned_data["reviewed"] != reviewing.mark(edits.wanted):
            once.failed(request, form)
            messages.warning(request, AGAIN)
            return go(request, request.path)
        try:
            return _saved(request, workspace, service_id, form, edits)
        except AuthleteError as error:
            once.failed(request, form)
            failure = error
        if isinstance(failure, Stale):
            messages.warning(request, OVERTAKEN)
            return go(request, request.path)
    service = _read_after(failure, workspace.authlete.within(end), service_id)
    found = reviewing.review(workspace.authlete, service, edits)
    if found.conflicts and not failure:
        return go(request, service_path("merge", workspace, service_id))
    context = {
        "workspace": workspace,
        "service": service,
        "edits": edits,
        "found": found,
        "form": form,
        "failure": failure,
        "once": once.fresh(),
        "reviewed": reviewing.mark(edits.wanted),
        "address": f"POST {workspace.region.url}/api/{service_id}/service/update",
        "excerpt": reviewing.excerpt(service, found.shown),
        "body": reviewing.body(service, found.shown),
        "curl": reviewing.curl(workspace.region, service, found.shown),
    }
    return answer(request, "services/review.html", context)


def _saved(
    request: ConsoleRequest,
    workspace: Workspace,
    service_id: int,
    form: ReasonForm,
    edits: drafts.Edits,
) -> HttpResponse:
    """Send the draft onto the version that it was reviewed against."""
    authlete = workspace.member.connect(
        workspace.region.name,
        reason=form.cleaned_data["reason"],
        ticket=form.cleaned_data["ticket"],
    )
    api = authlete.service(service_id)
    written = api.update(form.cleaned_data["version"], edits.wanted)
    drafts.settle(workspace, service_id, edits)
    path = service_path("saved", workspace, service_id, written.entry)
    return once.came_to(request, form, path)


def _read_after(
    failure: AuthleteError | None, authlete: Authlete, service_id: int
) -> Service:
    """The service as it is now; where it cannot be read after a save has failed, what
    became of the save is what has to be told."""
    try:
        return authlete.service(service_id).get()
    except AuthleteError as error:
        raise failure or error from None


@workspace_page(Effect.CHANGE)
def merge(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    """Three versions beside each other: when opened, theirs now, yours."""
    edits = drafts.find(workspace, service_id)
    service = workspace.authlete.service(service_id).get()
    found = reviewing.review(workspace.authlete, service, edits)
    form = MergeForm(request.POST or None, conflicts=found.conflicts)
    is_current = form.data.get("version") == str(service.modified_at)
    if is_current and form.is_valid():
        wanted = {n: v for n, v in found.wanted.items() if n not in form.given_up}
        merged = edits.upon(service, wanted)
        drafts.change(
            workspace,
            service_id,
            lambda now: merged if now.wanted == edits.wanted else now,
        )
        return go(request, service_path("review", workspace, service_id))
    if form.is_bound and not is_current:
        messages.warning(request, CHOOSE_AGAIN)
    context = {
        "workspace": workspace,
        "service": service,
        "found": found,
        "form": form,
        "lines": reviewing.side_by_side(workspace.authlete, service, edits, found),
        "by": _last_change(workspace, service_id),
    }
    return answer(request, "services/merge.html", context)


@workspace_page(Effect.READ)
def saved(
    request: ConsoleRequest, workspace: Workspace, service_id: int, entry: str
) -> HttpResponse:
    """What was sent, and what Authlete made of it; told from the record alone."""
    kept = get_object_or_404(
        AuditEntry,
        organization_id=workspace.organization.pk,
        region=workspace.region.name,
        service=str(service_id),
        entry=entry,
    )
    context = {
        "workspace": workspace,
        "service_id": service_id,
        "entry": kept,
        "changes": sentences(stored(kept.changes)),
        "surprises": sentences(stored(kept.unasked)),
    }
    return answer(request, "services/saved.html", context)


def _last_change(workspace: Workspace, service_id: int) -> AuditEntry | None:
    """The newest change that somebody else made here, if there is one."""
    return (
        AuditEntry.objects.filter(
            organization_id=workspace.organization.pk,
            region=workspace.region.name,
            service=str(service_id),
            effect=Effect.CHANGE,
            outcome=AuditEntry.Outcome.DONE,
        )
        .exclude(actor_id=workspace.member.user.pk)
        .first()
    )
