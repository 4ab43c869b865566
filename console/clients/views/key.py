from dataclasses import replace

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from console.clients.forms import KeyPairForm
from console.clients.key_pairs import (
    InvalidKeySetError,
    KeyPair,
    add_key,
    generate_key_pair,
    key_ids,
)
from console.clients.kind import client_target
from console.editing import drafts
from console.editing.drafts import DraftEdits
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import idempotent
from console.web.responses import render_page
from tenants.authlete.documents.base import Document
from tenants.authlete.operation import Effect

KEY_SET_FORMS = ("keys", "all")  # the forms that have the key set


@workspace_page(Effect.CHANGE)
def key(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Generate a key pair: the public key joins the draft, the private key is shown once."""
    target = client_target(workspace, service_id, client_id)
    client = target.api().get()
    edits = drafts.load(target)
    there = edits.values.get("jwks", client.get("jwks")) or ""
    form = KeyPairForm(request.POST or None, used_ids=key_ids(str(there)))
    made = None
    if form.is_valid():
        new = generate_key_pair(form.cleaned_data["alg"], form.cleaned_data["kid"])
        try:
            with idempotent(request, form, target.path("edit", "keys")) as submit:
                edits = drafts.update(target, lambda now: _add_to_draft(now, client, new))
                submit.result_url = target.path("review")
            made = new
        except InvalidKeySetError:
            form.add_error(None, _("The key set isn't a valid JWK Set. Fix it first."))
    context = target.context(client) | {
        "form": form,
        "key_pair": made,
        "edits": edits,
    }
    response = render_page(request, "clients/key.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _add_to_draft(edits: DraftEdits, client: Document, pair: KeyPair) -> DraftEdits:
    """Return the draft with the public key, also in unfinished forms."""
    base = {"jwks": edits.base.get("jwks", client.get("jwks"))}
    there = edits.values.get("jwks", client.get("jwks")) or ""
    wanted = {"jwks": add_key(str(there), pair.public)}
    typed = {
        section: _add_to_typed(text, pair) if section in KEY_SET_FORMS else text
        for section, text in edits.unsent_forms.items()
    }
    return replace(edits.with_values(client.modified_at, base, wanted), unsent_forms=typed)


def _add_to_typed(text: str, pair: KeyPair) -> str:
    form = QueryDict(text, mutable=True)
    if "jwks" in form:
        try:
            form["jwks"] = add_key(str(form["jwks"]), pair.public)
        except InvalidKeySetError:
            return text
    return form.urlencode()
