"""The page that edits the note of a service or client, also of a deleted one."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.documents.kinds import DocumentTarget
from console.history.object_names import load_object_names
from console.models import Note
from console.models.notes import MAX_NOTE_CHARS, find_note
from console.models.transitions import update_if
from console.web.access import ConsoleRequest
from console.web.idempotency import KEY_FIELD, IdempotentForm, idempotent, new_key
from console.web.responses import redirect_to, render_form
from tenants.audit.events import NOTE_CHANGE
from tenants.audit.recorder import EventDetails, record_action
from tenants.authlete.changes import FieldChange


class NoteForm(IdempotentForm):
    """A note, and the version that was edited; 0 for a new one."""

    text = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=MAX_NOTE_CHARS,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy(
            "Plain text, shown to everyone who can view this object and recorded in the audit log. "
            "Don't enter secrets."
        ),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class StaleNoteError(Exception):
    """Someone else has saved the note since it was opened."""


def note(request: ConsoleRequest, target: DocumentTarget) -> HttpResponse:
    """Edit the note, unless someone else has saved it since it was opened."""
    organization = target.workspace.organization
    name = load_object_names(organization, [target.ref]).get(target.ref)
    if name is None:
        raise Http404
    stored = find_note(organization, target.ref)
    initial = {"text": stored.text, "version": stored.version} if stored else {"version": 0}
    form = NoteForm(request.POST or None, initial=initial)
    path, newer = target.path("show"), None
    if form.is_valid():
        try:
            with idempotent(request, form, path):
                _save(target, name, form.cleaned_data["text"], form.cleaned_data["version"])
        except StaleNoteError:
            newer = find_note(organization, target.ref)
            form.data = request.POST.copy()
            form.data["version"] = str(newer.version if newer else 0)
            form.data[KEY_FIELD] = new_key()
            form.add_error("text", _("Someone else saved the note. Nothing was overwritten."))
        else:
            messages.success(request, _("Note saved."))
            return redirect_to(request, path)
    context = {
        "target": target,
        "workspace": target.workspace,
        "name": name,
        "form": form,
        "newer": newer,
        "back": path,
    }
    return render_form(request, "history/note.html", context)


def _save(target: DocumentTarget, name: str, text: str, version: int) -> None:
    """Save the text; raise `StaleNoteError` if the note isn't at ``version``."""
    organization, member = target.workspace.organization, target.workspace.member
    stored = find_note(organization, target.ref)
    old = stored.text if stored else ""
    values = {
        "text": text,
        "author": member.user.get_username(),
        "saved_at": timezone.now(),
        "version": version + 1,
    }
    changes = [FieldChange("note", old or None, text or None)]
    details: EventDetails = {
        "label": name,
        "changes": changes,
        "region": target.ref.region,
        "service": str(target.service_id),
        "client": str(target.client_id or ""),
    }
    with record_action(member.actor, NOTE_CHANGE, **details):
        if stored:
            is_saved = update_if(stored, {"version": version}, **values)
        else:
            _note, is_saved = Note.objects.get_or_create(
                organization=organization, **target.ref._asdict(), defaults=values
            )
        if not is_saved:
            raise StaleNoteError
