from tenants.roles import Role
from tests.journeys.scene import state
from tests.journeys.states.rollovers import WHY, work


def retail(scene):
    """Turn to a service that has keys in hardware."""
    scene.at("eu", "Retail banking Europe")
    scene.places["handle"] = scene.service["hsks"][0]["handle"]


@state("keys:hsm", Role.ADMIN)
def full(scene):
    retail(scene)
    scene.service["hsks"].append(scene.service["hsks"][1] | {"handle": "x" * 43})
    scene.goto("keys:hsm")


@state("keys:hsm", Role.EDITOR)
def none_yet(scene):
    retail(scene)
    del scene.service["hsks"]
    scene.goto("keys:hsm")


@state("keys:hsm", Role.EDITOR)
def switched_off(scene):
    scene.goto("keys:hsm")


@state("keys:hsm", Role.VIEWER)
def no_modules(scene):
    scene.at("jp", "Payments")
    scene.goto("keys:hsm")


@state("keys:hsm", Role.VIEWER)
def failed(scene):
    retail(scene)
    scene.sandbox.fault("status", operation="key.list", status=503)
    scene.goto("keys:hsm")


@state("keys:show_hsm", Role.ADMIN)
def full_(scene):
    retail(scene)
    scene.goto("keys:show_hsm")


@state("keys:show_hsm", Role.VIEWER)
def odd(scene):
    retail(scene)
    first, second, _third = scene.service["hsks"]
    first |= {"publicKey": "no key", "kid": second["kid"]}
    scene.goto("keys:show_hsm")


@state("keys:new_hsm", Role.EDITOR)
def empty(scene):
    retail(scene)
    scene.goto("keys:new_hsm")


@state("keys:new_hsm", Role.EDITOR)
def lost(scene):
    retail(scene)
    scene.goto("keys:new_hsm")
    scene.sandbox.fault("reset", operation="key.create")
    scene.page.get_by_label("Reason").fill("Yearly")
    scene.page.get_by_label("Key ID").fill("id-hsm-2027")
    scene.press("Make the key")


@state("keys:roll_hsm", Role.ADMIN)
def rolling_over(scene):
    retail(scene)
    scene.goto("keys:roll_hsm")


@state("keys:rollover", Role.ADMIN)
def in_hardware(scene):
    retail(scene)
    response = scene.send("keys:roll_hsm", "once", **WHY | {"kid": "id-hsm-2027"})
    scene.places["rollover"] = response["Location"].rstrip("/").rpartition("/")[2]
    work()
    scene.goto("keys:rollover")


@state("keys:remove_hsm", Role.ADMIN)
def signing(scene):
    retail(scene)
    scene.goto("keys:remove_hsm")


@state("keys:remove_hsm", Role.ADMIN)
def still_listed(scene):
    retail(scene)
    scene.sandbox.state.half_deleted = True
    last = scene.service["hsks"][1]
    scene.goto("keys:remove_hsm", handle=last["handle"])
    scene.page.get_by_label("Type ").fill(last["kid"])
    scene.page.get_by_label("Reason").fill("Replaced")
    scene.press("Destroy the key")
