"""Notes on services and clients. They outlive their objects."""

from django.db import models

from tenants.authlete.object_ref import ObjectRef
from tenants.models import Organization

MAX_NOTE_CHARS = 2_000


class Note(models.Model):
    """What members noted about a service or client, as plain text."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    region = models.CharField(max_length=20)
    service_id = models.BigIntegerField()
    client_id = models.BigIntegerField(default=0)  # 0 for a service
    text = models.TextField(max_length=MAX_NOTE_CHARS, blank=True)
    author = models.CharField(max_length=200)  # who saved it last
    saved_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)  # counts the saves

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organization", "region", "service_id", "client_id", name="one_note_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.region}/{self.service_id}/{self.client_id}"


def find_note(organization: Organization, ref: ObjectRef) -> Note | None:
    """Return the note of a service or client."""
    return Note.objects.filter(organization=organization, **ref._asdict()).first()
