"""Evidence packages and verification results of the audit log."""

from uuid import uuid4

from django.db import models
from django.utils import timezone

from tenants.models import Organization


class EvidencePackage(models.Model):
    """An evidence package of a search, created by a job and kept for some days."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    actor = models.CharField(max_length=254)  # who requested it
    search = models.CharField(max_length=1000)  # as in the audit log
    requested_at = models.DateTimeField(default=timezone.now)
    job = models.UUIDField(null=True)  # creates it
    completed_at = models.DateTimeField(null=True)  # null until it is complete
    entries = models.PositiveIntegerField(default=0)
    size = models.BigIntegerField(default=0)  # bytes
    covered = models.BigIntegerField(default=0)  # rows covered by a checkpoint

    class Meta:
        ordering = ["-requested_at"]
        indexes = [models.Index(fields=["organization", "-requested_at"], name="evidence_packages")]

    def __str__(self) -> str:
        return f"{self.entries} entries for {self.actor}"


class EvidencePackagePart(models.Model):
    """A part of a package's file; workers may not share a file system."""

    package = models.ForeignKey(EvidencePackage, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint("package", "number", name="one_a_number")]

    def __str__(self) -> str:
        return f"{self.package_id}/{self.number}"


class VerificationRun(models.Model):
    """The result of a verification of the audit log."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    actor = models.CharField(max_length=254)
    requested_at = models.DateTimeField(default=timezone.now)
    job = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)  # null while running
    rows = models.BigIntegerField(default=0)
    entries = models.BigIntegerField(default=0)
    removed = models.BigIntegerField(default=0)  # entries past their retention
    bad = models.BigIntegerField(null=True)  # the first invalid row
    error = models.CharField(max_length=400, default="")  # the error in that row
    unguarded = models.BooleanField(default=False)  # database triggers are missing
    warnings = models.PositiveIntegerField(default=0)
    checkpoints = models.PositiveIntegerField(default=0)  # number compared with
    outside = models.BigIntegerField(default=0)  # rows covered by the newest external checkpoint
    outside_at = models.DateTimeField(null=True)  # its signature time
    covered = models.BigIntegerField(default=0)  # rows covered by the last checkpoint
    covered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-requested_at"]
        indexes = [models.Index(fields=["organization", "-requested_at"], name="verification_runs")]

    def __str__(self) -> str:
        return f"{self.rows} rows for {self.actor}"

    @property
    def newer(self) -> int:
        """The number of rows that no checkpoint covers."""
        return max(0, self.rows - self.covered)

    @property
    def inside(self) -> int:
        """The number of rows that no external checkpoint covers."""
        return max(0, self.rows - self.outside)
