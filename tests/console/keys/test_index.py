"""The key inventory: search, filters and export."""

import csv
import json

import pytest
from pydantic import SecretStr
from pytest_django.asserts import assertContains, assertNotContains

from console.models import KnownService
from tenants.audit.models import AuditEntry
from tenants.models import Credential
from tenants.organizations.roles import Role
from tests.support.clients import make_client as a_client
from tests.support.sample_keys import WEAK_RSA_KEY, make_certified_key, make_jwk_set, make_key_pair

URL = "/acme/keys/"


@pytest.fixture
def fleet(acme, sandbox):
    """Services in two regions and a client, with keys that are sound and odd."""
    Credential(organization=acme, region="eu").set_token(SecretStr("t0p")).save()
    sandbox.services[17] |= {
        "jwks": make_jwk_set(
            make_key_pair("shop-1", alg="ES256", use="sig"), make_key_pair("shop-1")
        ),
        "idTokenSignatureKeyId": "shop-1",
    }
    sandbox.region("eu").services[18] = {
        "apiKey": 18,
        "serviceName": "Bank",
        "modifiedAt": 1,
        "jwks": make_jwk_set(make_key_pair("bank-1"), {"kty": "oct", "kid": "hs", "k": "c2VjcmV0"}),
        "federationJwks": make_jwk_set(WEAK_RSA_KEY | {"kid": "old"}),
    }
    sandbox.clients[44] = a_client(
        44,
        clientName="Ledger",
        jwks=make_jwk_set(make_certified_key("mtls", 20), make_key_pair("leaked")),
    )
    return sandbox


@pytest.fixture
def admin(member):
    return member(Role.ADMIN)


@pytest.fixture
def viewer(member, fleet):
    browser = member(Role.VIEWER)
    browser.get("/acme/clients/")
    return browser


def kids(response):
    return [row.key.kid for row in response.context["list_page"].rows]


def test_keys_of_all_regions_are_listed_earliest_expiry_first(viewer):
    response = viewer.get(URL)

    assert kids(response)[0] == "mtls"
    assert sorted(kids(response)) == sorted(
        ["shop-1", "shop-1", "bank-1", "hs", "old", "mtls", "leaked"]
    )
    for text in ("Bank", "Ledger", "ID token signature key ID", "duplicate key ID"):
        assertContains(response, text)
    assertContains(response, "in 20 days")
    assertContains(response, "private key in public set")
    assertContains(response, "symmetric key")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?q=bank-", ["bank-1"]),
        ("?q=ledger", ["mtls", "leaked"]),
        ("?q=kid:hs", ["hs"]),
        ("?q=issue:symmetric", ["hs"]),
        ("?q=setting:idToken", ["shop-1", "shop-1"]),
        ("?q=service:bank&sort=-kid", ["old", "hs", "bank-1"]),
        ("?kind=federation", ["old"]),
        ("?issue=private", ["leaked"]),
        ("?issue=any&region=eu&sort=kid", ["hs", "old"]),
        ("?ends=30", ["mtls"]),
        ("?ends=7", []),
        ("?ends=never", []),
        ("?kind=nothing", []),
        ("?q=color:red", []),
    ],
)
def test_search_and_filters_find_keys(viewer, query, expected):
    assert kids(viewer.get(URL + query)) == expected


def test_thumbprint_finds_a_key_without_its_private_part(viewer, fleet):
    key = {
        "kty": "EC",
        "kid": "ledger-1",
        "crv": "P-256",
        "x": "m5VmDnSyE1bVYeHk0zgaQIoClfeh1FpQj3-Ov7kaKCA",
        "y": "nNOV8qwRQrmjrw56iDygvkK3uNuVPtJIXPpcw_wkZkc",
    }
    fleet.region("eu").services[18]["jwks"] = make_jwk_set(
        key, {"kty": "oct", "kid": "hs", "k": "c2VjcmV0"}
    )
    thumbprint = "-rMae8vZrzh3l26yYvkBNabZxv36ROmyjkWWy850GEk"  # its minus doesn't exclude

    rows = viewer.get(f"{URL}?q={thumbprint}").context["list_page"].rows
    assert [(row.key.kid, row.key.thumbprint) for row in rows] == [("ledger-1", thumbprint)]

    all_rows = viewer.get(URL).context["list_page"].rows
    assert [row.key.thumbprint for row in all_rows if row.key.kid == "hs"] == [""]


def test_page_and_export_contain_no_private_part(viewer, fleet):
    sets = [fleet.services[17]["jwks"], fleet.clients[44]["jwks"]]
    sets.append(fleet.region("eu").services[18]["jwks"])
    keys = [key for text in sets for key in json.loads(text)["keys"]]
    secrets = [key[part] for key in keys for part in ("d", "k") if part in key]
    file = viewer.get(f"{URL}?download=csv")

    content = viewer.get(URL).content + b"".join(file.streaming_content)

    assert len(secrets) == 5
    assert not [secret for secret in secrets if secret.encode() in content]
    assert b"sealed:" not in content


def test_filter_counts_are_shown(viewer):
    counted = viewer.get(f"{URL}?kind=client").context["list_page"].facet_counts

    assert counted["kind"] == {"service": 4, "federation": 1, "client": 2}
    assert counted["issue"]["private"] == counted["issue"]["any"] == 1
    assert counted["ends"]["30"] == 1


def test_unavailable_region_shows_its_last_known_keys(viewer, fleet):
    viewer.get(URL)
    fleet.fault("status", region="eu", status=503)

    response = viewer.get(URL)

    assertContains(response, "Europe didn't respond")
    assert "bank-1" in kids(response)
    stale = {r.key.kid for r in response.context["list_page"].rows if r.is_stale}
    assert stale == {"bank-1", "hs", "old"}


def test_export_is_filtered_and_logged(viewer, fleet, worker):
    fleet.clients[44]["clientName"] = "=1+1"
    fleet.clients[44]["modifiedAt"] += 1
    KnownService.objects.update(clients_at=None)
    viewer.post("/acme/clients/refresh/")
    worker()
    response = viewer.get(f"{URL}?kind=client&sort=kid&download=csv")

    text = b"".join(response.streaming_content).decode()
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["kid"] for row in rows] == ["leaked", "mtls"]
    assert {row["owner"] for row in rows} == {"'=1+1"}
    entry = AuditEntry.objects.get(operation="keys.exported")
    assert (entry.object, entry.label) == ("kind=client", "2 keys, csv")


def test_rows_link_to_their_owner(viewer):
    response = viewer.get(URL)

    assertContains(response, "/acme/services/us/17/clients/44/")
    assertContains(response, 'href="/acme/services/eu/18/"')
    assertContains(response, 'href="/acme/services/eu/18/keys/')


def test_unread_clients_are_reported(member, fleet):
    assertContains(member(Role.VIEWER).get(URL), "<span>never synced</span>")


def test_empty_list_explains_why(member, sandbox, acme):
    browser = member(Role.VIEWER)
    assertContains(browser.get(URL), "No service has a key or certificate")
    assertContains(browser.get(f"{URL}?q=none"), "No matching keys")
    sandbox.fault("status", status=503)
    assertContains(browser.get(URL), "Keys couldn't be loaded")
    Credential.objects.all().delete()
    assertContains(browser.get(URL), "No regions connected")


def test_menu_item_needs_a_role_that_may_read(member, acme):
    assertContains(member(Role.AUDITOR).get("/acme/"), f'href="{URL}"')
    assertNotContains(member(Role.HELP_DESK).get("/acme/"), f'href="{URL}"')
