import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone
from pydantic import SecretStr
from pytest_django.asserts import assertContains, assertNotContains, assertTemplateNotUsed

from console.models import KnownClient, KnownService
from tenants.audit.models import AuditEntry
from tenants.models import Credential, Organization
from tenants.organizations.roles import Role
from tests.support.clients import SECRET, make_client

URL = "/acme/clients/"


@pytest.fixture
def everywhere(five_clients, acme):
    """The five clients of Shop in us, and one of Wallet in eu."""
    Credential(organization=acme, region="eu").set_token(SecretStr("t0p")).save()
    eu = five_clients.region("eu")
    eu.services[31] = {"apiKey": 31, "serviceName": "Wallet", "modifiedAt": 1}
    eu.clients[31][1] = make_client(
        1, clientName="Zebra", grantTypes=["CIBA", "CLIENT_CREDENTIALS"]
    )
    return five_clients


@pytest.fixture
def viewer_client(member, everywhere):
    """A viewer who has opened the list before."""
    browser = member(Role.VIEWER)
    browser.get(URL)
    everywhere.calls.clear()
    return browser


def names(response):
    return [row.name for row in response.context["list_page"].rows]


def counts(response, facet):
    links = {one.name: links for one, links in response.context["facets"]}[facet]
    return {link.label: link.count for link in links}


def test_first_visit_reads_everything(member, everywhere):
    response = member(Role.VIEWER).get(URL)

    assert names(response) == [
        "=HYPERLINK(1)", "Ledger sync", "Partner", "Till", "Web shop", "Zebra",
    ]  # fmt: skip
    assertContains(response, "6 clients")
    assertContains(response, "2 services")
    calls = [(call.region, call.operation) for call in everywhere.calls]
    assert sorted(calls) == [
        ("eu", "client.list"),
        ("eu", "service.list"),
        ("us", "client.list"),
        ("us", "service.list"),
    ]


def test_later_visits_make_no_calls(viewer_client, everywhere):
    viewer_client.get(URL, {"q": "till", "type": "CONFIDENTIAL", "sort": "changed"})

    assert list(everywhere.calls) == []


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ({"q": "till"}, ["Till"]),
        ({"q": "TILL app-1"}, ["Till"]),
        ({"q": "old.example.com"}, ["Web shop"]),
        ({"q": "tokenAuthMethod:none"}, ["Web shop"]),
        ({"q": "auth:private_key_jwt"}, ["Partner"]),
        ({"q": "grant:client_credentials"}, ["Ledger sync", "Zebra"]),
        ({"q": "grant:ciba"}, ["Zebra"]),
        ({"q": "grant:cib"}, []),
        ({"q": "locked:yes"}, ["Ledger sync"]),
        ({"q": "locked:perhaps"}, []),
        ({"q": "source:dynamic"}, ["Partner"]),
        ({"q": "redirect:old.example.com"}, ["Web shop"]),
        ({"q": "redirect:example.org"}, ["Web shop"]),
        ({"q": "redirect:ample.org"}, []),
        ({"q": "redirect:none"}, ["Ledger sync"]),
        ({"q": "region:eu"}, ["Zebra"]),
        ({"q": "service:wallet"}, ["Zebra"]),
        ({"q": "service:17 clientId>4"}, ["=HYPERLINK(1)"]),
        ({"q": "clientId:soon"}, []),
        ({"q": "100% of _"}, []),
        ({"region": "eu"}, ["Zebra"]),
        ({"service": "eu/31"}, ["Zebra"]),
        ({"service": "eu/x"}, []),
        ({"type": "PUBLIC"}, ["Web shop"]),
        ({"auth": ["NONE", "PRIVATE_KEY_JWT"]}, ["Partner", "Web shop"]),
        ({"locked": "yes"}, ["Ledger sync"]),
        ({"redirect": "shop.example.org"}, ["Web shop"]),
        ({"grant": "CLIENT_CREDENTIALS", "region": "us"}, ["Ledger sync"]),
        ({"sort": "-name", "type": "CONFIDENTIAL", "region": "us"},
         ["Till", "Partner", "Ledger sync", "=HYPERLINK(1)"]),
        ({"sort": "-changed", "region": "us", "size": "25"},
         ["=HYPERLINK(1)", "Partner", "Ledger sync", "Web shop", "Till"]),
    ],
)  # fmt: skip
def test_list_is_searched_sorted_and_filtered(viewer_client, address, expected):
    assert names(viewer_client.get(URL, address)) == expected


def test_filter_counts_cover_all_regions(viewer_client):
    response = viewer_client.get(URL, {"region": "us"})

    assert counts(response, "region") == {"Europe": 1, "United States": 5}
    assert counts(response, "service") == {"Shop, us": 5}
    assert counts(response, "type") == {"Confidential": 4, "Public": 1}
    assert counts(response, "redirect")["app1.example.com"] == 2
    assert response.context["list_page"].total == 5


