"""Shared code of the pages of a key set."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse

from console.documents.kinds import DocumentTarget, service_target
from console.forms.change_forms import ChangeReasonForm
from console.keys.hsm.keys import keys_path
from console.keys.jwks.key_sets import SIGNING_SETTINGS, KeySet, KeySetRow, load_key_set
from console.keys.rollover.federation import list_superiors
from console.web.access import ConsoleRequest, Workspace
from console.web.idempotency import catch_failure, idempotent
from console.web.responses import redirect_to, render_page
from tenants.authlete.documents.service import Service


@dataclass(frozen=True, slots=True)
class KeySetPage:
    """A service just fetched, one of its key sets, and the requested key of the set."""

    target: DocumentTarget
    service: Service
    keys: KeySet
    row: KeySetRow | None

    @property
    def path(self) -> str:
        """The path of the page with all key sets."""
        return keys_path("jwks", self.target.workspace, self.target.service_id)

    def context(self, **extra: Any) -> dict[str, Any]:
        """Return the template context."""
        in_federation = self.keys.member == "federationJwks"
        return self.target.context(self.service) | {
            "keys": self.keys,
            "row": self.row,
            "superiors": list_superiors(self.service) if in_federation else [],
            "back": self.path,
            **extra,
        }


def load_key_set_page(request: ConsoleRequest, workspace: Workspace, service_id: int) -> KeySetPage:
    """Fetch the service; the query parameters name the key set and the key's index."""
    member = request.GET.get("set", "jwks")
    if member not in SIGNING_SETTINGS:
        raise Http404
    target = service_target(workspace, service_id)
    service = workspace.authlete.service(service_id).get()
    keys = load_key_set(service, member)
    index = request.GET.get("key", "")
    row = next((row for row in keys.rows if str(row.index) == index), None)
    return KeySetPage(target, service, keys, row)


def change_key_set(
    request: ConsoleRequest,
    page: KeySetPage,
    name: str,
    form: ChangeReasonForm,
    make_text: Callable[[], str],
    **context: Any,
) -> HttpResponse:
    """Show the page ``keys:<name>``, and save the key set once its form is valid.

    ``make_text`` returns the new text of the set. It may hold a private key, so it's only
    passed to the call.
    """
    if form.is_valid():
        workspace = page.target.workspace
        with catch_failure(form), idempotent(request, form, page.path) as submit:
            authlete = workspace.connect(**form.reason_fields)
            edits = {page.keys.member: make_text()}
            written = page.target.api(authlete).update(form.cleaned_data["version"], edits)
            submit.result_url = page.target.path("change", written.entry_id)
            return redirect_to(request, submit.result_url)
    context = page.context(form=form, **context)
    return render_page(request, f"keys/{name}.html", context)
