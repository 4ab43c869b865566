"""Totals over the inventory say how much of it is known."""

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from console.models import KnownClient, KnownService
from tenants.organizations.roles import Role
from tests.support.keys import certificate

URL = "/acme/clients/"
TOTALS_OF = {"secrets": "Counted in ", "expiry": "as last synced, "}
UNREAD = "Only 1 of 2 services have been read"


@pytest.fixture
def partial_inventory(acme, sandbox):
    """Two services, of which the clients of one were read."""
    for number, name, read_at in ((17, "Shop", timezone.now()), (18, "Far", None)):
        KnownService.objects.update_or_create(
            organization=acme,
            region="us",
            service_id=number,
            defaults={"name": name, "seen_at": timezone.now(), "clients_at": read_at},
        )


@pytest.mark.parametrize("path", ["clients/", "clients/overdue/", "keys/expiry/"])
def test_partial_inventory_names_the_services_that_are_missing(member, partial_inventory, path):
    response = member(Role.EDITOR).get(f"/acme/{path}")

    assertContains(response, UNREAD)
    assertContains(response, "Far")


@pytest.mark.parametrize("path", ["clients/", "clients/overdue/", "keys/expiry/"])
def test_complete_inventory_has_no_warning(member, partial_inventory, path):
    KnownService.objects.update(clients_at=timezone.now())

    assertNotContains(member(Role.EDITOR).get(f"/acme/{path}"), "services have been read")


@pytest.mark.parametrize("total", ["secrets", "expiry"])
def test_totals_on_home_name_the_services_that_are_missing(member, acme, partial_inventory, total):
    if total == "secrets":
        secret = {"auth_method": "CLIENT_SECRET_BASIC", "client_type": "CONFIDENTIAL"}
        ids = {"region": "us", "service_id": 17, "client_id": 1}
        KnownClient.objects.create(
            organization=acme, created_at=1, seen_at=timezone.now(), **ids, **secret
        )
    else:
        certificate(acme, timezone.now(), region="us")
    home = member(Role.EDITOR)
    page = home.get("/acme/")
    assertContains(page, f"{UNREAD}. Missing:", count=1)
    assertContains(page, "Far", count=1)
    assertContains(page, f"{TOTALS_OF[total]}1 of 2 services")

    KnownService.objects.update(clients_at=timezone.now())
    assertNotContains(home.get("/acme/"), "services have been read")


def test_changing_all_clients_is_refused_while_services_are_unread(member, partial_inventory):
    response = member(Role.EDITOR).post("/acme/clients/bulk/", {"all": "yes"})

    assertContains(response, UNREAD)
    assertContains(response, "Nothing was changed.")


def test_changing_all_clients_of_services_that_were_read_is_possible(member, partial_inventory):
    response = member(Role.EDITOR).post(
        "/acme/clients/bulk/", {"all": "yes", "query": "service=us%2F17"}
    )

    assertNotContains(response, UNREAD)
