"""The inventory of keys, without secrets."""

import json

import pytest
from joserfc.jwk import ECKey

from console.inventory import index
from console.models import KnownClient, KnownKey, KnownService
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.service import Service
from tenants.authlete.redaction.redactor import Redactor

pytestmark = pytest.mark.django_db


def pair(kid):
    return ECKey.generate_key("P-256").as_dict(private=True) | {"kid": kid}


def seen(kind, *keys, **members):
    text = json.dumps({"keys": keys})
    return kind.model_validate(Redactor(b"k").redact({"jwks": text, **members}))


def service(number, *keys):
    return seen(Service, *keys, apiKey=number, serviceName="Shop", pkceRequired=False)


def client(number, *keys, version=1, **more):
    named = {"clientId": number, "modifiedAt": version, "createdAt": 1, **more}
    return seen(Client, *keys, **named)


def kids():
    rows = KnownKey.objects.order_by("client_id", "position")
    return [(row.client_id, row.kid) for row in rows]


def test_service_keys_follow_changes(acme, sandbox):
    index.index_services(acme, {"us": [service(17, pair("a"), pair("b"))]})
    assert kids() == [(0, "a"), (0, "b")]
    (before, _) = KnownKey.objects.order_by("position")

    index.index_services(acme, {"us": [service(17, pair("c"))]})

    assert kids() == [(0, "c")]
    assert before.thumbprint != KnownKey.objects.get().thumbprint
    index.index_services(acme, {"eu": []})
    assert kids() == [(0, "c")]
    index.index_services(acme, {"us": []})
    assert not kids()


def test_unchanged_keys_write_nothing(acme):
    listed = {"us": [service(17, pair("a"))]}
    index.index_services(acme, listed)
    before = list(KnownKey.objects.values())

    index.index_services(acme, listed)

    assert list(KnownKey.objects.values()) == before


def test_limited_reads_preserve_known_keys(acme):
    whole = seen(Service, pair("a"), apiKey=17, issuer="https://i", pkceRequired=False)
    index.index_services(acme, {"us": [whole]})
    limited = Service.model_validate({"apiKey": 17, "serviceName": "Till"})

    index.index_services(acme, {"us": [limited]})

    assert kids() == [(0, "a")]
    known = KnownService.objects.get()
    assert (known.name, known.issuer) == ("Till", "https://i")


def test_client_keys_are_removed_with_the_client(acme):
    both = [client(1, pair("a")), client(2, pair("b"))]
    index.index_clients(acme, "us", 17, both)
    assert kids() == [(1, "a"), (2, "b")]

    index.index_client(acme, "us", 17, client(2, pair("c"), version=2))
    assert kids() == [(1, "a"), (2, "c")]
    index.remove_client(acme, "us", 17, 2)
    assert kids() == [(1, "a")]

    index.index_clients(acme, "us", 17, [])
    assert not kids()


def test_clients_indexed_by_an_older_version_are_reindexed(acme):
    indexed = client(1, pair("a"), trustChainExpiresAt=1_798_761_600_000)
    index.index_clients(acme, "us", 17, [indexed])
    KnownKey.objects.all().delete()
    KnownClient.objects.update(edition=0, chain_ends=0)

    index.index_clients(acme, "us", 17, [indexed])

    assert kids() == [(1, "a")]
    assert KnownClient.objects.get().chain_ends == 1_798_761_600_000


def test_key_index_contains_no_private_part(acme):
    key = pair("a")
    index.index_clients(acme, "us", 17, [client(1, key)])

    (known_key,) = KnownKey.objects.values()

    assert key["d"] not in str(known_key)
    assert "sealed:" not in str(known_key)
    assert known_key["issues"] == "private"
