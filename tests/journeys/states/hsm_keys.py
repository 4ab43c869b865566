from tenants.organizations.roles import Role
from tests.journeys.states.key_rollovers import WHY, run_worker
from tests.support.scene import page_state


def retail(scene):
    """Turn to a service that has keys in hardware."""
    scene.select_service("eu", "Retail banking Europe")
    scene.path_params["handle"] = scene.service["hsks"][0]["handle"]


@page_state("keys:hsm_keys", Role.ADMIN)
def full(scene):
    retail(scene)
    scene.service["hsks"].append(scene.service["hsks"][1] | {"handle": "x" * 43})
    scene.goto("keys:hsm_keys")


@page_state("keys:hsm_keys", Role.EDITOR)
def none(scene):
    retail(scene)
    del scene.service["hsks"]
    scene.goto("keys:hsm_keys")


@page_state("keys:hsm_keys", Role.EDITOR)
def disabled(scene):
    scene.goto("keys:hsm_keys")


@page_state("keys:hsm_keys", Role.VIEWER)
def no_modules(scene):
    scene.select_service("jp", "Payments")
    scene.goto("keys:hsm_keys")


@page_state("keys:hsm_keys", Role.VIEWER)
def failed(scene):
    retail(scene)
    scene.sandbox.fault("status", operation="key.list", status=503)
    scene.goto("keys:hsm_keys")


@page_state("keys:show_hsm_key", Role.ADMIN)
def full_(scene):
    retail(scene)
    scene.goto("keys:show_hsm_key")


@page_state("keys:show_hsm_key", Role.VIEWER)
def unusual(scene):
    retail(scene)
    first, second, _third = scene.service["hsks"]
    first |= {"publicKey": "no key", "kid": second["kid"]}
    scene.goto("keys:show_hsm_key")


@page_state("keys:new_hsm_key", Role.EDITOR)
def empty(scene):
    retail(scene)
    scene.goto("keys:new_hsm_key")


@page_state("keys:new_hsm_key", Role.EDITOR)
def unknown_outcome(scene):
    retail(scene)
    scene.goto("keys:new_hsm_key")
    scene.sandbox.fault("reset", operation="key.create")
    scene.page.get_by_label("Reason").fill("Yearly")
    scene.page.get_by_label("Key ID").fill("id-hsm-2027")
    scene.click_button("Create key")


@page_state("keys:start_hsm_rollover", Role.ADMIN)
def rolling_over(scene):
    retail(scene)
    scene.goto("keys:start_hsm_rollover")


@page_state("keys:rollover", Role.ADMIN)
def hardware_key(scene):
    retail(scene)
    response = scene.submit_form(
        "keys:start_hsm_rollover", "idempotency_key", **WHY | {"kid": "id-hsm-2027"}
    )
    scene.path_params["rollover"] = response["Location"].rstrip("/").rpartition("/")[2]
    run_worker()
    scene.goto("keys:rollover")


@page_state("keys:delete_hsm_key", Role.ADMIN)
def signing(scene):
    retail(scene)
    scene.goto("keys:delete_hsm_key")


@page_state("keys:delete_hsm_key", Role.ADMIN)
def still_listed(scene):
    retail(scene)
    scene.sandbox.state.half_deleted = True
    last = scene.service["hsks"][1]
    scene.goto("keys:delete_hsm_key", handle=last["handle"])
    scene.page.get_by_label("Type ").fill(last["kid"])
    scene.page.get_by_label("Reason").fill("Replaced")
    scene.click_button("Delete key")
