from datetime import timedelta

from django.core.cache import cache
from django.utils import timezone
from pytest_django.asserts import assertContains

from console.clients.listing import refresh
from console.models import KnownClient, KnownService
from tenants.organizations.roles import Role
from tests.support.clients import make_client

URL = "/acme/clients/refresh/"


def test_refresh_needs_confirmation(member, few):
    response = member(Role.VIEWER).get(URL)

    assertContains(response, "Refreshes all services")
    assert list(few.calls) == []


def test_refresh_reads_all_clients(member, few):
    response = member(Role.VIEWER).post(URL, follow=True)

    assertContains(response, "Refreshed the clients of 1 service.")
    assert KnownClient.objects.count() == 5


def test_only_one_refresh_runs_at_a_time(member, few, acme):
    browser = member(Role.VIEWER)
    browser.post(URL)
    few.calls.clear()
    cache.add(f"clients-refreshed:{acme.pk}", "another page", 60)

    response = browser.post(URL, follow=True)

    assertContains(response, "A refresh is already running.")
    assert list(few.calls) == []
    cache.clear()
    assertContains(browser.post(URL, follow=True), "Refreshed the clients of 1 service")


def test_services_read_longest_ago_come_first(member, few, monkeypatch):
    browser = member(Role.VIEWER)
    for number in (18, 19):
        few.services[number] = {"apiKey": number, "modifiedAt": 1}
    browser.post(URL)
    old = timezone.now() - timedelta(days=1)
    KnownService.objects.filter(service_id=18).update(clients_at=old)
    monkeypatch.setattr(refresh, "SERVICES_PER_BATCH", 1)
    few.calls.clear()

    browser.post(URL)

    asked = [one.path for one in few.calls if one.operation == "client.list"]
    assert asked[0] == "/api/18/client/get/list"


def test_unread_services_are_reported(member, few, monkeypatch):
    browser = member(Role.VIEWER)
    browser.post(URL)
    few.clients[9] = make_client(9, clientName="Late")
    monkeypatch.setattr(refresh, "MIN_SECONDS_LEFT", 60)

    response = browser.post(URL, follow=True)

    assertContains(response, "Some services didn&#x27;t respond")
    assertContains(response, "the sync ran out of time")
    assert KnownClient.objects.count() == 5


def test_limited_credential_does_not_update_the_inventory(member, few):
    browser = member(Role.VIEWER)
    browser.post(URL)
    for token in few.state.tokens.values():
        token.permissions = ("view_client",)

    response = browser.post(URL, follow=True)

    assertContains(response, "the credential can read only names")
    assert KnownClient.objects.get(name="Ledger sync").locked
