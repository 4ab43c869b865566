from tenants.organizations.roles import Role
from tests.journeys.states.rollovers import WHY, work
from tests.support.scene import state


def retail(scene):
    """Turn to a service that has keys in hardware."""
    scene.at("eu", "Retail banking Europe")
    scene.places["handle"] = scene.service["hsks"][0]["handle"]


@state("keys:hsm_keys", Role.ADMIN)
def full(scene):
    retail(scene)
    scene.service["hsks"].append(scene.service["hsks"][1] | {"handle": "x" * 43})
    scene.goto("keys:hsm_keys")


@state("keys:hsm_keys", Role.EDITOR)
def none_yet(scene):
    retail(scene)
    del scene.service["hsks"]
    scene.goto("keys:hsm_keys")


@state("keys:hsm_keys", Role.EDITOR)
def switched_off(scene):
    scene.goto("keys:hsm_keys")


@state("keys:hsm_keys", Role.VIEWER)
def no_modules(scene):
    scene.at("jp", "Payments")
    scene.goto("keys:hsm_keys")


@state("keys:hsm_keys", Role.VIEWER)
def failed(scene):
    retail(scene)
    scene.sandbox.fault("status", operation="key.list", status=503)
    scene.goto("keys:hsm_keys")


@state("keys:show_hsm_key", Role.ADMIN)
def full_(scene):
    retail(scene)
    scene.goto("keys:show_hsm_key")


@state("keys:show_hsm_key", Role.VIEWER)
def odd(scene):
    retail(scene)
    first, second, _third = scene.service["hsks"]
    first |= {"publicKey": "no key", "kid": second["kid"]}
    scene.goto("keys:show_hsm_key")


@state("keys:new_hsm_key", Role.EDITOR)
def empty(scene):
    retail(scene)
    scene.goto("keys:new_hsm_key")


@state("keys:new_hsm_key", Role.EDITOR)
def lost(scene):
    retail(scene)
    scene.goto("keys:new_hsm_key")
    scene.sandbox.fault("reset", operation="key.create")
    scene.page.get_by_label("Reason").fill("Yearly")
    scene.page.get_by_label("Key ID").fill("id-hsm-2027")
    scene.press("Make the key")


@state("keys:start_hsm_rollover", Role.ADMIN)
def rolling_over(scene):
    retail(scene)
    scene.goto("keys:start_hsm_rollover")


@state("keys:rollover", Role.ADMIN)
def in_hardware(scene):
    retail(scene)
    response = scene.send(
        "keys:start_hsm_rollover", "idempotency_key", **WHY | {"kid": "id-hsm-2027"}
    )
    scene.places["rollover"] = response["Location"].rstrip("/").rpartition("/")[2]
    work()
    scene.goto("keys:rollover")


@state("keys:delete_hsm_key", Role.ADMIN)
def signing(scene):
    retail(scene)
    scene.goto("keys:delete_hsm_key")


@state("keys:delete_hsm_key", Role.ADMIN)
def still_listed(scene):
    retail(scene)
    scene.sandbox.state.half_deleted = True
    last = scene.service["hsks"][1]
    scene.goto("keys:delete_hsm_key", handle=last["handle"])
    scene.page.get_by_label("Type ").fill(last["kid"])
    scene.page.get_by_label("Reason").fill("Replaced")
    scene.press("Destroy the key")
