"""Profiles that no client has are deleted, without harm to a sync that needs one."""

import pytest

from console.inventory.index import INDEX_VERSION, index_client
from console.inventory.unused_profiles import remove_unused_profiles
from console.models import KnownClient, SettingsProfile
from tenants.authlete.documents.client import Client

pytestmark = pytest.mark.django_db


def index(organization, client_id, **settings):
    client = Client.model_validate({"clientId": client_id, "modifiedAt": 1, **settings})
    index_client(organization, "us", 17, client)


def test_profiles_without_clients_are_deleted(acme):
    index(acme, 1, pkceRequired=True)
    index(acme, 2, parRequired=True)
    index(acme, 2, pkceRequired=True)

    remove_unused_profiles()

    assert SettingsProfile.objects.get().settings == {"pkceRequired": True}
    assert set(KnownClient.objects.values_list("edition", flat=True)) == {INDEX_VERSION}


def test_client_of_a_deleted_profile_is_indexed_again(acme):
    index(acme, 1, pkceRequired=True)
    index(acme, 2, parRequired=True)
    KnownClient.objects.filter(client_id=2).update(profile=10**6)

    remove_unused_profiles()

    assert KnownClient.objects.get(client_id=2).edition == 0
    assert KnownClient.objects.get(client_id=1).edition == INDEX_VERSION
