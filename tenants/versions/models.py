"""Versions of objects, and their contents, stored once each.

Versions have no foreign key to organizations: like the audit log, they outlive them.
"""

import zlib
from hashlib import sha256

from django.db import models
from django.db.models.functions import Upper

from tenants.authlete.documents.base import Document
from tenants.authlete.object_ref import ObjectRef
from tenants.authlete.redaction.redactor import Redactor
from tenants.authlete.snapshots import parse_snapshot
from tenants.crypto.fingerprints import get_object_redactor


class Content(models.Model):
    """A document's redacted text, compressed."""

    digest = models.CharField(max_length=64, primary_key=True)  # SHA-256 of the first text, in hex
    packed = models.BinaryField()
    # Whether texts of unknown fields are hidden. Older releases stored them.
    is_redacted = models.BooleanField(default=True, db_default=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["digest"], condition=models.Q(is_redacted=False), name="contents_unredacted"
            )
        ]

    def __str__(self) -> str:
        return self.digest

    @classmethod
    def from_text(cls, text: str) -> "Content":
        return cls(compute_digest(text), _pack(text))

    def pack(self, text: str) -> None:
        """Replace the text; the digest stays."""
        self.packed = _pack(text)

    @property
    def text(self) -> str:
        return zlib.decompress(bytes(self.packed)).decode()


def _pack(text: str) -> bytes:
    return zlib.compress(text.encode(), 9)


def compute_digest(text: str) -> str:
    """Return the SHA-256 in hex."""
    return sha256(text.encode()).hexdigest()


class Version(models.Model):
    """A state of an object and when it was observed."""

    class Outside(models.TextChoices):
        """Whether the change was external, and recorded."""

        NO = ""
        UNREPORTED = "untold"
        REPORTED = "told"

    organization_id = models.BigIntegerField()
    region = models.CharField(max_length=20)
    service_id = models.BigIntegerField()
    client_id = models.BigIntegerField(default=0)  # 0 for a service
    number = models.PositiveIntegerField()  # from 1, without a gap
    digest = models.CharField(max_length=64, default="")  # empty: deleted
    sketch = models.CharField(max_length=64, default="")  # digest without counters
    name = models.CharField(max_length=200, default="")
    modified_at = models.BigIntegerField(default=0)  # milliseconds, Authlete's clock
    first_at = models.DateTimeField()  # when it was seen first
    last_at = models.DateTimeField()  # and last
    entry = models.CharField(max_length=36)  # of the call that showed or made it
    written = models.BooleanField(default=False)  # by that call
    outside = models.CharField(max_length=10, choices=Outside, default="")
    key = models.CharField(max_length=20)  # of `mac`
    mac = models.CharField(max_length=64)  # over this row and the version before
    # Set if the previous version was deleted by retention.
    before = models.CharField(max_length=64, default="")  # its mac
    seal = models.CharField(max_length=64, default="")  # over that and this row

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                "organization_id",
                "region",
                "service_id",
                "client_id",
                "number",
                name="one_version_a_number",
            )
        ]
        indexes = [
            models.Index(
                fields=["outside"], condition=models.Q(outside="untold"), name="versions_untold"
            ),
            models.Index("organization_id", Upper("name"), name="versions_by_name"),
        ]

    def __str__(self) -> str:
        location = f"{self.region}/{self.service_id}/{self.client_id}"
        return f"version {self.number} of {location}"

    @property
    def is_deleted(self) -> bool:
        return not self.digest

    @property
    def redactor(self) -> Redactor:
        """Return the redactor of the object."""
        ref = ObjectRef(self.region, self.service_id, self.client_id)
        return get_object_redactor(self.organization_id, ref)

    def read_as[Kind: Document](self, kind: type[Kind]) -> Kind:
        """Return the document, unknown texts hidden; a deleted version has none."""
        return parse_snapshot(kind, Content.objects.get(pk=self.digest).text, self.redactor)

    def document(self) -> Document:
        """Return the document; empty for a deleted version."""
        return self.read_as(Document) if self.digest else Document()
