"""Uses of rate-limited actions."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class RateLimitUse(models.Model):
    """One use of a rate limit by a user; kept while it counts."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False)
    budget = models.CharField(max_length=20)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["user", "budget", "at"], name="spent_lately")]

    def __str__(self) -> str:
        return f"{self.user}: {self.budget}"
