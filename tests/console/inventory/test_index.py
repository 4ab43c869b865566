"""The inventory of services and clients."""

import pytest

from console.inventory.index import index_client, index_client_lock, index_clients, remove_client
from console.models import KnownClient, KnownService
from tenants.authlete.documents.client import Client


def client(number, **members):
    return Client.model_validate({"clientId": number, **members})


@pytest.fixture
def two(acme):
    index_clients(acme, "us", 17, [client(1, clientName="Till"), client(2)])
    return acme


def names():
    return {known_client.client_id: known_client.name for known_client in KnownClient.objects.all()}


def test_list_replaces_the_clients_of_its_service(two):
    index_clients(two, "us", 17, [client(2, clientName="Web"), client(3)])

    assert names() == {2: "Web", 3: ""}
    assert KnownService.objects.get().clients_at


def test_own_changes_update_the_inventory(two):
    index_client(two, "us", 17, client(2, clientName="Web", grantTypes=["CIBA"]))
    index_client(two, "us", 17, client(5, clientName="New"))
    index_client_lock(two, "us", 17, 5, True)
    remove_client(two, "us", 17, 1)

    assert names() == {2: "Web", 5: "New"}
    assert KnownClient.objects.get(client_id=5).locked
    assert KnownClient.objects.get(client_id=2).grants == "CIBA"


def test_same_ids_in_other_regions_are_separate(two):
    index_clients(two, "eu", 17, [client(1, clientName="Kasse")])
    remove_client(two, "eu", 17, 1)

    assert names() == {1: "Till", 2: ""}


@pytest.mark.parametrize(
    ("uris", "hosts"),
    [
        (["https://App.example.com/cb", "https://app.example.com:8443/x"], "app.example.com"),
        (["com.example.app:/cb", "http://localhost:3000/"], "com.example.app: localhost"),
        (["https://[::1]/cb", "http://[", "", 7, "javascript:alert(1)"], "::1 javascript:"),
    ],
)
def test_redirect_hosts_are_indexed(acme, uris, hosts):
    index_client(acme, "us", 17, client(1, redirectUris=uris))

    assert KnownClient.objects.get().hosts == hosts


@pytest.mark.parametrize(
    "odd",
    [
        {"clientName": "a\0b\ud800"},
        {"clientName": "x" * 100_000, "tokenAuthMethod": "y" * 1000},
        {"modifiedAt": 10**30, "createdAt": -(10**30)},
        {"clientId": 10**30},
        {"clientId": -1},
        {"grantTypes": "x", "redirectUris": {"a": 1}, "locked": "yes"},
    ],
)
def test_unstorable_values_are_indexed(acme, odd):
    client = Client.model_validate({"clientId": 1} | odd)

    index_client(acme, "us", 17, client)
    index_clients(acme, "us", 17, [client])
