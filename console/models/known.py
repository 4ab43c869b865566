"""The names of what was seen before: for the record, and for regions that are down."""

from django.db import models

from tenants.models import Organization


class KnownService(models.Model):
    """What a list of services showed last: for names, and for regions that are down."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    region = models.CharField(max_length=20)
    service_id = models.BigIntegerField()
    name = models.TextField(blank=True)
    issuer = models.TextField(blank=True)
    modified_at = models.BigIntegerField(default=0)  # milliseconds since 1970
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organization", "region", "service_id", name="one_known_service"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} in {self.region}"
