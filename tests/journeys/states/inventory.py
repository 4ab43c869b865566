from datetime import timedelta

from django.utils import timezone

from tenants.models import Organization
from tenants.organizations.roles import Role
from tests.support.clients import make_client
from tests.support.sample_keys import WEAK, certified, jwks, pair, public
from tests.support.scene import state


def fill(scene):
    """Keys of a service and of its clients: sound ones, odd ones, some that end."""
    region = scene.sandbox.region(scene.places["region"])
    number = scene.places["service_id"]
    long = "signing-key-of-the-regulated-open-finance-entity-2026-first-half"
    region.services[number] |= {
        "jwks": jwks(
            pair("sig-2026", use="sig", alg="ES256"),
            pair("sig-2026", use="sig", alg="ES256"),
            {"kty": "oct", "kid": "shared", "alg": "HS256", "k": "c2VjcmV0"},
            WEAK | {"kid": "staff-2019", "use": "sig", "alg": "RS256"},
        ),
        "federationJwks": jwks(pair(long, use="sig", alg="ES256")),
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
            jwks=jwks(certified(f"mtls-{at}", days, name), public(f"enc-{at}")),
            selfSignedCertificateKeyId=f"mtls-{at}",
        )
    clients[80] = make_client(80, clientName="Ledger", jwks=jwks(pair("leaked")))
    clients[81] = make_client(81, clientName="اختبار", jwks='{"keys": [7]}')
    scene.client.post(scene.path("clients:refresh"))


@state("keys:index", Role.EDITOR)
def full(scene):
    fill(scene)
    scene.goto("keys:index")


@state("keys:index", Role.VIEWER)
def narrowed(scene):
    fill(scene)
    scene.goto("keys:index", "?mark=any&sort=-kid&size=25")
    scene.page.locator("#facets").click()


@state("keys:index", Role.VIEWER)
def one_region_silent(scene):
    fill(scene)
    scene.client.get(scene.path("keys:index"))
    scene.sandbox.fault("html502", region="us")
    scene.goto("keys:index")


@state("keys:index", Role.VIEWER)
def none_fits(scene):
    scene.goto("keys:index", "?q=nothing+like+it")


@state("keys:index", Role.VIEWER)
def not_understood(scene):
    scene.goto("keys:index", "?q=color:red")


@state("keys:index", Role.VIEWER)
def nothing_answered(scene):
    scene.sandbox.fault("status", status=503)
    scene.goto("keys:index")


@state("keys:expiry", Role.ADMIN)
def some_end(scene):
    fill(scene)
    organization = Organization.objects.get(slug="harbor")
    day = timezone.localdate() + timedelta(days=45)
    organization.credential_set.filter(region="eu").update(expires_on=day)
    scene.goto("keys:expiry")


@state("keys:expiry", Role.VIEWER)
def nothing_ends(scene):
    scene.goto("keys:expiry")


@state("keys:expiry", Role.VIEWER)
def none_that_soon(scene):
    fill(scene)
    scene.goto("keys:expiry", "?within=90")


@state("dashboard:index", Role.EDITOR)
def some_end_soon(scene):
    fill(scene)
    scene.goto("dashboard:index")
