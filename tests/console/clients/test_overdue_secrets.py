from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from console.models import KnownClient
from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.clients import CLIENT
from tests.support.forms import URLENCODED, fill_form

URL = "/acme/clients/overdue/"


def add_client(acme, number, *, days, **members):
    """Add a client to the inventory, created ``days`` ago."""
    created_at = int((timezone.now() - timedelta(days=days)).timestamp() * 1000)
    values = {
        "organization": acme,
        "region": "us",
        "service_id": 17,
        "client_id": number,
        "name": f"Client {number}",
        "auth_method": "CLIENT_SECRET_BASIC",
        "client_type": "CONFIDENTIAL",
        "created_at": created_at,
        "seen_at": timezone.now(),
    }
    return KnownClient.objects.create(**values | members)


def names(response):
    return [row.client.name for row in response.context["list_page"].rows]


def test_overdue_secrets_are_listed_oldest_first(admin, acme, settings):
    settings.SECRET_MAX_AGE_DAYS = 100
    for number, days in ((1, 101), (2, 900), (3, 99), (4, 400)):
        add_client(acme, number, days=days)

    assert names(admin.get(URL)) == ["Client 2", "Client 4", "Client 1"]
    assertContains(admin.get(URL), "older than 100 days")


@pytest.mark.parametrize(
    "members",
    [
        {"auth_method": "PRIVATE_KEY_JWT"},
        {"auth_method": "NONE"},
        {"client_type": "PUBLIC"},
        {"created_at": 0},
        {"region": "eu"},  # without a credential
    ],
)
def test_clients_without_secret_authentication_are_left_out(admin, acme, members):
    add_client(acme, 1, days=900, **members)

    assertContains(admin.get(URL), "No overdue secrets")


def test_secret_changed_in_meridian_is_not_overdue(admin, acme, submit_form):
    add_client(acme, 44, days=900)
    assert names(admin.get(URL)) == ["Client 44"]

    submit_form(admin, "rotate")

    assert names(admin.get(URL)) == []


def test_restored_secret_is_as_old_as_before(admin, acme, staged, submit_form):
    add_client(acme, 44, days=900)
    staged(admin)
    assertContains(admin.get(URL), "staged")
    submit_form(admin, "activate")
    assertContains(admin.get(URL), "No overdue secrets")

    submit_form(admin, "undo")

    assert names(admin.get(URL)) == ["Client 44"]
    submit_form(admin, "rotate")
    assert names(admin.get(URL)) == []


def test_home_counts_overdue_secrets(admin, acme, submit_form):
    add_client(acme, 44, days=900)
    add_client(acme, 2, days=900)
    assertContains(admin.get("/acme/"), "2 client secrets are overdue")

    submit_form(admin, "rotate")

    assertContains(admin.get("/acme/"), "1 client secret is overdue")
    assertContains(admin.get("/acme/"), URL)


def test_rotation_is_linked_for_admins(admin, member, acme):
    add_client(acme, 44, days=900)

    assertContains(admin.get(URL), f"{CLIENT}stage/")
    assertNotContains(member(Role.VIEWER).get(URL), f"{CLIENT}stage/")


def test_unread_inventory_is_reported(admin):
    assertContains(admin.get(URL), "No clients yet")


def test_client_list_links_here_and_marks_rotations(admin, staged):
    assertContains(admin.get("/acme/clients/"), URL)
    assertNotContains(admin.get("/acme/clients/"), "rotating")

    staged(admin)

    assertContains(admin.get("/acme/clients/"), "rotating")


def test_long_list_is_paged(admin, acme):
    for number in range(1, 53):
        add_client(acme, number, days=400 + number)

    assert len(names(admin.get(URL))) == 50
    assert names(admin.get(f"{URL}?page=2")) == ["Client 2", "Client 1"]


def test_overdue_secrets_are_filtered_sorted_and_exported(admin, acme):
    add_client(acme, 1, days=900, auth_method="CLIENT_SECRET_POST")
    for number in range(2, 14):
        add_client(acme, number, days=400 + number)

    assert names(admin.get(f"{URL}?q=client+13")) == ["Client 13"]
    assert names(admin.get(f"{URL}?auth=CLIENT_SECRET_POST")) == ["Client 1"]
    assert names(admin.get(f"{URL}?sort=-client"))[:2] == ["Client 9", "Client 8"]
    assertContains(admin.get(f"{URL}?q=nobody"), "13 rows don't match.")
    rows = admin.get(f"{URL}?q=client+1&sort=client&download=csv").getvalue().decode().splitlines()
    assert rows[0].startswith("region,service_id,service,client_id,")
    assert len(rows) == 6
    entry = AuditEntry.objects.get(operation="list.exported")
    assert (entry.label, entry.object) == ("5 overdue-secrets, csv", "q=client+1")


def test_admins_can_rotate_all_overdue_secrets(admin, acme, member):
    for number in (44, 2):
        add_client(acme, number, days=900)
    form = fill_form(admin.get(URL), "object")
    response = admin.post("/acme/clients/bulk/", form, content_type=URLENCODED, follow=True)

    assertContains(response, "2 selected")
    assertContains(response, "Stage new secrets")
    assertNotContains(member(Role.EDITOR).get(URL), 'name="object"')


def test_dismissed_notice_returns_when_the_number_grows(admin, member, acme):
    add_client(acme, 1, days=900)
    add_client(acme, 2, days=900)
    admin.post("/acme/dismiss-overdue/")

    assertNotContains(admin.get("/acme/"), "secrets are overdue")
    assertContains(member(Role.EDITOR).get("/acme/"), "2 client secrets are overdue")
    KnownClient.objects.filter(client_id=2).delete()
    assertNotContains(admin.get("/acme/"), "secret is overdue")
    add_client(acme, 3, days=900)
    assertContains(admin.get("/acme/"), "2 client secrets are overdue")
