"""Access tokens of log streams."""

from hashlib import sha256
from secrets import token_urlsafe
from typing import Self
from uuid import uuid4

from django.db import models
from django.utils import timezone

from tenants.models import Organization

TOKEN_PREFIX = "mrs_"  # for secret scanners  # noqa: S105


class Stream(models.Model):
    """A client that reads an organization's audit log.

    The token has enough entropy for an unsalted digest.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.CharField(max_length=254)
    used_at = models.DateTimeField(null=True)
    position = models.BigIntegerField(default=0)  # the last row that was read
    # Time of the last audit entry about reads, and reads since then.
    told_at = models.DateTimeField(null=True)
    reads = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["name", "made_at"]

    def __str__(self) -> str:
        return f"{self.name} of {self.organization}"

    def set_token(self, token: str) -> Self:
        self.digest = _digest(token)
        return self

    @classmethod
    def find(cls, slug: str, token: str) -> Self | None:
        """Return the organization's stream with this token; None if there is none."""
        candidates = cls.objects.select_related("organization")
        return candidates.filter(digest=_digest(token), organization__slug=slug).first()


def generate_token() -> str:
    """Return a new random token for a stream."""
    return TOKEN_PREFIX + token_urlsafe(32)


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
