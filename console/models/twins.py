"""Twins: two services or clients that should stay alike."""

import zlib
from uuid import uuid4

from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

from tenants.authlete.object_ref import ObjectRef
from tenants.models import Organization


class Twin(models.Model):
    """Two objects of one kind that should differ only as expected.

    A baseline is a twin whose first side is a stored version. It keeps the version's own text, in
    which secrets are redacted, because retention can delete the version.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    name = models.CharField(max_length=100)
    first_region = models.CharField(max_length=20)
    first_service_id = models.BigIntegerField()
    first_client_id = models.BigIntegerField(default=0)  # 0 for a service
    second_region = models.CharField(max_length=20)
    second_service_id = models.BigIntegerField()
    second_client_id = models.BigIntegerField(default=0)
    baseline = models.BinaryField(null=True)  # compressed text of the first side's version
    baseline_at = models.DateTimeField(null=True)
    accepted = models.JSONField(default=dict)  # API name: digest of both values
    drift = models.JSONField(default=list)  # API names of the settings that differ
    drift_since = models.DateTimeField(null=True)
    is_missing = models.BooleanField(default=False)  # an object was deleted
    compared = models.CharField(max_length=200, blank=True)  # state of the last comparison
    checked_at = models.DateTimeField(null=True)
    created_by = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(
                fields=["organization", "first_service_id", "first_client_id"], name="twin_by_first"
            ),
            models.Index(
                fields=["organization", "second_service_id", "second_client_id"],
                name="twin_by_second",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def first(self) -> ObjectRef:
        return ObjectRef(self.first_region, self.first_service_id, self.first_client_id)

    @property
    def second(self) -> ObjectRef:
        return ObjectRef(self.second_region, self.second_service_id, self.second_client_id)

    @property
    def keys(self) -> tuple[str, str]:
        """The parameters of their comparison."""
        first = f"baseline/{self.pk}" if self.baseline_at else self.first.key
        return first, self.second.key

    @property
    def baseline_text(self) -> str:
        return zlib.decompress(bytes(self.baseline or b"")).decode()

    def set_baseline(self, text: str) -> None:
        """Store the text of the first side's version."""
        self.baseline = zlib.compress(text.encode(), 9)


def twins_of(organization: Organization, ref: ObjectRef) -> QuerySet[Twin]:
    """Return the twins of which an object is a side."""
    region, service_id, client_id = ref
    first = Q(
        first_region=region,
        first_service_id=service_id,
        first_client_id=client_id,
        baseline_at=None,
    )
    second = Q(second_region=region, second_service_id=service_id, second_client_id=client_id)
    return Twin.objects.filter(first | second, organization=organization).order_by("name", "pk")


def drifted_twins(organization: Organization, regions: list[str]) -> QuerySet[Twin]:
    """Return the twins in these regions that differ or lack an object."""
    twins = visible_twins(organization, regions)
    return twins.filter(Q(drift_since__isnull=False) | Q(is_missing=True))


def visible_twins(organization: Organization, regions: list[str]) -> QuerySet[Twin]:
    """Return the twins whose regions are both among these, by name."""
    twins = Twin.objects.filter(
        organization=organization, first_region__in=regions, second_region__in=regions
    )
    return twins.order_by("name", "pk")
