"""Periodic sync of services and clients."""

import pytest
from django.utils import timezone
from pydantic import SecretStr

from console.inventory.sync import MIN_SECONDS_LEFT, SyncResult, sync_all, sync_organization
from console.models import InventoryCount, KnownService
from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.audit.recorder import AuditLogSink
from tenants.authlete.snapshots import ObjectSnapshot
from tenants.authlete.transport import connection_pool
from tenants.models import Credential, Organization
from tenants.organizations.api_clients import connect, load_credentials
from tenants.versions.models import Version
from tenants.versions.recorder import select_versions
from tests.support.clients import make_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(acme, sandbox):
    sandbox.clients[44] = make_client(44)
    sandbox.clients[45] = make_client(45)
    return sandbox


def outside():
    entries = AuditEntry.objects.filter(operation__endswith="_outside")
    return [(entry.operation, entry.client) for entry in entries.order_by("seq")]


def test_sync_reads_only_changed_objects(acme, world):
    assert sync_organization(acme) == SyncResult(1, 2, 0)
    assert sync_organization(acme) == SyncResult(0, 0, 0)
    assert outside() == []

    world.clients[44] |= {"clientName": "Other", "modifiedAt": 2**41}
    world.services[17] |= {"accessTokenDuration": 60, "modifiedAt": 2}
    assert sync_organization(acme) == SyncResult(1, 1, 0)

    del world.clients[45]
    assert sync_organization(acme) == SyncResult(0, 1, 0)
    assert sync_organization(acme) == SyncResult(0, 0, 0)

    assert outside() == [
        ("service.changed_outside", ""),
        ("client.changed_outside", "44"),
        ("client.gone_outside", "45"),
    ]


def test_charts_count_clients_with_their_first_sync(acme, world):
    sync_organization(acme)

    assert InventoryCount.objects.get(organization=acme, region="us").checked == 3

    InventoryCount.objects.all().delete()
    sync_organization(acme)

    assert not InventoryCount.objects.exists()


def test_sync_continues_next_time(acme, world, monkeypatch):
    monkeypatch.setattr("console.inventory.sync.MAX_READS_PER_SYNC", 1)

    assert sync_organization(acme) == SyncResult(1, 1, 1)
    assert sync_organization(acme) == SyncResult(0, 1, 0)


def test_sync_follows_its_interval_setting(acme, world, settings):
    settings.VERSIONS_EVERY = 0
    sync_all()
    assert not Version.objects.exists()

    settings.VERSIONS_EVERY = 60
    sync_all()
    calls = len(world.calls)
    sync_all()
    assert Version.objects.count() == 3
    assert len(world.calls) == calls


def test_external_change_is_logged_once(acme, world, settings):
    sync_organization(acme)
    world.services[17] |= {"accessTokenDuration": 60, "modifiedAt": 2}
    sync_organization(acme)
    Version.objects.filter(outside="told").update(outside="untold")
    settings.VERSIONS_EVERY = 60
    sync_all()

    assert outside() == [("service.changed_outside", "")]
    assert not Version.objects.filter(outside="untold").exists()


def test_failing_client_list_blocks_no_other_service(acme, world, services, monkeypatch):
    monkeypatch.setattr("console.inventory.sync.SERVICES_PER_SYNC", 1)
    world.region("us").clients[19][46] = make_client(46)
    world.fault("status", operation="client.list", path="/1[78]/", status=403)

    sync_organization(acme)
    KnownService.objects.filter(service_id=19).update(clients_requested_at=timezone.now())
    world.region("us").clients[19][47] = make_client(47)

    assert [sync_organization(acme).clients for _ in range(3)] == [0, 0, 1]


def test_all_services_that_were_never_listed_are_listed_in_one_run(acme, world, services):
    services_per_sync = "console.inventory.sync.SERVICES_PER_SYNC"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services_per_sync, 1)
        sync_organization(acme)

    assert KnownService.objects.filter(clients_at=None).count() == 0


@pytest.fixture
def services(world):
    for number in (18, 19):
        world.services[number] = {
            "apiKey": number,
            "serviceName": f"Service {number}",
            "modifiedAt": 1,
        }
    return world.services


def removed_services():
    entries = AuditEntry.objects.filter(operation="service.gone_outside")
    return [(entry.service, entry.actor, entry.label) for entry in entries]


def test_service_missing_twice_is_logged_as_deleted(acme, world, services, monkeypatch):
    sync_organization(acme)
    del services[18]
    sync_organization(acme)
    world.fault("status", operation="service.list", status=503)
    sync_organization(acme)  # which tells nothing
    assert removed_services() == []
    world.faults.clear()
    monkeypatch.setattr(connection_pool, "_pools", {})

    for _ in range(3):
        sync_organization(acme)

    assert removed_services() == [("18", "outside this console", "Service 18")]
    assert select_versions(acme.pk, ObjectSnapshot("us", 18, 0, "", is_write=False))[0].is_deleted


def test_lost_permissions_are_not_taken_for_deletion(acme, world, services):
    sync_organization(acme)
    known_services = dict(services)
    for number in (17, 18):  # most of them
        del services[number]
    for _ in range(3):
        sync_organization(acme)
    assert removed_services() == []

    world.fault("status", operation="service.get", status=403, code="A035203")
    sync_organization(acme)  # the fourth time, and Authlete says that it was deleted
    world.faults.clear()
    assert {number for number, _actor, _label in removed_services()} == {"17", "18"}

    services.update(known_services)
    sync_organization(acme)
    Credential.objects.update(changed_at=timezone.now())  # another that sees less
    del services[18]
    for _ in range(3):
        sync_organization(acme)

    assert len(removed_services()) == 2


def test_own_deletion_is_not_logged_as_external(acme, services):
    Credential.objects.update(number=1)
    sync_organization(acme)
    actor = Actor(1, "ida", organization_id=acme.pk, organization="acme")
    connect(load_credentials(acme), "us", AuditLogSink(actor)).idp.remove_service(18)

    for _ in range(3):
        sync_organization(acme)

    assert removed_services() == []


def test_slow_region_uses_up_its_own_time_only(acme, world, settings, monkeypatch):
    settings.VERSIONS_EVERY = 60
    monkeypatch.setattr("console.inventory.sync.SYNC_SECONDS_PER_REGION", MIN_SECONDS_LEFT + 0.2)
    beta = Organization.objects.create(slug="beta", name="Beta")
    for organization, region in ((acme, "jp"), (beta, "us"), (beta, "jp")):
        Credential(organization=organization, region=region).set_token(SecretStr("t0p")).save()
    world.fault("delay", region="us", operation="service.list", delay=300)

    sync_all()
    assert organizations_asked() == [("acme", "us"), ("acme", "jp"), ("beta", "jp")]

    sync_all()
    assert organizations_asked() == [("acme", "us"), ("acme", "jp"), ("beta", "jp"), ("beta", "us")]


def organizations_asked():
    """Return the organization and region of each list of services."""
    listed = AuditEntry.objects.filter(operation="service.list").order_by("seq")
    return [(entry.organization, entry.region) for entry in listed]
