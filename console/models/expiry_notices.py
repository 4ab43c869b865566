"""Email notices about expiring objects; each is sent once."""

from uuid import uuid4

from django.db import models

from tenants.models import Organization


class ExpiryDigest(models.Model):
    """A day's email to an organization about expiring objects.

    It is stored with its notices before sending, so that any worker can resume it.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    day = models.DateField()
    tried_at = models.DateTimeField(null=True)  # time of the last attempt
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("organization", "day", name="one_digest_a_day")]

    def __str__(self) -> str:
        return f"{self.organization} on {self.day}"


class ExpiryNotice(models.Model):
    """A notice that an object expires within some days, or has expired.

    A renewed object has another expiry and gets new notices.
    """

    digest = models.ForeignKey(ExpiryDigest, on_delete=models.CASCADE, related_name="notices")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    object_key = models.CharField(max_length=200)
    ends_at = models.DateTimeField()
    days = models.SmallIntegerField()  # the threshold; 0 if expired
    line = models.TextField()  # of the email

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organization", "object_key", "ends_at", "days", name="one_notice_per_threshold"
            )
        ]

    def __str__(self) -> str:
        return self.line