@pytest.mark.parametrize(
    ("q", "message"),
    [
        ("tokenAuthMetod:none", "Did you mean “tokenAuthMethod”?"),
        ("pushedAuthReqDuration>1h", "is a setting of services"),
        ("nothing:1", "Unknown setting “nothing”."),
    ],
)
def test_invalid_query_shows_an_error_and_no_rows(viewer_client, q, message):
    response = viewer_client.get(URL, {"q": q})

    assert names(response) == []
    assertContains(response, message)


def test_long_list_is_paged(viewer_client, acme):
    viewer_client.get(URL)
    client = KnownClient.objects.get(name="Till")
    for number in range(1000, 1130):
        client.pk, client.client_id, client.rank = None, number, f"z{number}"
        client.name = f"Z{number}"
        client.save()

    response = viewer_client.get(URL, {"size": "25", "page": "6"})

    assertContains(response, "126 to 136 of 136")
    assert names(response)[-2:] == ["Z1129", "Zebra"]
    assertContains(viewer_client.get(URL, {"page": "99"}, follow=True), "?page=2")


@pytest.fixture
def sync(viewer_client, worker):
    """Return a function that syncs all clients and returns the list."""

    def run():
        KnownService.objects.update(clients_at=timezone.now() - timedelta(days=1))
        viewer_client.post(f"{URL}refresh/")
        worker()
        return viewer_client.get(URL)

    return run


def test_unavailable_service_is_named_and_its_rows_remain(viewer_client, everywhere, sync):
    everywhere.fault("status", operation="client.list", region="eu", status=503)
    everywhere.clients[1] |= {"clientName": "Till 2", "modifiedAt": 1_800_000_000_000}

    response = sync()

    assert "Till 2" in names(response)
    assert "Zebra" in names(response)
    assertContains(response, "1 service didn't respond to the last sync")
    assertContains(response, "HTTP 503")
    assertContains(response, "synced")
    assertContains(response, "is-stale", 1)


def test_unavailable_region_is_named(viewer_client, everywhere, sync):
    everywhere.fault("html502", region="eu")

    response = sync()

    assertContains(response, "1 service didn't respond to the last sync")
    assertContains(response, "is-stale", 1)


def test_never_read_list_is_not_shown_as_empty(member, everywhere):
    everywhere.fault("status", status=503)

    response = member(Role.VIEWER).get(URL)

    assertContains(response, "They may have clients.")
    assertContains(response, "Europe didn't respond")


def test_empty_list_differs_from_no_matches(member, acme, sandbox, worker):
    browser = member(Role.VIEWER)

    assertContains(browser.get(URL), "No clients yet")
    sandbox.clients[1] = make_client(1)
    KnownService.objects.update(clients_at=None)
    browser.post(f"{URL}refresh/")
    worker()
    assertContains(browser.get(URL, {"q": "x-x"}), "No matching clients")


def test_missing_credential_is_explained(member, acme, sandbox):
    Credential.objects.all().delete()

    assertContains(member(Role.VIEWER).get(URL), "No region is connected yet")


def test_clients_of_a_deleted_service_leave_the_inventory(viewer_client, everywhere, sync):
    del everywhere.region("eu").services[31]

    sync()

    assert not KnownClient.objects.filter(service_id=31).exists()
    assert not KnownService.objects.filter(service_id=31).exists()


def test_other_organizations_are_hidden(viewer_client):
    other = Organization.objects.create(slug="other", name="Other")
    KnownClient.objects.filter(name="Till").update(organization=other)

    assert "Till" not in names(viewer_client.get(URL))
    assertNotContains(viewer_client.get(URL, {"download": "csv"}), "Till")


def test_region_without_credential_is_hidden(viewer_client):
    Credential.objects.filter(region="eu").delete()

    response = viewer_client.get(URL)

    assert "Zebra" not in names(response)
    assertContains(response, "5 clients")
    assertContains(response, "1 service")


def test_csv_contains_the_filtered_rows(viewer_client):
    response = viewer_client.get(URL, {"download": "csv", "q": "redirect:none", "sort": "name"})

    text = b"".join(response).decode()
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["service"], row["name"], row["locked"]) == ("Shop", "Ledger sync", "true")
    assert row["seen_at"].endswith("+00:00")
    assert SECRET not in text
    entry = AuditEntry.objects.get(operation="clients.exported")
    assert (entry.object, entry.label) == ("q=redirect%3Anone", "1 clients, csv")


def test_inventory_stores_no_secret(viewer_client):
    for row in KnownClient.objects.all().values():
        assert SECRET[:16] not in str(row)


def test_htmx_gets_the_list_only(viewer_client):
    response = viewer_client.get(URL, {"q": "till"}, headers={"HX-Request": "true"})

    assertContains(response, "1 matching client")
    assertTemplateNotUsed(response, "base.html")


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.VIEWER, 200), (Role.AUDITOR, 200), (Role.EDITOR, 200), (Role.HELP_DESK, 403)],
)
def test_needs_a_role_that_may_read(member, everywhere, role, status):
    assert member(role).get(URL).status_code == status
