"""What people chose for themselves: their time zone, and dismissed notices."""

from django.conf import settings
from django.db import models

from tenants.models import Organization


class AccountPreferences(models.Model):
    """The display preferences of one account, in every browser."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences"
    )
    time_zone = models.CharField(max_length=60, blank=True)  # empty: the console's default
    # Display preferences; empty: what the browser chose.
    theme = models.CharField(max_length=12, blank=True)
    density = models.CharField(max_length=12, blank=True)
    times = models.CharField(max_length=12, blank=True)
    # Of notifications about ended jobs and batches, a `DeliveryChoice`.
    job_delivery = models.CharField(max_length=6, blank=True)

    class Meta:
        verbose_name_plural = "account preferences"

    def __str__(self) -> str:
        return f"{self.user}: {self.time_zone}"


class DismissedNotice(models.Model):
    """A counting notice that one person dismissed; it returns when its count grows."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    name = models.CharField(max_length=40)
    count = models.PositiveIntegerField()  # the smallest since it was dismissed

    class Meta:
        constraints = [
            models.UniqueConstraint("user", "organization", "name", name="one_dismissal_each")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.name} up to {self.count}"
