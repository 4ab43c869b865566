"""Searches of the record that somebody gave a name."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from console.search_language import LONGEST_ADDRESS, printed, terms_of
from tenants.models import Membership, Organization
from tenants.roles import Right, Role

READERS = [role for role in Role if role.may(Right.RECORD)]


class SavedSearch(models.Model):
    """A search as its address has it: marks, never subjects."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    name = models.CharField(max_length=60)
    # Of the URL, without its question mark.
    query = models.CharField(max_length=LONGEST_ADDRESS)
    shared = models.BooleanField(default=False)  # with all who read the record
    pinned = models.BooleanField(default=False)  # on the record's own page
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "made_at"]
        constraints = [
            models.UniqueConstraint(
                "organization", "user", "name", name="one_search_of_a_name"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def told(self) -> str:
        """What is looked for, as it could be typed."""
        asked = QueryDict(self.query).lists()
        return printed(terms_of((name, one) for name, given in asked for one in given))


def seen_by(organization: Organization, user: int) -> QuerySet[SavedSearch]:
    """One's own, and what others share."""
    visible = Q(user=user) | Q(shared=True)
    return SavedSearch.objects.filter(visible, organization=organization)


def kept_by(
    organization: Organization, user: int, *, manages: bool
) -> QuerySet[SavedSearch]:
    """What somebody may change and remove: their own; and for whoever ``manages`` the
    organization, what those share who read its record no more."""
    whose = Q(user=user)
    if manages:
        readers = Membership.objects.filter(organization=organization, role__in=READERS)
        whose |= Q(shared=True) & ~Q(user__in=readers.values("user"))
    return SavedSearch.objects.filter(whose, organization=organization)
