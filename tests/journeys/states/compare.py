"""States of comparisons and promotions."""

from uuid import uuid4

from django.utils import timezone

from console.models import Twin
from tenants.organizations.roles import Role
from tests.support.scene import page_state


def add_staging(scene, **settings):
    """Make the first service of eu like Payments of us, but for expected values and some."""
    region = scene.sandbox.region("eu")
    number = next(iter(region.services))
    staging = {
        **scene.service,
        "apiKey": number,
        "serviceName": "Payments staging for partner banks",
        "issuer": "https://login.staging.open-finance.example",
        "tokenEndpoint": "https://login.staging.open-finance.example/token",
    }
    region.services[number] = staging | settings
    return f"?a={key(scene)}&b=eu/{number}"


def key(scene):
    return f"{scene.path_params['region']}/{scene.path_params['service_id']}"


DIFFERENCES = {
    "accessTokenDuration": 300,
    "description": "Only for partners who test their integration before they go live",
    "supportedAcrs": ["urn:open-finance:acr:high", "urn:open-finance:acr:low"],
}


@page_state("compare:index", Role.VIEWER)
def nothing_chosen(scene):
    scene.goto("compare:index")


@page_state("compare:index", Role.VIEWER)
def picking(scene):
    scene.client.get(scene.path("services:show"))
    scene.goto("compare:index", f"?a={key(scene)}")


@page_state("compare:index", Role.VIEWER)
def picking_none_found(scene):
    scene.goto("compare:index", f"?a={key(scene)}&q=no-such-service")


@page_state("compare:index", Role.EDITOR)
def differences(scene):
    query = add_staging(scene, **DIFFERENCES)
    another = list(scene.sandbox.region("eu").services)[1]
    scene.client.get(scene.path("services:index"))
    scene.goto("compare:index", f"{query}&c=eu/{another}&all=1")
    scene.page.locator("details").first.evaluate("element => { element.open = true }")


@page_state("compare:index", Role.VIEWER)
def no_unexpected_differences(scene):
    scene.goto("compare:index", add_staging(scene))


@page_state("compare:index", Role.VIEWER)
def region_down(scene):
    query = add_staging(scene, **DIFFERENCES)
    scene.client.get(scene.path("compare:index") + query)
    scene.sandbox.fault("status", region="eu", status=503)
    scene.goto("compare:index", query)


@page_state("compare:index", Role.VIEWER)
def unreadable(scene):
    query = add_staging(scene)
    scene.sandbox.fault("status", region="eu", status=503)
    scene.goto("compare:index", query)


@page_state("compare:index", Role.VIEWER)
def mixed_kinds(scene):
    client = f"{key(scene)}/{scene.path_params['client_id']}"
    scene.goto("compare:index", f"?a={key(scene)}&b={client}")


def promotion(scene, **settings):
    source, target = add_staging(scene, **DIFFERENCES, **settings)[3:].split("&b=")
    return f"?from={source}&to={target}"


@page_state("compare:promote", Role.EDITOR)
def all_differences(scene):
    query = promotion(scene, jwks="", revocationEndpoint=None)
    scene.goto("compare:promote", f"{query}&whole=1")


@page_state("compare:promote", Role.EDITOR)
def mapped_value_invalid(scene):
    query = promotion(scene, revocationEndpoint=None)
    scene.goto("compare:promote", f"{query}&member=revocationEndpoint&member=tokenEndpoint")
    scene.page.get_by_role("textbox").last.fill("not a URL")
    scene.click_button("Add to draft")


@page_state("compare:promote", Role.EDITOR)
def nothing_carried(scene):
    scene.goto("compare:promote", f"{promotion(scene)}&member=apiSecret&member=issuer")


def add_twin(scene, **drift):
    query = add_staging(scene, **drift)
    scene.client.get(scene.path("services:index"))
    scene.submit_form("compare:new_twin", "reason", query, reason="One product")
    return query, Twin.objects.get()


@page_state("compare:index", Role.EDITOR)
def twins_that_differ(scene):
    query, _ = add_twin(scene, **DIFFERENCES)
    scene.goto("compare:index", query)


@page_state("compare:twins", Role.VIEWER)
def no_twins(scene):
    scene.goto("compare:twins")


@page_state("compare:twins")
def twins_in_each_state(scene):
    scene.sign_in_as(Role.EDITOR)
    _, twin = add_twin(scene, **DIFFERENCES)
    for name, in_sync, missing in (("Ledger", True, False), ("Cards", False, True)):
        twin.pk, twin.name, twin.is_missing = uuid4(), name, missing
        twin.drift = [] if in_sync else twin.drift
        twin.save(force_insert=True)
    twin.pk, twin.name, twin.baseline_at = uuid4(), "Golden version", timezone.now()
    twin.checked_at, twin.is_missing = None, False
    twin.save(force_insert=True)
    scene.goto("compare:twins")


@page_state("dashboard:index", Role.EDITOR)
def twins_differ(scene):
    add_twin(scene, **DIFFERENCES)
    scene.goto("dashboard:index")


@page_state("services:show", Role.EDITOR)
def with_a_twin(scene):
    add_twin(scene, **DIFFERENCES)
    scene.goto("services:show")


@page_state("compare:new_twin", Role.EDITOR)
def keeping_alike(scene):
    scene.goto("compare:new_twin", add_staging(scene))


@page_state("compare:accept_drift", Role.EDITOR)
def accepting(scene):
    _, twin = add_twin(scene, **DIFFERENCES)
    scene.goto("compare:accept_drift", "?whole=1", twin=twin.pk)


@page_state("compare:accept_drift", Role.EDITOR)
def nothing_selected(scene):
    _, twin = add_twin(scene, **DIFFERENCES)
    scene.goto("compare:accept_drift", twin=twin.pk)


@page_state("compare:remove_twin", Role.EDITOR)
def removing(scene):
    _, twin = add_twin(scene)
    scene.goto("compare:remove_twin", twin=twin.pk)
