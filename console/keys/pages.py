"""What the pages about one key set have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse

from console import once
from console.access import ConsoleRequest, Workspace
from console.editing.forms import WhyForm
from console.editing.kind import Target
from console.editing.services import target_of
from console.keys.handing import superiors
from console.keys.sets import SIGNS, KeySet, Row, key_set
from console.once import OnceForm
from console.page import answer
from tenants.authlete.documents.service import Service
from tenants.authlete.errors import AuthleteError


@dataclass(frozen=True, slots=True)
class SetPage:
    """A page about a key set, and perhaps about one key of it."""

    target: Target
    service: Service
    keys: KeySet
    row: Row | None

    @property
    def in_federation(self) -> bool:
        """Whether superiors have to know the keys of this set."""
        return self.keys.member == "federationJwks"

    @property
    def path(self) -> str:
        return jwks_path(self.target.workspace, self.target.service_id)

    def context(self, **more: Any) -> dict[str, Any]:
        return self.target.context(self.service) | {
            "keys": self.keys,
            "row": self.row,
            "superiors": superiors(self.service) if self.in_federation else [],
            "back": self.path,
            "once": once.fresh(),
            **more,
        }


def jwks_path(workspace: Workspace, service_id: int) -> str:
    place = (workspace.organization.slug, workspace.region.name, service_id)
    return reverse("keys:jwks", args=place)


def opened(request: ConsoleRequest, workspace: Workspace, service_id: int) -> SetPage:
    """The set that is asked for, and the key in the place that is asked for."""
    member = request.GET.get("set", "jwks")
    if member not in SIGNS:
        raise Http404
    target = target_of(workspace, service_id)
    service = workspace.authlete.service(service_id).get()
    keys = key_set(service, member)
    at = request.GET.get("key", "")
    row = next((one for one in keys.rows if str(one.at) == at), None)
    return SetPage(target, service, keys, row)


def again(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse | None:
    """Where a form leads that was sent before; by now the service is another."""
    sent = OnceForm(request.POST or None)
    if sent.is_valid() and once.known(request, sent):
        return once.again(request, sent, jwks_path(workspace, service_id))
    return None


def change(
    request: ConsoleRequest,
    page: SetPage,
    name: str,
    form: WhyForm,
    edited: Callable[[], str],
    **more: Any,
) -> HttpResponse:
    """Show what would be done to a set and, once somebody says why, do it.

    ``edited`` makes the set's new text: it may hold a private key, so it goes into
    the call and nowhere else.
    """
    failure = None
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, page.path)
        workspace = page.target.workspace
        why = {one: form.cleaned_data[one] for one in ("reason", "ticket")}
        try:
            authlete = workspace.member.connect(workspace.region.name, **why)
            written = page.target.api(authlete).update(
                form.cleaned_data["version"], {page.keys.member: edited()}
            )
            path = page.target.path("saved", written.entry)
            return once.came_to(request, form, path)
        except AuthleteError as error:
            once.failed(request, form)
            failure = error
    context = page.context(form=form, failure=failure, **more)
    return answer(request, f"keys/{name}.html", context)
