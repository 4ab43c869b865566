"""Keeping who was looked up, so that no address has to name a subject."""

from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.models import Lookup
from console.models.lookups import LOOKUP_LIFETIME
from console.web.access import Member
from tenants.audit.events import SUBJECT_REVEAL, SUBJECT_SEARCH
from tenants.audit.recorder import EventDetails, record_event
from tenants.authlete.api.identifiers import has_visible_text
from tenants.authlete.documents.tokens import MAX_SUBJECT_LENGTH
from tenants.crypto.vault import UnsealError
from tenants.organizations.roles import ConsolePermission


class SubjectForm(forms.Form):
    """One subject, exactly as the services know it."""

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
    """Keep whom ``member`` looks up, and that they do; old ones go.

    Raises `NotRecorded`, and then nothing is kept.
    """
    record_event(member.actor, SUBJECT_SEARCH, subject=subject)
    return _save_lookup(member, subject)


def reveal_subject(member: Member, subject: str, audit_fields: EventDetails) -> Lookup:
    """The same for a subject that pages hide; ``told`` says where, and why."""
    record_event(member.actor, SUBJECT_REVEAL, **(audit_fields | EventDetails(subject=subject)))
    return _save_lookup(member, subject)


def _save_lookup(member: Member, subject: str) -> Lookup:
    Lookup.objects.filter(made_at__lt=timezone.now() - LOOKUP_LIFETIME).delete()
    lookup = Lookup(user=member.user, organization=member.organization)
    lookup.seal_subject(subject).save(force_insert=True)
    return lookup


def get_lookup(member: Member, lookup_id: UUID) -> OpenLookup:
    """What this person looked up; raises `Http404` when that is over, was never
    theirs, or they may look up nobody any more."""
    if not member.can(ConsolePermission.USERS):
        raise Http404
    found = Lookup.objects.filter(
        pk=lookup_id,
        user=member.user,
        organization=member.organization,
        made_at__gt=timezone.now() - LOOKUP_LIFETIME,
    ).first()
    if found is None:
        raise Http404
    try:
        return OpenLookup(found, found.subject)
    except UnsealError:
        raise Http404 from None
