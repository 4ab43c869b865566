"""Access tokens of log streams."""

from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Self
from uuid import uuid4

from django.db import models
from django.utils import timezone

from tenants.models import Membership, Organization
from tenants.organizations.roles import ConsolePermission, Role

TOKEN_PREFIX = "mrs_"  # for secret scanners  # noqa: S105


DEFAULT_LIFETIME = timedelta(days=90)


def default_expiry() -> datetime:
    """Return the time when a token expires by default."""
    return timezone.now() + DEFAULT_LIFETIME


class Stream(models.Model):
    """A client that reads an organization's audit log.

    The token has enough entropy for an unsalted digest. It ends at its time, and with its
    owner's membership or right to manage log streams.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=254)
    owner = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True)  # the creator
    expires_at = models.DateTimeField(default=default_expiry)
    used_at = models.DateTimeField(null=True)
    # Time of the last audit entry about reads, and reads since then.
    notified_at = models.DateTimeField(null=True)
    reads = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["name", "created_at"]

    def __str__(self) -> str:
        return f"{self.name} of {self.organization}"

    def set_token(self, token: str) -> Self:
        self.digest = _digest(token)
        return self

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def has_owner(self) -> bool:
        """Return whether the owner is still an administrator."""
        owner = self.owner
        return (
            owner is not None
            and owner.user.is_active
            and Role(owner.role).has_permission(ConsolePermission.ADMINISTRATION)
        )

    @classmethod
    def find(cls, slug: str, token: str) -> Self | None:
        """Return the organization's stream with this token; None unless it's valid."""
        candidates = cls.objects.select_related("organization", "owner__user")
        stream = candidates.filter(digest=_digest(token), organization__slug=slug).first()
        return stream if stream and stream.has_owner and not stream.is_expired else None


def generate_token() -> str:
    """Return a new random token for a stream."""
    return TOKEN_PREFIX + token_urlsafe(32)


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
