"""Keeping who was looked up, so that no address has to name a subject."""

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404
from django.utils import timezone

from console.access import Member
from console.models import Lookup
from console.models.lookups import KEPT
from tenants.audit.events import SUBJECT_REVEAL, SUBJECT_SEARCH
from tenants.audit.models import AuditEntry
from tenants.audit.notes import note
from tenants.vault import Sealed


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


def reveal(member: Member, entry: AuditEntry, reason: str, ticket: str) -> Lookup:
    """The same for the subject of an entry in the record."""
    note(
        member.who,
        SUBJECT_REVEAL,
        subject=entry.subject,
        object=entry.entry,
        reason=reason,
        ticket=ticket,
    )
    return _kept(member, entry.subject)


def _kept(member: Member, subject: str) -> Lookup:
    Lookup.objects.filter(made_at__lt=timezone.now() - KEPT).delete()
    lookup = Lookup(user=member.user, organization=member.organization)
    lookup.keep(subject).save(force_insert=True)
    return lookup


def opened(member: Member, lookup: UUID) -> Found:
    """What this person looked up; raises `Http404` when that is over, or was never
    theirs."""
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
