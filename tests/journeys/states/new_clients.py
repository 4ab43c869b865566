"""States of a new client: form, review, secret."""

from tenants.organizations.roles import Role
from tests.journeys.states.client import ledger
from tests.support.scene import page_state

BACK = {"redirect_uris__item": ["https://till.harbor.example/cb"]}


def ready(scene):
    """Let Payments have what clients of every kind need."""
    for member in ("supportedGrantTypes", "supportedTokenAuthMethods", "supportedResponseTypes"):
        scene.service.pop(member, None)
    scene.service["pkceRequired"] = True


def entered(scene, query, **fields):
    """Fill in the form, and return the query of the review."""
    fields = {"client_name": "Till", **BACK} | fields
    answer = scene.submit_form("clients:new", "base", query, **fields)
    return "?" + answer.url.partition("?")[2]


def send(scene):
    scene.page.get_by_label("Reason").fill("New till")
    scene.click_button("Create client")


@page_state("clients:new", Role.EDITOR)
def choosing_archetype(scene):
    scene.goto("clients:new")


@page_state("clients:new", Role.EDITOR)
def choosing_original(scene):
    ledger(scene)
    home = f"us/{scene.path_params['service_id']}"
    scene.goto("clients:new", f"?from={home}&q=")


@page_state("clients:new", Role.EDITOR)
def no_originals(scene):
    home = f"us/{scene.path_params['service_id']}"
    scene.goto("clients:new", f"?from={home}&q=nothing+like+it")


@page_state("clients:new", Role.EDITOR)
def originals_unavailable(scene):
    scene.sandbox.fault("status", operation="client.list", status=503)
    home = f"us/{scene.path_params['service_id']}"
    scene.goto("clients:new", f"?from={home}&q=")


@page_state("clients:new", Role.EDITOR)
def incompatible(scene):
    scene.goto("clients:new", "?start=fapi2")


@page_state("clients:new", Role.EDITOR)
def missing_value(scene):
    ready(scene)
    scene.goto("clients:new", "?start=ciba")
    scene.click_button("Review new client")


@page_state("clients:new", Role.EDITOR)
def copying(scene):
    client = ledger(scene, locked=True, clientSource="DYNAMIC_REGISTRATION")
    client["jwks"] = '{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}'
    scene.goto("clients:new", f"?original=us/{scene.path_params['service_id']}/44")


@page_state("clients:create", Role.EDITOR)
def reviewing(scene):
    ready(scene)
    scene.goto("clients:create", entered(scene, "?start=web"))


@page_state("clients:create", Role.EDITOR)
def reviewing_a_copy(scene):
    ledger(scene, tokenAuthMethod="PRIVATE_KEY_JWT", jwks=None)
    place = f"?original=us/{scene.path_params['service_id']}/44"
    scene.goto("clients:create", entered(scene, place))


@page_state("clients:create", Role.EDITOR)
def rejected(scene):
    ledger(scene, clientIdAlias="till")
    ready(scene)
    query = entered(scene, "?start=web", client_id_alias="till")
    scene.goto("clients:create", query)
    send(scene)


@page_state("clients:create", Role.EDITOR)
def unknown_outcome(scene):
    ready(scene)
    scene.goto("clients:create", entered(scene, "?start=web"))
    scene.sandbox.fault("reset", operation="client.create", after=True)
    send(scene)


@page_state("clients:create", Role.EDITOR)
def created(scene):
    ready(scene)
    scene.goto("clients:create", entered(scene, "?start=web"))
    send(scene)


@page_state("clients:create", Role.EDITOR)
def created_with_differences(scene):
    ledger(scene, fromTheFuture={"kept": True})
    place = f"?original=us/{scene.path_params['service_id']}/44"
    scene.goto("clients:create", entered(scene, place))
    send(scene)


@page_state("clients:create", Role.EDITOR)
def created_not_read_back(scene):
    ready(scene)
    scene.goto("clients:create", entered(scene, "?start=web"))
    scene.sandbox.fault("status", operation="client.get", status=503)
    send(scene)


@page_state("clients:create", Role.EDITOR)
def created_without_secret(scene):
    ready(scene)
    scene.goto("clients:create", entered(scene, "?start=spa"))
    send(scene)
