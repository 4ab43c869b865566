"""States of notifications and watches."""

from django.test import override_settings
from django.utils import timezone

from console.models import Notification, Watch
from console.watches.collection import collect_notifications
from tenants.audit import events
from tenants.audit.actor import Actor
from tenants.audit.recorder import record_event
from tenants.models import Membership
from tenants.organizations.roles import Role
from tests.support.scene import NO_MAIL, page_state
from tests.support.webhooks import make_webhook


def watch_service(scene, **fields):
    """Watch Payments."""
    region, service_id = scene.path_params["region"], scene.path_params["service_id"]
    scene.client.get(scene.path("services:show"))
    target = f"{region}/{service_id}"
    scene.client.post(scene.path("watches:toggle"), {"target": target, "watch": "yes"})
    Watch.objects.update(**fields)
    return Watch.objects.get()


def change_service(scene):
    """Let Payments be changed by someone else."""
    organization = Membership.objects.filter(user=scene.user).get().organization
    actor = Actor(0, "terraform@harbor.example", "", organization.pk, organization.slug)
    record_event(
        actor,
        events.SERVICE_CHANGED_EXTERNALLY,
        label="Payments for partner banks in the European Economic Area",
        region=scene.path_params["region"],
        service=str(scene.path_params["service_id"]),
    )


def notify(scene):
    """Fill the inbox."""
    watch_service(scene)
    for _ in range(3):
        change_service(scene)
    collect_notifications()
    first = Notification.objects.values("pk")[:1]
    Notification.objects.filter(pk=first).update(read_at=timezone.now())


@page_state("watches:index", Role.HELP_DESK)
def no_notifications(scene):
    scene.goto("watches:index")


@page_state("watches:index", Role.VIEWER)
def read_and_unread(scene):
    notify(scene)
    scene.goto("watches:index")


@page_state("watches:index", Role.VIEWER)
def none_unread(scene):
    notify(scene)
    Notification.objects.update(read_at=timezone.now())
    scene.goto("watches:index", "?state=unread")


@page_state("watches:mark_read", Role.VIEWER)
def confirming(scene):
    scene.goto("watches:mark_read")


@page_state("watches:watches", Role.VIEWER)
def no_watches(scene):
    scene.goto("watches:watches")


@page_state("watches:watches", Role.VIEWER)
def watched_and_muted(scene):
    watch = watch_service(scene, is_muted=True, delivery="digest")
    Watch.objects.create(
        membership=watch.membership, kind="client", target="us/1/2", name="Deleted client"
    )
    Watch.objects.create(membership=watch.membership, kind="rule", target="rfc9700.http-redirect")
    scene.goto("watches:watches")


@page_state("watches:toggle", Role.VIEWER)
def asking_to_watch(scene):
    scene.client.get(scene.path("services:show"))
    region, service_id = scene.path_params["region"], scene.path_params["service_id"]
    scene.goto("watches:toggle", f"?target={region}/{service_id}")


@page_state("watches:edit", Role.VIEWER)
def editing_a_watch(scene):
    scene.goto("watches:edit", watch=watch_service(scene).pk)


@page_state("watches:edit", Role.ADMIN)
def with_webhooks_and_no_mail_server(scene):
    watch = watch_service(scene)
    make_webhook(watch.membership.organization, name="Operations chat of the payments team")
    with override_settings(MAILERS=NO_MAIL):
        scene.goto("watches:edit", watch=watch.pk)


@page_state("watches:jobs", Role.VIEWER)
def choosing_delivery(scene):
    scene.goto("watches:jobs")


@page_state("services:show", Role.VIEWER)
def watched(scene):
    watch_service(scene)
    scene.goto("services:show")
