"""Keeping who was looked up, so that no address has to name a subject."""

from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.access import Member
from console.models import Lookup
from console.models.lookups import KEPT
from tenants.audit.events import SUBJECT_REVEAL, SUBJECT_SEARCH
from tenants.audit.notes import Told, note
from tenants.authlete.api.narrowing import is_seen
from tenants.authlete.documents.tokens import LONGEST_SUBJECT
from tenants.roles import Right
from tenants.vault import Sealed


class SubjectForm(forms.Form):
    """One subject, exactly as the services know it."""

    subject = forms.CharField(
        max_length=LONGEST_SUBJECT,
        label=_("Subject"),
        error_messages={
            "required": _("Enter the subject, exactly as the services know it."),
            "max_length": _("A subject has %(limit_value)d characters at most."),
        },
    )

    def clean_subject(self) -> str:
        subject: str = self.cleaned_data["subject"]
        if not is_seen(subject):
            raise forms.ValidationError(
                self.fields["subject"].error_messages["required"]
            )
        return subject


@dataclass(frozen=True, slots=True)
class Found:
    """A lookup that is open, and whom it is about."""

    lookup: Lookup
    subject: str


def make(member: Member, subject: str) -> Lookup:
    """Keep whom ``member`` looks up, and that they do; old ones go.

    Raises `NotRecorded`, and then nothing is kept.
    """
    note(member.who, SUBJECT_SEARCH, subject=subject)
    return _kept(member, subject)


def reveal(member: Member, subject: str, told: Told) -> Lookup:
    """The same for a subject that pages hide; ``told`` says where, and why."""
    note(member.who, SUBJECT_REVEAL, **(told | Told(subject=subject)))
    return _kept(member, subject)


def _kept(member: Member, subject: str) -> Lookup:
    Lookup.objects.filter(made_at__lt=timezone.now() - KEPT).delete()
    lookup = Lookup(user=member.user, organization=member.organization)
    lookup.keep(subject).save(force_insert=True)
    return lookup


def opened(member: Member, lookup: UUID) -> Found:
    """What this person looked up; raises `Http404` when that is over, was never
    theirs, or they may look up nobody any more."""
    if not member.may(Right.DESK):
        raise Http404
    found = Lookup.objects.filter(
        pk=lookup,
        user=member.user,
        organization=member.organization,
        made_at__gt=timezone.now() - KEPT,
    ).first()
    if found is None:
        raise Http404
    try:
        return Found(found, found.subject)
    except Sealed:
        raise Http404 from None
