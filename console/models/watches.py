"""Watches, and the notifications that they and ended jobs lead to.

Both belong to a membership and end with it. They hold references and names, never values of
settings, secrets or subjects.
"""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.models.batches import Batch
from console.models.searches import SavedSearch
from console.models.webhooks import Webhook
from tenants.authlete.operation import Effect
from tenants.jobs.models import Job
from tenants.models import Membership, Organization
from tenants.organizations.roles import ConsolePermission, Role


class DeliveryChoice(models.TextChoices):
    """How notifications are delivered, beside the inbox."""

    INBOX = "", _("Inbox only")
    AT_ONCE = "now", _("Email at once")
    DIGEST = "digest", _("Daily email digest")


class Watch(models.Model):
    """A member's request for notifications about a target."""

    class Kind(models.TextChoices):
        SERVICE = "service", _("Service")
        CLIENT = "client", _("Client")
        RULE = "rule", _("Rule")
        SEARCH = "search", _("Saved search")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="watches")
    kind = models.CharField(max_length=10, choices=Kind)
    target = models.CharField(max_length=100)  # such as "us/17/1001", or the ID of a rule or search
    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, null=True)
    name = models.CharField(max_length=200, blank=True)  # of the object when the watch began
    delivery = models.CharField(
        max_length=6, choices=DeliveryChoice, default=DeliveryChoice.INBOX, blank=True
    )
    # Also receives the notifications, as long as the member is an admin.
    webhook = models.ForeignKey(Webhook, on_delete=models.SET_NULL, null=True, blank=True)
    is_muted = models.BooleanField(default=False)
    newest_finding = models.BigIntegerField(default=0)  # of a rule; notified up to here
    open_findings = models.PositiveIntegerField(default=0)  # of a rule, at the last check
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "watches"
        constraints = [models.UniqueConstraint("membership", "target", name="one_watch_each")]

    def __str__(self) -> str:
        return f"{self.membership}: {self.target}"


class WatchPosition(models.Model):
    """The last audit log entry of an organization about which people were notified."""

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, primary_key=True)
    seq = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.organization}: {self.seq}"


class NotificationMail(models.Model):
    """An email about some notifications, stored before it's sent."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE)
    created_at = models.DateTimeField(default=timezone.now)
    tried_at = models.DateTimeField(null=True)  # time of the last attempt
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.membership} at {self.created_at}"


class Notification(models.Model):
    """An event in a member's inbox; its text is rendered from the references."""

    class Kind(models.TextChoices):
        CHANGE = "change", _("Changes")
        FINDINGS = "findings", _("Findings")
        ENTRIES = "entries", _("Saved searches")
        JOB = "job", _("Jobs and batches")

    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="notifications", db_index=False
    )
    watch = models.ForeignKey(Watch, on_delete=models.SET_NULL, null=True)
    kind = models.CharField(max_length=10, choices=Kind)
    key = models.CharField(max_length=120)  # of the event, so that it notifies once
    name = models.CharField(max_length=200, blank=True)  # of the object at the time of the event
    region = models.CharField(max_length=20, blank=True)
    service_id = models.BigIntegerField(default=0)
    client_id = models.BigIntegerField(default=0)
    entry = models.CharField(max_length=36, blank=True)  # ID in the audit log
    rule = models.CharField(max_length=60, blank=True)
    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, null=True)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, null=True, related_name="+")
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, null=True)
    added = models.PositiveIntegerField(default=0)  # findings or entries
    resolved = models.PositiveIntegerField(default=0)  # findings
    delivery = models.CharField(max_length=6, choices=DeliveryChoice, blank=True)
    mail = models.ForeignKey(NotificationMail, on_delete=models.SET_NULL, null=True)
    # The webhook that receives it; null once its delivery is stored.
    webhook = models.ForeignKey(Webhook, on_delete=models.SET_NULL, null=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint("membership", "key", name="one_notification_each")]
        indexes = [
            models.Index(
                fields=["membership"], name="notification_unread", condition=Q(read_at=None)
            ),
            models.Index(fields=["created_at"], name="notification_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def notify_of_counts(watch: Watch, key: str, *, added: int, resolved: int = 0) -> None:
    """Notify about a rule's findings or a search's entries; add to an unread notification."""
    unread = Notification.objects.filter(watch=watch, read_at=None, mail=None).order_by()
    if watch.webhook_id:
        unread = unread.filter(webhook=watch.webhook_id)  # not delivered yet
    counts = {"added": F("added") + added, "resolved": F("resolved") + resolved}
    if unread.update(**counts):
        return
    is_rule = watch.kind == Watch.Kind.RULE
    Notification.objects.create(
        membership=watch.membership,
        watch=watch,
        kind=Notification.Kind.FINDINGS if is_rule else Notification.Kind.ENTRIES,
        key=key,
        rule=watch.target if is_rule else "",
        search=watch.search,
        added=added,
        resolved=resolved,
        delivery=watch.delivery,
        webhook_id=watch.webhook_id,
    )


def visible_notifications(
    user: int, organization: Organization, role: Role
) -> QuerySet[Notification]:
    """Return a member's notifications about what their role may see now."""
    kinds = {Notification.Kind.JOB}
    if role.has_permission(Effect.READ):
        kinds |= {Notification.Kind.CHANGE, Notification.Kind.FINDINGS}
    visible = Q(kind__in=kinds)
    if role.has_permission(ConsolePermission.AUDIT_LOG):
        own_or_shared = Q(search__user=user) | Q(search__shared=True)
        visible |= Q(own_or_shared, kind=Notification.Kind.ENTRIES)
    return Notification.objects.filter(
        visible, membership__user=user, membership__organization=organization
    )


def watch_permission(kind: str) -> Effect | ConsolePermission:
    """Return the permission that a watch of a kind needs."""
    return ConsolePermission.AUDIT_LOG if kind == Watch.Kind.SEARCH else Effect.READ


def watches_of(user: int, organization: Organization) -> QuerySet[Watch]:
    """Return a member's watches."""
    return Watch.objects.filter(membership__user=user, membership__organization=organization)
