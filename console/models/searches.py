"""Saved searches and chosen columns."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

from tenants.models import Membership, Organization
from tenants.organizations.roles import ConsolePermission, Role

MAX_QUERY_CHARS = 6000  # servers and proxies accept URLs of 8 KB
READER_ROLES = [role for role in Role if role.has_permission(ConsolePermission.AUDIT_LOG)]


class SavedSearch(models.Model):
    """A named search; its query holds fingerprints of subjects, never subjects."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=MAX_QUERY_CHARS)  # of the URL, without "?"
    shared = models.BooleanField(default=False)  # with everyone who can read the audit log
    pinned = models.BooleanField(default=False)  # to the audit log page
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "created_at"]
        constraints = [
            models.UniqueConstraint("organization", "user", "name", name="one_search_of_a_name")
        ]

    def __str__(self) -> str:
        return self.name


def visible_searches(organization: Organization, user: int) -> QuerySet[SavedSearch]:
    """Return the user's own searches and the shared ones."""
    visible = Q(user=user) | Q(shared=True)
    return SavedSearch.objects.filter(visible, organization=organization)


def manageable_searches(
    organization: Organization, user: int, *, is_manager: bool
) -> QuerySet[SavedSearch]:
    """Return the searches that a user can change and delete.

    These are their own and, for a manager of the organization, shared ones whose owners
    can no longer read the audit log.
    """
    manageable = Q(user=user)
    if is_manager:
        readers = Membership.objects.filter(organization=organization, role__in=READER_ROLES)
        manageable |= Q(shared=True) & ~Q(user__in=readers.values("user"))
    return SavedSearch.objects.filter(manageable, organization=organization)


class ColumnPreference(models.Model):
    """The columns that one person wants to see in one list."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    name = models.CharField(max_length=60)  # of the list
    columns = models.TextField(blank=True)  # separated by spaces

    class Meta:
        constraints = [models.UniqueConstraint("user", "name", name="one_choice_each")]

    def __str__(self) -> str:
        return f"{self.user}: {self.name}"
