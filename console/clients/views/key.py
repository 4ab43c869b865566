from dataclasses import replace

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from console import once
from console.access import ConsoleRequest, Workspace, workspace_page
from console.clients.forms import KeyForm
from console.clients.keypairs import NoKeySet, Pair, added, ids, pair
from console.clients.kind import target_of
from console.editing import drafts
from console.editing.drafts import Edits
from console.page import answer
from tenants.authlete.documents.base import Document
from tenants.authlete.operation import Effect

FORMS = ("keys", "all")  # the forms that have the key set


@workspace_page(Effect.CHANGE)
def key(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Make a key pair: the public half goes into the draft, the other is shown once."""
    target = target_of(workspace, service_id, client_id)
    client = target.api().get()
    edits = drafts.find(target)
    there = edits.wanted.get("jwks", client.get("jwks")) or ""
    form = KeyForm(request.POST or None, taken=ids(str(there)))
    made = None
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, target.path("edit", "keys"))
        new = pair(form.cleaned_data["alg"], form.cleaned_data["kid"])
        try:
            edits = drafts.change(target, lambda now: _with(now, client, new))
            once.settle(request, form, target.path("review"))
            made = new
        except NoKeySet:
            once.failed(request, form)
            form.add_error(None, _("The key set that is there is not one. Mend it."))
    context = target.context(client) | {
        "form": form,
        "made": made,
        "edits": edits,
        "once": once.fresh(),
    }
    response = answer(request, "clients/key.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _with(edits: Edits, client: Document, made: Pair) -> Edits:
    """The draft with the public key added, also to forms that were left open."""
    base = {"jwks": edits.base.get("jwks", client.get("jwks"))}
    there = edits.wanted.get("jwks", client.get("jwks")) or ""
    wanted = {"jwks": added(str(there), made.public)}
    typed = {
        section: _typed(text, made) if section in FORMS else text
        for section, text in edits.typed.items()
    }
    return replace(edits.more(client.modified_at, base, wanted), typed=typed)


def _typed(text: str, made: Pair) -> str:
    form = QueryDict(text, mutable=True)
    if "jwks" in form:
        try:
            form["jwks"] = added(str(form["jwks"]), made.public)
        except NoKeySet:
            return text
    return form.urlencode()
