"""Numbers per day and region for charts, counted by a periodic task.

Charts would otherwise read the whole audit log and index on each view.
"""

from django.db import models

from tenants.models import Organization


class RegionDay(models.Model):
    """The numbers of one day in one region of an organization."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    region = models.CharField(max_length=20)
    day = models.DateField()  # in the server's time zone
    counted_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.region} on {self.day}"


class CallCount(RegionDay):
    """Calls to Authlete, from the audit log."""

    calls = models.PositiveIntegerField(default=0)  # with an outcome
    failed = models.PositiveIntegerField(default=0)  # that didn't succeed
    changes = models.JSONField(default=dict)  # number of changes per outcome
    latencies = models.JSONField(default=list)  # calls per bucket of `LATENCY_BOUNDS_MS`

    class Meta:
        constraints = [
            models.UniqueConstraint("organization", "day", "region", name="one_call_count")
        ]


class InventoryCount(RegionDay):
    """Services and clients, from the index."""

    checked = models.PositiveIntegerField(default=0)  # objects checked by the rules
    at_risk = models.PositiveIntegerField(default=0)  # of these, with an open high finding
    grants = models.JSONField(default=dict)  # clients per grant type
    auth_methods = models.JSONField(default=dict)  # clients per authentication method
    secret_ages = models.JSONField(default=list)  # secrets per bucket of `SECRET_AGE_DAYS`

    class Meta:
        constraints = [
            models.UniqueConstraint("organization", "day", "region", name="one_inventory_count")
        ]
