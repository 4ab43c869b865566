"""What a service's and a client's page tell at a glance."""

import re
from datetime import UTC, datetime

import pytest
from pytest_django.asserts import assertContains

from console.models import KnownClient, KnownKey, KnownService
from tenants.organizations.roles import Role
from tests.support.clients import make_client
from tests.support.sample_keys import make_jwk_set, make_public_key

SERVICE = "/acme/services/us/17/"
CLIENT = "/acme/services/us/17/clients/44/"
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def glance(response):
    """Return the text of the panel, without tags."""
    html = response.content.decode()
    panel = re.search(r'aria-labelledby="glance".*?</section>', html, re.DOTALL)
    assert panel
    return " ".join(re.sub(r"<[^>]+>", " ", panel.group()).split())


@pytest.fixture
def service(sandbox):
    return sandbox.services[17]


def test_service_names_flows_profiles_and_lifetimes(member, service):
    service |= {
        "supportedGrantTypes": ["AUTHORIZATION_CODE", "CIBA"],
        "supportedResponseTypes": ["CODE"],
        "fapiModes": ["FAPI2_SECURITY"],
        "parRequired": True,
        "federationEnabled": False,
        "accessTokenDuration": 600,
    }

    text = glance(member(Role.VIEWER).get(SERVICE))

    for part in (
        *("Authorization code", "CIBA", "Response types: code", "FAPI 2.0"),
        *("Require pushed authorization requests", "Access token duration 10 minutes"),
    ):
        assert part in text
    assert "OpenID Federation" not in text


def test_service_links_what_it_supports_to_its_setting(member, service):
    service["parRequired"] = True

    page = member(Role.EDITOR).get(SERVICE)

    assertContains(page, '#field-par_required"><bdi>Require pushed authorization requests')


def test_service_counts_its_clients_by_type(member, acme, service):
    for client_id, client_type in ((1, "PUBLIC"), (2, "CONFIDENTIAL"), (3, "CONFIDENTIAL")):
        KnownClient.objects.create(
            organization=acme,
            region="us",
            service_id=17,
            client_id=client_id,
            client_type=client_type,
            seen_at=NOW,
        )
    KnownService.objects.filter(service_id=17).update(clients_at=NOW)

    page = member(Role.VIEWER).get(SERVICE)

    assert "Confidential 2 Public 1" in glance(page)
    assertContains(page, 'href="/acme/clients/?service=us%2F17&amp;type=PUBLIC"')


def test_service_says_that_its_clients_were_never_synced(member, acme, service):
    assert "have never been synced" in glance(member(Role.VIEWER).get(SERVICE))


def test_keys_name_algorithms_and_first_expiry(member, acme, service):
    service["jwks"] = make_jwk_set(make_public_key("sign") | {"alg": "ES256"})
    KnownKey.objects.create(
        organization=acme, region="us", service_id=17, position=0, kind="service", ends_at=NOW
    )

    text = glance(member(Role.VIEWER).get(SERVICE))

    assert "1 key: ES256 First expiry:" in text


def test_sections_count_their_warnings(member, service):
    service |= {"supportedGrantTypes": ["AUTHORIZATION_CODE"], "pkceRequired": False}

    page = member(Role.VIEWER).get(SERVICE)

    assertContains(
        page, '<a href="#notes"><span class="badge warn">1 warning</span></a>', html=True
    )
    assertContains(page, 'href="/acme/findings/?object=us/17"')


def test_client_names_type_authentication_and_redirect_uris(member, sandbox):
    sandbox.clients[44] = make_client(
        44,
        clientType="CONFIDENTIAL",
        tokenAuthMethod="PRIVATE_KEY_JWT",
        grantTypes=["AUTHORIZATION_CODE"],
        redirectUris=["https://a.example", "https://b.example"],
        dpopRequired=True,
    )

    text = glance(member(Role.VIEWER).get(CLIENT))

    for part in (
        *("Authorization code", "Require DPoP", "Client type Confidential"),
        *("Client authentication method Private key JWT", "Redirect URIs 2"),
    ):
        assert part in text
    assert "synced" not in text
