"""The index of services, clients and keys, as lists showed them last.

Used by the audit log, for regions that are down, and to search all clients of an organization. It
holds no secrets, and no settings that are trusted.
"""

from django.db import models

from tenants.models import Organization


class KnownServiceManager(models.Manager["KnownService"]):
    """Loads settings only when they're asked for: they're large, and most pages need names."""

    def get_queryset(self) -> models.QuerySet["KnownService"]:
        return super().get_queryset().defer("settings")


class KnownService(models.Model):
    """A service as last listed; used for names and unavailable regions."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    region = models.CharField(max_length=20)
    service_id = models.BigIntegerField()
    name = models.TextField(blank=True)
    issuer = models.TextField(blank=True)
    modified_at = models.BigIntegerField(default=0)  # milliseconds since 1970
    settings = models.JSONField(default=dict)  # values by setting, without secrets
    edition = models.PositiveSmallIntegerField(default=0)  # format version of this row
    seen_at = models.DateTimeField()
    clients_at = models.DateTimeField(null=True)  # last complete sync of its clients
    clients_requested_at = models.DateTimeField(null=True)  # last sync by a periodic task
    clients_problem = models.TextField(blank=True)  # the error of the last sync

    objects = KnownServiceManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organization", "region", "service_id", name="one_known_service"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} in {self.region}"


class SettingsProfile(models.Model):
    """Flags, choices and numbers that the settings of many clients have in common.

    A search looks at the profiles of an organization, then for clients that have one of these.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    digest = models.CharField(max_length=64)
    settings = models.JSONField(default=dict)  # values by setting

    class Meta:
        constraints = [
            models.UniqueConstraint("organization", "digest", name="one_settings_profile")
        ]

    def __str__(self) -> str:
        return self.digest


class KnownClient(models.Model):
    """The searchable fields of a client as last listed."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    region = models.CharField(max_length=20)
    service_id = models.BigIntegerField()
    client_id = models.BigIntegerField()
    name = models.TextField(blank=True)
    alias = models.TextField(blank=True)
    client_type = models.CharField(max_length=60, blank=True)
    auth_method = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=60, blank=True)
    grants = models.TextField(blank=True)  # separated by spaces
    hosts = models.TextField(blank=True)  # of its redirect URIs, separated by spaces
    locked = models.BooleanField(default=False)
    profile = models.ForeignKey(
        SettingsProfile,
        on_delete=models.SET_NULL,
        null=True,
        db_index=False,
        db_constraint=False,  # SQLite would rebuild the table, and drop the triggers of 0010
    )
    texts = models.TextField(null=True)  # noqa: DJ001  # a line "name=value" for each text
    chain_ends = models.BigIntegerField(default=0)  # trust chain expiry, ms since 1970
    document_ends = models.BigIntegerField(default=0)  # metadata expiry, ms since 1970
    edition = models.PositiveSmallIntegerField(default=0)  # format version of this row
    modified_at = models.BigIntegerField(default=0)  # milliseconds since 1970
    created_at = models.BigIntegerField(default=0)  # milliseconds since 1970
    seen_at = models.DateTimeField()
    rank = models.CharField(max_length=80, blank=True)  # sort key of the name
    words = models.TextField(blank=True)  # lower-case search text

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organization", "region", "service_id", "client_id", name="one_known_client"
            )
        ]
        indexes = [
            models.Index(fields=["organization", "rank", "id"], name="known_client_by_name"),
            models.Index(
                fields=["organization", "modified_at", "id"], name="known_client_by_change"
            ),
            models.Index(fields=["organization", "profile"], name="known_client_by_profile"),
            models.Index(
                # In the order in which facets are counted.
                fields=[
                    "organization",
                    "region",
                    "client_type",
                    "auth_method",
                    "source",
                    "locked",
                    "grants",
                    "service_id",
                ],
                name="known_client_by_facets",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of service {self.service_id} in {self.region}"


class KnownKey(models.Model):
    """The public members of a key as last synced."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    region = models.CharField(max_length=20)
    service_id = models.BigIntegerField()
    client_id = models.BigIntegerField(default=0)  # 0 for a service's key
    position = models.PositiveIntegerField()  # index among the owner's keys
    kind = models.CharField(max_length=10)  # location of the key
    kid = models.CharField(max_length=200, blank=True)
    kty = models.CharField(max_length=20, blank=True)
    use = models.CharField(max_length=20, blank=True)
    alg = models.CharField(max_length=40, blank=True)
    shape = models.CharField(max_length=60, blank=True)
    thumbprint = models.CharField(max_length=64, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    ends_at = models.DateTimeField(null=True)
    issues = models.CharField(max_length=120, blank=True)  # issues, separated by spaces
    used_by = models.CharField(max_length=400, blank=True)  # members, separated by spaces
    owner = models.CharField(max_length=200, blank=True)  # name of the owner
    words = models.TextField(blank=True)  # lower-case search text

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organization",
                "region",
                "service_id",
                "client_id",
                "position",
                name="one_known_key",
            )
        ]
        indexes = [
            models.Index(fields=["organization", "ends_at", "id"], name="known_key_by_end"),
            models.Index(
                fields=["organization", "kind", "region", "issues"], name="known_key_by_facets"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kid or self.subject} of {self.owner} in {self.region}"
