"""The keys and certificates that lists showed last, of services and of clients."""

from django.db import models

from tenants.models import Organization


class KnownKey(models.Model):
    """What can be told of a key by its public members, as it was last seen."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, db_index=False
    )
    region = models.CharField(max_length=20)
    service_id = models.BigIntegerField()
    client_id = models.BigIntegerField(default=0)  # 0: the service's own
    place = models.PositiveIntegerField()  # among all keys of its owner
    kind = models.CharField(max_length=10)  # an `inventory.Kind`
    kid = models.CharField(max_length=200, blank=True)
    kty = models.CharField(max_length=20, blank=True)
    use = models.CharField(max_length=20, blank=True)
    alg = models.CharField(max_length=40, blank=True)
    shape = models.CharField(max_length=60, blank=True)
    thumbprint = models.CharField(max_length=64, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    ends_at = models.DateTimeField(null=True)
    marks = models.CharField(max_length=120, blank=True)  # `Mark`s, parted by spaces
    used_by = models.CharField(max_length=400, blank=True)  # members, the same way
    owner = models.CharField(max_length=200, blank=True)  # its name
    words = models.TextField(blank=True)  # what is searched, in small letters

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organization",
                "region",
                "service_id",
                "client_id",
                "place",
                name="one_known_key",
            )
        ]
        indexes = [
            models.Index(
                fields=["organization", "ends_at", "id"], name="known_key_by_end"
            ),
            models.Index(
                fields=["organization", "kind", "region", "marks"],
                name="known_key_by_facets",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kid or self.subject} of {self.owner} in {self.region}"
