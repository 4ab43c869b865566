"""Findings of the configuration rules, their waivers and daily counts.

Findings hold no values of settings. They're derived from documents whenever these are indexed.
"""

from datetime import date
from uuid import uuid4

from django.db import models
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from tenants.models import Organization


class ObjectRule(models.Model):
    """A rule and the service or client that it's about."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    region = models.CharField(max_length=20)
    service_id = models.BigIntegerField()
    client_id = models.BigIntegerField(default=0)  # 0 for a service
    rule = models.CharField(max_length=60)  # ID

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.rule} of {self.region}/{self.service_id}/{self.client_id}"


OBJECT_RULE_FIELDS = ("organization", "region", "service_id", "client_id", "rule")


class Finding(ObjectRule):
    """A rule that an object violates."""

    name = models.CharField(max_length=200, blank=True)  # of the object
    field = models.CharField(max_length=100, blank=True)  # API name of the setting to fix first
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(*OBJECT_RULE_FIELDS, name="one_finding")]
        indexes = [models.Index(fields=["organization", "rule"], name="finding_by_rule")]


class Waiver(ObjectRule):
    """The accepted risk of one finding, until it expires."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    reason = models.CharField(max_length=500)
    owner = models.CharField(max_length=200)  # the person who waived it last
    expires_on = models.DateField()  # last day, in the server's time zone
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(*OBJECT_RULE_FIELDS, name="one_waiver")]


class FindingCount(models.Model):
    """The open findings of an organization at the end of a day."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    day = models.DateField()
    high = models.PositiveIntegerField(default=0)
    medium = models.PositiveIntegerField(default=0)
    low = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint("organization", "day", name="one_count_a_day")]

    def __str__(self) -> str:
        return f"{self.organization} on {self.day}"


def current_waivers(organization: Organization, today: date | None = None) -> QuerySet[Waiver]:
    """Return the waivers that haven't expired."""
    today = today or timezone.localdate()
    return Waiver.objects.filter(organization=organization, expires_on__gte=today)


def open_findings(organization: Organization) -> QuerySet[Finding]:
    """Return the findings without a current waiver."""
    same = {name: OuterRef(name) for name in ("region", "service_id", "client_id", "rule")}
    waived = Exists(current_waivers(organization).filter(**same))
    return Finding.objects.filter(~waived, organization=organization)
