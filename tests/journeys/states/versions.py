"""States of versions, and of deleted objects."""

from functools import partial
from urllib.parse import urlencode

from django.utils import timezone

from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.audit.retention.expiry import delete_expired_entries
from tenants.authlete.snapshots import ObjectSnapshot
from tenants.models import Organization
from tenants.organizations.roles import Role
from tenants.versions.models import Version
from tenants.versions.recorder import record_snapshot
from tests.journeys.states.client import ledger
from tests.journeys.states.services import meanwhile
from tests.support.backdating import backdate_entries
from tests.support.scene import page_state


def versions(scene):
    """Change the service from here and from elsewhere; the moments before each."""
    moments = [timezone.now()]
    scene.save_change()
    moments.append(timezone.now())
    meanwhile(scene, pkceRequired=True, description="Says somebody else")
    scene.client.get(scene.path("services:show"))
    return [urlencode({"at": moment.isoformat()}) for moment in moments]


@page_state("services:version_at", Role.EDITOR)
def compared_with_current(scene):
    then, _ = versions(scene)
    scene.goto("services:version_at", f"?{then}")


@page_state("services:version_at", Role.AUDITOR)
def compared_with_other(scene):
    scene.client.get(scene.path("services:show"))
    twin = next(service for service in scene.sandbox.services if service != scene.service["apiKey"])
    scene.goto("services:version_at", f"?compare=us/{twin}")


@page_state("services:version_at", Role.VIEWER)
def no_history(scene):
    scene.goto("services:version_at", "?at=1999-12-31T23:59&compare=nothing")


@page_state("services:show", Role.ADMIN)
def deleted(scene):
    delete(scene)
    scene.goto("services:show")


@page_state("services:restore_version", Role.EDITOR)
def none_selected(scene):
    compared_with_current(scene)
    scene.click_button("Restore selected")


@page_state("clients:version_at", Role.EDITOR)
def compared_with_current_(scene):
    client = ledger(scene)
    moment = timezone.now()
    scene.client.get(scene.path("clients:show"))
    client.update(clientName="Ledger two", modifiedAt=2**41)
    scene.goto("clients:version_at", f"?{urlencode({'at': moment.isoformat()})}")


@page_state("clients:show", Role.ADMIN)
def deleted_elsewhere(scene):
    ledger(scene)
    scene.client.get(scene.path("clients:show"))
    del scene.sandbox.region("us").clients[scene.path_params["service_id"]][44]
    scene.goto("clients:show")


@page_state("clients:show", Role.EDITOR)
def deleted_with_service(scene):
    ledger(scene)
    scene.client.get(scene.path("clients:show"))
    deleted(scene)
    scene.goto("clients:show")


@page_state("clients:version_at", Role.VIEWER)
def deleted_since(scene):
    deleted_elsewhere(scene)
    scene.goto("clients:version_at")


@page_state("clients:restore_version", Role.EDITOR)
def none_selected_(scene):
    compared_with_current_(scene)
    scene.click_button("Restore selected")


def delete(scene):
    """Delete the service at Authlete after the console has seen it."""
    scene.client.get(scene.path("services:show"))
    number = scene.path_params["service_id"]
    record_snapshot(
        Organization.objects.get(slug="harbor").pk, ObjectSnapshot("us", number, 0, "", True)
    )
    del scene.sandbox.services[number]
    return number


@page_state("services:show", Role.ADMIN)
def deleted_and_tampered(scene):
    delete(scene)
    Version.objects.filter(number=1).update(modified_at=7)
    scene.goto("services:show")


@page_state("services:new", Role.ADMIN)
def restoring_tampered(scene):
    number = delete(scene)
    Version.objects.filter(number=1).update(modified_at=7)
    scene.goto("services:new", f"?again=us/{number}")


@page_state("services:change", Role.EDITOR)
def entry_removed(scene):
    with backdate_entries(3000):
        entry = scene.save_change()
    worker = partial(Actor, 0, "worker")
    assert sum(
        delete_expired_entries(lambda organization_id: worker(organization_id=organization_id))
    )
    scene.goto("services:change", entry=entry)


def save_elsewhere_without_a_change(scene):
    client = ledger(scene, contacts=["a@ledger.example", "b@ledger.example"])
    scene.client.get(scene.path("clients:show"))
    reordered = {"contacts": client["contacts"][::-1], "modifiedAt": client["modifiedAt"] + 1}
    scene.sandbox.region("us").clients[scene.path_params["service_id"]][44] = client | reordered
    scene.client.get(scene.path("clients:show"))


@page_state("clients:history", Role.EDITOR)
def external_save_without_a_change(scene):
    save_elsewhere_without_a_change(scene)
    scene.goto("clients:history")


@page_state("clients:change", Role.EDITOR)
def external_save_without_a_change_(scene):
    save_elsewhere_without_a_change(scene)
    entry = AuditEntry.objects.get(operation="client.changed_outside").entry
    scene.goto("clients:change", entry=entry)
