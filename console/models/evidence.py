"""What is made of the record for whoever has to trust it: packs, and verdicts."""

from uuid import uuid4

from django.db import models
from django.utils import timezone

from tenants.models import Organization


class Pack(models.Model):
    """An evidence pack of a search, made by a job and kept for some days."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    actor = models.CharField(max_length=254)  # who asked for it
    search = models.CharField(max_length=1000)  # as the record may tell it
    asked_at = models.DateTimeField(default=timezone.now)
    job = models.UUIDField(null=True)  # that makes it
    made_at = models.DateTimeField(null=True)  # null while it is being made
    entries = models.PositiveIntegerField(default=0)
    size = models.BigIntegerField(default=0)  # bytes
    covered = models.BigIntegerField(default=0)  # rows of the record that are signed

    class Meta:
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["organization", "-asked_at"], name="packs")]

    def __str__(self) -> str:
        return f"{self.entries} entries for {self.actor}"


class PackPart(models.Model):
    """Some bytes of it, since a worker and the console may share no file system."""

    pack = models.ForeignKey(Pack, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint("pack", "number", name="one_a_number")]

    def __str__(self) -> str:
        return f"{self.pack_id}/{self.number}"


class Verdict(models.Model):
    """Whether the record was whole when somebody asked."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    actor = models.CharField(max_length=254)
    asked_at = models.DateTimeField(default=timezone.now)
    job = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)  # null while it is looked at
    rows = models.BigIntegerField(default=0)
    entries = models.BigIntegerField(default=0)
    removed = models.BigIntegerField(default=0)  # entries that were kept long enough
    bad = models.BigIntegerField(null=True)  # the first row that cannot be right
    what = models.CharField(max_length=400, default="")  # is wrong with it
    unguarded = models.BooleanField(default=False)  # the database would let one change
    warnings = models.PositiveIntegerField(default=0)
    checkpoints = models.PositiveIntegerField(default=0)  # that it was held against
    outside = models.BigIntegerField(default=0)  # rows, by the newest kept in a file
    outside_at = models.DateTimeField(null=True)  # when that one was signed
    covered = models.BigIntegerField(default=0)  # rows, by the last of them
    covered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["organization", "-asked_at"], name="verdicts")]

    def __str__(self) -> str:
        return f"{self.rows} rows for {self.actor}"

    @property
    def newer(self) -> int:
        """Rows that no checkpoint covers."""
        return max(0, self.rows - self.covered)

    @property
    def inside(self) -> int:
        """Rows that only what is in the database itself speaks for."""
        return max(0, self.rows - self.outside)
