"""Lookups of users, so that no URL contains a subject."""

from dataclasses import dataclass
from typing import Any, Unpack
from uuid import UUID

from django import forms
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.forms.change_forms import ChangeReasonForm
from console.models import Lookup
from console.models.drafts import LOOKUP_LIFETIME
from console.web.access import Member
from tenants.audit.events import SUBJECT_REVEAL, SUBJECT_SEARCH
from tenants.audit.recorder import EventDetails, record_event
from tenants.authlete.api.identifiers import has_visible_text
from tenants.authlete.documents.tokens import MAX_SUBJECT_LENGTH
from tenants.crypto.vault import UnsealError
from tenants.organizations.roles import ConsolePermission


class SubjectForm(forms.Form):
    """A subject identifier."""

    subject = forms.CharField(
        max_length=MAX_SUBJECT_LENGTH,
        label=_("Subject"),
        error_messages={
            "required": _("Enter the subject, exactly as the services know it."),
            "max_length": _("A subject has %(limit_value)d characters at most."),
        },
    )

    def clean_subject(self) -> str:
        subject: str = self.cleaned_data["subject"]
        if not has_visible_text(subject):
            raise forms.ValidationError(self.fields["subject"].error_messages["required"])
        return subject


@dataclass(frozen=True, slots=True)
class OpenLookup:
    """A lookup that is open, and whom it is about."""

    lookup: Lookup
    subject: str


def create_lookup(member: Member, subject: str) -> Lookup:
    """Log and store a lookup, and delete old ones.

    Raises `AuditUnavailableError`; then nothing is stored.
    """
    record_event(member.actor, SUBJECT_SEARCH, subject=subject)
    return _save_lookup(member, subject)


def reveal_subject(member: Member, **details: Unpack[EventDetails]) -> Lookup:
    """Create a lookup for the hidden subject of an entry, and log it."""
    record_event(member.actor, SUBJECT_REVEAL, **details)
    return _save_lookup(member, details["subject"])


def _save_lookup(member: Member, subject: str) -> Lookup:
    Lookup.objects.filter(created_at__lt=timezone.now() - LOOKUP_LIFETIME).delete()
    lookup = Lookup(user=member.user, organization=member.organization)
    lookup.seal_subject(subject).save(force_insert=True)
    return lookup


def get_lookup(member: Member, lookup_id: UUID) -> OpenLookup:
    """Return a member's own lookup.

    Raises `Http404` if it expired, belongs to someone else, or the member lost permission.
    """
    if not member.can(ConsolePermission.USERS):
        raise Http404
    lookup = Lookup.objects.filter(
        pk=lookup_id,
        user=member.user,
        organization=member.organization,
        created_at__gt=timezone.now() - LOOKUP_LIFETIME,
    ).first()
    if lookup is None:
        raise Http404
    try:
        return OpenLookup(lookup, lookup.subject)
    except UnsealError:
        raise Http404 from None


CONFIRM_CHARS = 4  # characters of a subject that are typed to confirm


class RevokeAllForm(ChangeReasonForm):
    """Confirms a revocation by the end of the subject identifier."""

    typed = forms.CharField(max_length=CONFIRM_CHARS, strip=False, label=_("Subject identifier"))

    def __init__(self, *args: Any, subject: str) -> None:
        super().__init__(*args)
        self._expected_ending = subject[-CONFIRM_CHARS:]

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"]
        if typed.strip() != self._expected_ending.strip():
            raise forms.ValidationError(_("This doesn't match the end of the subject identifier."))
        return typed
