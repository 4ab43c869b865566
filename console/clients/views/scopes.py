from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.audit_log.change_descriptions import CLIENT_SETTINGS, describe_change, describe_changes
from console.clients.forms import RequestableScopesForm
from console.clients.scopes import ScopeLimit, missing_scopes, selectable_scopes
from console.documents.kinds import DocumentTarget, client_target
from console.documents.request_preview import review_digest
from console.editing.restore import unrestorable_message
from console.forms.change_forms import ReviewedChangeForm
from console.history.comparison import UnrestorableSetting
from console.history.entries import UNDO_PAGES
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import catch_failure, idempotent
from console.web.responses import redirect_to, render_page
from tenants.audit.models import AuditEntry
from tenants.audit.reconciliation.object_rules import REQUESTABLE_SCOPES_FIELD
from tenants.authlete.changes import FieldChange
from tenants.authlete.operation import Effect

CHANGED_DURING_REVIEW = gettext_lazy(
    "The scopes have changed since your review. Nothing was saved. Review the change again."
)


@workspace_page(Effect.CHANGE)
def scopes(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Change the scopes that a client can request."""
    target = client_target(workspace, service_id, client_id)
    client = target.api().get()
    service = workspace.authlete.service(service_id).get()
    now = _current_limit(workspace, service_id, client_id)
    undone = _change_to_undo(target, request.GET.get("undo", ""))
    then = undone.value_before(REQUESTABLE_SCOPES_FIELD) if undone else now
    known = selectable_scopes([*(now or ()), *(then or ())], service)
    choice = RequestableScopesForm(request.POST or None, selectable_scopes=known)
    if not choice.is_bound:
        if undone and (removed := missing_scopes(then, service)):
            messages.warning(request, unrestorable_message([_missing_scopes_note(removed)]))
            then = [scope for scope in then or () if scope not in removed] or now
        choice.initial = {
            "limit": "any" if then is None else "these" if then else "none",
            "scope": list(then or ()),
        }
    context = target.context(client)
    data = None if "review" in request.POST else request.POST or None
    details = {"reason": request.GET.get("reason", "")[:400]}
    form = ReviewedChangeForm(data if "reviewed" in request.POST else None, initial=details)
    reviewed, _failure = "", None
    if choice.is_valid() and not _is_same_limit(choice.requestable_scopes, now):
        reviewed = review_digest({"now": now, "wanted": choice.requestable_scopes})
        if form.is_valid() and form.cleaned_data["reviewed"] != reviewed:
            messages.warning(request, CHANGED_DURING_REVIEW)
        elif form.is_valid():
            path = target.path("show")
            with catch_failure(form), idempotent(request, form, path):
                expected = choice.requestable_scopes
                _save(request, target, context["name"], expected, now, form)
                return redirect_to(request, path)
    context |= {
        "service": service,
        "now": now,
        "unknown": missing_scopes(now, service),
        "scopes": known,
        "choice": choice,
        "selected_scopes": set(choice["scope"].value() or ()),
        "form": form,
        "reviewed": reviewed,
        "changes": _describe_change(now, choice.requestable_scopes) if reviewed else (),
    }
    return render_page(request, "clients/scopes.html", context)


def _change_to_undo(target: DocumentTarget, entry: str) -> AuditEntry | None:
    """Return the audited change to undo, if the URL names one."""
    entries = AuditEntry.objects.filter(**target.audit_columns, operation__in=UNDO_PAGES)
    return entries.filter(entry=entry).first() if entry else None


def _missing_scopes_note(names: Iterable[str]) -> UnrestorableSetting:
    reason = _("The service no longer has these scopes: %(names)s.")
    label = describe_change(
        FieldChange(REQUESTABLE_SCOPES_FIELD, None, None), CLIENT_SETTINGS
    ).label
    return UnrestorableSetting(
        label, REQUESTABLE_SCOPES_FIELD, reason % {"names": ", ".join(names)}
    )


def _current_limit(workspace: Workspace, service_id: int, client_id: int) -> ScopeLimit:
    client = workspace.authlete.service(service_id).client(client_id)
    return client.get_requestable_scopes().requestable_scopes


def _is_same_limit(new: ScopeLimit, now: ScopeLimit) -> bool:
    if new is None or now is None:
        return new is now
    return set(new) == set(now)


def _describe_change(now: ScopeLimit, new: ScopeLimit) -> Any:
    return describe_changes([FieldChange(REQUESTABLE_SCOPES_FIELD, now, new)], CLIENT_SETTINGS)


def _save(
    request: ConsoleRequest,
    target: DocumentTarget,
    name: str,
    new: ScopeLimit,
    now: ScopeLimit,
    form: ReviewedChangeForm,
) -> None:
    workspace = target.workspace
    authlete = workspace.connect(**form.reason_fields)
    client = authlete.service(target.service_id).client(target.client_id, name)
    if new is None:
        client.clear_requestable_scopes(now)
        text = _("%(name)s can now request any scope of the service.")
        messages.success(request, text % {"name": name})
        return
    stored = client.set_requestable_scopes(new, now).requestable_scopes
    if stored is None:
        text = _("%(name)s can still request any scope, according to Authlete. Check the scopes.")
        messages.warning(request, text % {"name": name})
        return
    if dropped := sorted(set(new) - set(stored)):
        text = _("Authlete removed scopes that the service doesn't have: %(names)s.")
        messages.warning(request, text % {"names": ", ".join(dropped)})
    text = (
        _("%(name)s can now request: %(names)s.")
        if stored
        else _("%(name)s can't request scopes now.")
    )
    messages.success(request, text % {"name": name, "names": ", ".join(stored)})
