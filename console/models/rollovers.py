"""Rollovers of services' signing keys."""

from datetime import timedelta
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.models.transitions import update_if
from tenants.models import Organization

MAX_STEP_DURATION = timedelta(seconds=30)  # longest duration of a call
HSM_MEMBER = "hsks"  # keys in hardware security modules
FEDERATION_KEY_MEMBER = "federationSignatureKeyId"  # superiors must know this key


class Rollover(models.Model):
    """The replacement of a service's signing key.

    A job performs the next step at ``due_at``. The row holds no private key: the new key
    is generated in the call that publishes it, or in its module.
    """

    class State(models.TextChoices):
        STARTED = "started", _("publishing")
        PUBLISHED = "published", _("published, waiting for caches")
        SWITCHED = "switched", _("switched, waiting for tokens to expire")
        RETIRED = "retired", _("completed")
        REVERTING = "reverting", _("switching back")
        REVERTED = "reverted", _("switched back, waiting for tokens to expire")
        UNDONE = "undone", _("undone")
        LEFT = "left", _("stopped")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    region = models.CharField(max_length=20)
    service_id = models.BigIntegerField()
    label = models.TextField(blank=True)  # the service's name
    state = models.CharField(max_length=10, choices=State, default=State.STARTED)
    changed_at = models.DateTimeField(default=timezone.now)  # the row
    acting_at = models.DateTimeField(null=True)  # start of the step in progress

    member = models.CharField(max_length=40)  # the key set, or `HSM_MEMBER`
    settings = models.JSONField()  # members that refer to the key
    old_kid = models.TextField()
    old_thumbprint = models.CharField(max_length=43)  # RFC 7638, SHA-256
    new_kid = models.TextField()
    new_thumbprint = models.CharField(max_length=43, blank=True)
    old_handle = models.CharField(max_length=100, blank=True)  # of a key in hardware
    new_handle = models.CharField(max_length=100, blank=True)  # from Authlete's response
    requested_at = models.DateTimeField(null=True)  # of the key generation request
    caches = models.PositiveIntegerField()  # seconds to wait before the switch
    tokens = models.PositiveIntegerField()  # seconds to wait before the old key is removed

    reason = models.CharField(max_length=400)
    ticket = models.CharField(max_length=60, blank=True)
    started_by = models.CharField(max_length=254)
    started_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)  # of the last confirmation
    switched_at = models.DateTimeField(null=True)
    reverted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)  # time of the next step
    job = models.UUIDField(null=True)  # performs the next step
    error = models.CharField(max_length=400, blank=True)  # why it stopped

    OPEN = (State.STARTED, State.PUBLISHED, State.SWITCHED, State.REVERTING, State.REVERTED)

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "region", "service_id", "member"],
                condition=Q(
                    state__in=["started", "published", "switched", "reverting", "reverted"]
                ),
                name="one_rollover_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.old_kid} to {self.new_kid}, {self.state}"

    @property
    def is_finished(self) -> bool:
        return self.state not in self.OPEN

    @property
    def in_hardware(self) -> bool:
        return self.member == HSM_MEMBER

    @property
    def in_federation(self) -> bool:
        return FEDERATION_KEY_MEMBER in self.settings

    @property
    def needs_confirmation(self) -> bool:
        """Return whether the rollover waits until superiors know or trust the new key.

        It waits before the new key signs, and before the old one is removed.
        """
        since = {
            self.State.PUBLISHED.value: self.published_at,
            self.State.SWITCHED.value: self.switched_at,
        }.get(self.state)
        if since is None or not self.in_federation:
            return False
        return self.confirmed_at is None or self.confirmed_at < since

    @property
    def is_reverting(self) -> bool:
        """Whether the rollover is being undone, or was."""
        undo_states = (self.State.REVERTING, self.State.REVERTED, self.State.UNDONE)
        return self.state in undo_states

    @property
    def is_new_signing(self) -> bool:
        """Whether the new key signs."""
        return bool(self.switched_at and not self.reverted_at)

    @property
    def is_acting(self) -> bool:
        """Whether a step is in progress."""
        return bool(self.acting_at and timezone.now() - self.acting_at < MAX_STEP_DURATION)

    def transition(self, to: State | str, **more: object) -> bool:
        """Change the state; return False, and change nothing, if the row was changed meanwhile."""
        expected = {"state": self.state, "changed_at": self.changed_at}
        return update_if(self, expected, **{"state": to, "changed_at": timezone.now(), **more})
