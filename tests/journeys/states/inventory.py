from datetime import timedelta

from django.utils import timezone

from tenants.models import Organization
from tenants.organizations.roles import Role
from tests.support.clients import make_client
from tests.support.sample_keys import (
    WEAK_RSA_KEY,
    make_certified_key,
    make_jwk_set,
    make_key_pair,
    make_public_key,
)
from tests.support.scene import page_state


def fill(scene):
    """Keys of a service and of its clients: sound ones, odd ones, some that end."""
    region = scene.sandbox.region(scene.path_params["region"])
    number = scene.path_params["service_id"]
    long = "signing-key-of-the-regulated-open-finance-entity-2026-first-half"
    region.services[number] |= {
        "jwks": make_jwk_set(
            make_key_pair("sig-2026", use="sig", alg="ES256"),
            make_key_pair("sig-2026", use="sig", alg="ES256"),
            {"kty": "oct", "kid": "shared", "alg": "HS256", "k": "c2VjcmV0"},
            WEAK_RSA_KEY | {"kid": "staff-2019", "use": "sig", "alg": "RS256"},
        ),
        "federationJwks": make_jwk_set(make_key_pair(long, use="sig", alg="ES256")),
        "idTokenSignatureKeyId": "sig-2026",
        "userInfoSignatureKeyId": "sig-2026",
        "accessTokenSignatureKeyId": "gone-2025",
    }
    clients = region.clients[number]
    for at, days in enumerate((-12, 3, 25, 400), 70):
        name = f"gateway-{at}.partner.example"
        clients[at] = make_client(
            at,
            clientName=f"Partner {at}",
            jwks=make_jwk_set(
                make_certified_key(f"mtls-{at}", days, name), make_public_key(f"enc-{at}")
            ),
            selfSignedCertificateKeyId=f"mtls-{at}",
        )
    clients[80] = make_client(80, clientName="Ledger", jwks=make_jwk_set(make_key_pair("leaked")))
    clients[81] = make_client(81, clientName="اختبار", jwks='{"keys": [7]}')
    scene.client.get(scene.path("clients:index"))


@page_state("keys:index", Role.EDITOR)
def full(scene):
    fill(scene)
    scene.goto("keys:index")


@page_state("keys:index", Role.VIEWER)
def narrowed(scene):
    fill(scene)
    scene.goto("keys:index", "?issue=any&sort=-kid&size=25")
    scene.page.locator("#facets").click()


@page_state("keys:index", Role.VIEWER)
def region_unavailable(scene):
    fill(scene)
    scene.client.get(scene.path("keys:index"))
    scene.sandbox.fault("html502", region="us")
    scene.goto("keys:index")


@page_state("keys:index", Role.VIEWER)
def no_results(scene):
    scene.goto("keys:index", "?q=nothing+like+it")


@page_state("keys:index", Role.VIEWER)
def invalid_query(scene):
    scene.goto("keys:index", "?q=color:red")


@page_state("keys:index", Role.VIEWER)
def all_regions_unavailable(scene):
    scene.sandbox.fault("status", status=503)
    scene.goto("keys:index")


@page_state("keys:expiry", Role.ADMIN)
def some_expiring(scene):
    fill(scene)
    organization = Organization.objects.get(slug="harbor")
    day = timezone.localdate() + timedelta(days=45)
    organization.credential_set.filter(region="eu").update(expires_on=day)
    scene.goto("keys:expiry")


@page_state("keys:expiry", Role.VIEWER)
def none_expiring(scene):
    scene.goto("keys:expiry")


@page_state("keys:expiry", Role.VIEWER)
def none_soon(scene):
    fill(scene)
    scene.goto("keys:expiry", "?within=90")


@page_state("dashboard:index", Role.EDITOR)
def expiring_soon(scene):
    fill(scene)
    scene.goto("dashboard:index")
