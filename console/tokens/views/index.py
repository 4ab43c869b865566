from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console import lookups
from console.access import ConsoleRequest, Workspace, workspace_page
from console.budgets import SEARCHES, spend
from console.editing.heading import heading
from console.lookups import SubjectForm
from console.page import answer, go
from console.tokens.asked import Asked
from console.tokens.names import Names
from console.tokens.reading import Shown, subject_of, tokens_of
from tenants.authlete.api.tokens import MOST
from tenants.authlete.operation import Effect
from tenants.roles import Right

STATES: dict[str, str | Promise] = {
    "": _("All that are kept"),
    "valid": _("Valid"),
    "expired": _("Expired"),
}


@workspace_page(Effect.READ)
def index(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    """The tokens of one service; whom to narrow them to is posted."""
    asked = Asked.of(request.GET)
    if request.method == "POST":
        return _looked_up(request, workspace, service_id, asked)
    names = Names(workspace, service_id)
    meant = names.meant(asked.client) if asked.is_named else []
    if len(meant) == 1:
        return go(request, request.path + asked.path(client=str(meant[0][0])))
    found = Shown() if asked.is_named else tokens_of(workspace, service_id, asked)
    if found.total and not found.rows:
        last = replace(asked, page=(found.total - 1) // MOST + 1)
        return go(request, request.path + last.query)
    return _drawn(request, workspace, service_id, asked, found, meant)


def _looked_up(
    request: ConsoleRequest, workspace: Workspace, service_id: int, asked: Asked
) -> HttpResponse:
    """The list of a subject's tokens, whom no address names."""
    member, form = workspace.member, SubjectForm(request.POST)
    status = 422
    if form.is_valid():
        if not member.may(Right.DESK):
            raise PermissionDenied
        if spend(member, SEARCHES):
            lookup = lookups.make(member, form.cleaned_data["subject"])
            return go(request, request.path + asked.path(lookup=lookup.pk))
        form.add_error("subject", SEARCHES.refusal)
        status = 429
    return _drawn(request, workspace, service_id, asked, None, form=form, status=status)


def _drawn(
    request: ConsoleRequest,
    workspace: Workspace,
    service_id: int,
    asked: Asked,
    found: Shown | None,
    meant: list[tuple[int, str]] | None = None,
    *,
    form: SubjectForm | None = None,
    status: int = 200,
) -> HttpResponse:
    names = Names(workspace, service_id)
    chosen = asked.client_id
    states = [
        (label, asked.path(state=state), asked.state == state)
        for state, label in STATES.items()
    ]
    context = {
        "workspace": workspace,
        "member": workspace.member,
        **heading(workspace, service_id),
        "asked": asked,
        "shown": found,
        "meant": [(asked.path(client=str(n)), called, n) for n, called in meant or ()],
        "form": form,
        "without": {
            "client": asked.path(client=""),
            "subject": asked.path(lookup=None),
        },
        "previous": asked.previous,
        "next": asked.next(found.total) if found else "",
        "states": states,
        "subject": subject_of(workspace, asked) if asked.lookup else "",
        "client": names.of([chosen]).get(chosen, "") if chosen else "",
        "names": names.offered(),
    }
    return answer(request, "tokens/index.html", context, part="list", status=status)
