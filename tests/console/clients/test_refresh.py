"""The sync of all clients: jobs of the regions, and the first visit."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from console.clients.listing import refresh
from console.models import KnownClient, KnownService
from tenants.jobs.models import Item, Job
from tenants.organizations.roles import Role
from tests.support.clients import make_client
from tests.support.inventory import add_known_service

URL = "/acme/clients/refresh/"
pytestmark = pytest.mark.django_db


def listed_services(sandbox):
    return [call.path.split("/")[2] for call in sandbox.calls if call.operation == "client.list"]


@pytest.fixture
def three(five_clients):
    """Three services; all clients belong to 17."""
    for number in (18, 19):
        five_clients.services[number] = {"apiKey": number, "modifiedAt": 1}
    return five_clients


def test_sync_needs_confirmation(member, five_clients):
    response = member(Role.VIEWER).get(URL)

    assertContains(response, "Start sync")
    assert list(five_clients.calls) == []


def test_sync_reads_all_clients_in_the_background(member, five_clients, worker):
    response = member(Role.VIEWER).post(URL, follow=True)

    assertContains(response, "Sync started.")
    assertContains(response, "Sync queued")
    assert KnownClient.objects.count() == 0

    worker()

    assert KnownClient.objects.count() == 5
    assert list(Item.objects.values_list("text", flat=True)) == ["1 service.", "5 clients."]


def test_a_region_has_one_sync_at_a_time(member, five_clients, worker):
    browser = member(Role.VIEWER)
    browser.post(URL)

    response = browser.post(URL, follow=True)

    assertContains(response, "A sync is already running.")
    assert Job.objects.count() == 1


def test_a_sync_takes_services_first_that_were_synced_longest_ago(member, three, worker):
    browser = member(Role.VIEWER)
    browser.post(URL)
    worker()
    two_days_ago = timezone.now() - timedelta(days=2)
    KnownService.objects.update(clients_at=two_days_ago)
    KnownService.objects.filter(service_id=18).update(clients_at=two_days_ago - timedelta(days=1))
    three.calls.clear()

    browser.post(URL)
    worker()

    assert listed_services(three)[0] == "18"


def test_a_sync_skips_services_that_were_just_synced(member, three, worker):
    browser = member(Role.VIEWER)
    browser.post(URL)
    worker()
    KnownService.objects.filter(service_id=18).update(clients_at=None)
    three.calls.clear()

    browser.post(URL)
    worker()

    assert listed_services(three) == ["18"]


def test_the_list_shows_progress_and_what_was_synced_so_far(member, three, acme):
    browser = member(Role.VIEWER)
    browser.post(URL)
    job = Job.objects.get()
    for number in (17, 18):
        Item(job=job, position=number, region="us", service_id=number).save()
    Item.objects.filter(service_id=17).update(state="done")
    add_known_service(acme, "us", 17)
    KnownService.objects.filter(service_id=17).update(clients_at=timezone.now())

    response = browser.get("/acme/clients/")

    assertContains(response, "Syncing: 1 of 2 services")
    assertContains(response, "No worker is running")
    assertContains(browser.get(URL, headers={"HX-Request": "true"}), 'hx-trigger="every 2s"')


def test_a_finished_sync_offers_its_clients(member, five_clients, worker):
    browser = member(Role.VIEWER)
    browser.post(URL)
    worker()

    response = browser.get(URL, headers={"HX-Request": "true", "X-Poll": "yes"})

    assertContains(response, "Show synced clients")
    assertNotContains(response, "every 2s")


def test_a_first_visit_leaves_the_rest_to_a_job(member, three, monkeypatch, worker):
    monkeypatch.setattr(refresh, "SERVICES_PER_BATCH", 1)
    monkeypatch.setattr(refresh, "MIN_SECONDS_LEFT", 60)

    response = member(Role.VIEWER).get("/acme/clients/")

    assertContains(response, "Sync queued")
    assert KnownService.objects.filter(clients_at=None).count() == 2
    worker()
    assert KnownService.objects.filter(clients_at=None).count() == 0


def test_limited_credential_does_not_update_the_inventory(member, five_clients, worker):
    browser = member(Role.VIEWER)
    browser.post(URL)
    worker()
    KnownService.objects.update(clients_at=timezone.now() - timedelta(days=1))
    for token in five_clients.state.tokens.values():
        token.permissions = ("view_client",)
    five_clients.clients[9] = make_client(9, clientName="Late")

    browser.post(URL)
    worker()

    assertContains(browser.get("/acme/clients/"), "the credential can read only names")
    assert KnownClient.objects.get(name="Ledger sync").locked
    assert not KnownClient.objects.filter(client_id=9).exists()


def test_a_region_that_is_down_says_so_and_is_waited_for(member, five_clients, worker):
    browser = member(Role.VIEWER)
    browser.get("/acme/clients/")
    five_clients.fault("status", status=503)

    browser.post(URL)
    worker()

    response = browser.get("/acme/clients/")
    assertContains(response, "Sync waiting")
    assertContains(response, "respond to the last sync")
