"""What the pages about one key set have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse

from console.documents.kinds import DocumentTarget, service_target
from console.forms.change_forms import ChangeReasonForm
from console.keys.jwks.key_sets import SIGNING_SETTINGS, KeySet, KeySetRow, load_key_set
from console.keys.rollover.federation import list_superiors
from console.web.access import ConsoleRequest, Workspace
from console.web.idempotency import idempotent
from console.web.responses import redirect_to, render_page
from tenants.authlete.documents.service import Service
from tenants.authlete.errors import AuthleteError


@dataclass(frozen=True, slots=True)
class KeySetPage:
    """A page about a key set, and perhaps about one key of it."""

    target: DocumentTarget
    service: Service
    keys: KeySet
    row: KeySetRow | None

    @property
    def in_federation(self) -> bool:
        """Whether superiors have to know the keys of this set."""
        return self.keys.member == "federationJwks"

    @property
    def path(self) -> str:
        return jwks_path(self.target.workspace, self.target.service_id)

    def context(self, **extra: Any) -> dict[str, Any]:
        return self.target.context(self.service) | {
            "keys": self.keys,
            "row": self.row,
            "superiors": list_superiors(self.service) if self.in_federation else [],
            "back": self.path,
            **extra,
        }


def jwks_path(workspace: Workspace, service_id: int) -> str:
    place = (workspace.organization.slug, workspace.region.name, service_id)
    return reverse("keys:jwks", args=place)


def load_key_set_page(request: ConsoleRequest, workspace: Workspace, service_id: int) -> KeySetPage:
    """The set that is asked for, and the key in the place that is asked for."""
    member = request.GET.get("set", "jwks")
    if member not in SIGNING_SETTINGS:
        raise Http404
    target = service_target(workspace, service_id)
    service = workspace.authlete.service(service_id).get()
    keys = load_key_set(service, member)
    at = request.GET.get("key", "")
    row = next((one for one in keys.rows if str(one.index) == at), None)
    return KeySetPage(target, service, keys, row)


def change_key_set(
    request: ConsoleRequest,
    page: KeySetPage,
    name: str,
    form: ChangeReasonForm,
    make_text: Callable[[], str],
    **context: Any,
) -> HttpResponse:
    """Show what would be done to a set and, once somebody says why, do it.

    ``edited`` makes the set's new text: it may hold a private key, so it goes into
    the call and nowhere else.
    """
    failure = None
    if form.is_valid():
        workspace = page.target.workspace
        why = {one: form.cleaned_data[one] for one in ("reason", "ticket")}
        try:
            with idempotent(request, form, page.path) as submit:
                authlete = workspace.member.connect(workspace.region.name, **why)
                written = page.target.api(authlete).update(
                    form.cleaned_data["version"], {page.keys.member: make_text()}
                )
                submit.result_url = page.target.path("change", written.entry_id)
            return redirect_to(request, submit.result_url)
        except AuthleteError as error:
            failure = error
    context = page.context(form=form, failure=failure, **context)
    return render_page(request, f"keys/{name}.html", context)
