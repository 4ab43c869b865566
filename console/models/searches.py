"""Searches of the record that somebody gave a name."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from console.audit_log.search_language import (
    MAX_QUERY_CHARS,
    format_terms,
    terms_from_pairs,
)
from tenants.models import Membership, Organization
from tenants.organizations.roles import ConsolePermission, Role

READER_ROLES = [role for role in Role if role.has_permission(ConsolePermission.AUDIT_LOG)]


class SavedSearch(models.Model):
    """A search as its address has it: marks, never subjects."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    name = models.CharField(max_length=60)
    # Of the URL, without its question mark.
    query = models.CharField(max_length=MAX_QUERY_CHARS)
    shared = models.BooleanField(default=False)  # with all who read the record
    pinned = models.BooleanField(default=False)  # on the record's own page
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "made_at"]
        constraints = [
            models.UniqueConstraint("organization", "user", "name", name="one_search_of_a_name")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def search_text(self) -> str:
        """What is looked for, as it could be typed."""
        asked = QueryDict(self.query).lists()
        return format_terms(terms_from_pairs((name, one) for name, given in asked for one in given))


def visible_searches(organization: Organization, user: int) -> QuerySet[SavedSearch]:
    """One's own, and what others share."""
    visible = Q(user=user) | Q(shared=True)
    return SavedSearch.objects.filter(visible, organization=organization)


def manageable_searches(
    organization: Organization, user: int, *, is_manager: bool
) -> QuerySet[SavedSearch]:
    """What somebody may change and remove: their own; and for whoever ``manages`` the
    organization, what those share who read its record no more."""
    whose = Q(user=user)
    if is_manager:
        readers = Membership.objects.filter(organization=organization, role__in=READER_ROLES)
        whose |= Q(shared=True) & ~Q(user__in=readers.values("user"))
    return SavedSearch.objects.filter(whose, organization=organization)
