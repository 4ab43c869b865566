import json

from console.models import Rollover
from tenants.jobs import queue
from tenants.jobs.worker import JobWorker
from tenants.organizations.roles import Role
from tenants.sandbox.seeding.keys import create_jwk_set
from tenants.sandbox.signing import parse_keys
from tests.support.jobs import reach_start
from tests.support.scene import page_state

FIRST = "?set=jwks&key=0"
WHY = {"reason": "Yearly, says risk", "ticket": "CHG-2107"}


def second(scene):
    """The service has another key, which no setting names."""
    keys = json.loads(scene.service["jwks"])["keys"]
    (other,) = parse_keys(create_jwk_set("payments-2025", "RS256"))
    scene.service["jwks"] = json.dumps({"keys": [*keys, other]})


def run_worker():
    queue.record_heartbeat("scene")
    JobWorker("scene", until_empty=True).run()


def started(scene, **entered):
    """Begin to replace the first key of the service, until it waits for caches."""
    entered = {"kid": "payments-2027"} | WHY | entered
    response = scene.submit_form("keys:start_rollover", "idempotency_key", FIRST, **entered)
    scene.path_params["rollover"] = response["Location"].rstrip("/").rpartition("/")[2]
    run_worker()


def come(scene):
    """Let the time of the next step come, by whatever clock."""
    job = Rollover.objects.values("job").get(pk=scene.path_params["rollover"])["job"]
    reach_start(str(job))
    run_worker()


def to(scene, name):
    """Begin, and do one thing with it."""
    started(scene)
    scene.submit_form(f"keys:{name}", "idempotency_key", **({} if name == "pause" else WHY))


@page_state("keys:jwks", Role.ADMIN)
def key_sets(scene):
    second(scene)
    started(scene)
    scene.goto("keys:jwks")


@page_state("keys:jwks", Role.EDITOR)
def unusual(scene):
    scene.service["jwks"] = '{"keys": 1}'
    scene.service["federationJwks"] = json.dumps({"keys": [{"kty": "oct", "k": "x"}]})
    scene.goto("keys:jwks")


@page_state("keys:new_jwk", Role.EDITOR)
def taken_key_id(scene):
    scene.service["idTokenSignatureKeyId"] = None
    scene.goto("keys:new_jwk", "?set=jwks")
    taken = json.loads(scene.service["jwks"])["keys"][0]["kid"]
    scene.page.get_by_label("Key ID").fill(taken)
    scene.page.get_by_label("Reason").fill("Yearly")
    scene.click_button("Add key")


@page_state("keys:remove_jwk", Role.ADMIN)
def signing_key(scene):
    scene.goto("keys:remove_jwk", FIRST)


@page_state("keys:remove_jwk", Role.ADMIN)
def unused_key(scene):
    second(scene)
    scene.goto("keys:remove_jwk", "?set=jwks&key=1")


@page_state("keys:move_jwk", Role.EDITOR)
def superior_statement(scene):
    second(scene)
    scene.goto("keys:move_jwk", "?set=jwks&key=1&to=0")


@page_state("keys:start_rollover", Role.ADMIN)
def too_early(scene):
    scene.goto("keys:start_rollover", FIRST)
    scene.page.get_by_label("Wait for tokens to expire").fill("0")
    scene.page.get_by_label("Reason").fill("Yearly")
    scene.click_button("Start rollover")


@page_state("keys:rollover", Role.ADMIN)
def waits_for_caches(scene):
    started(scene)
    scene.goto("keys:rollover")


@page_state("keys:rollover", Role.ADMIN)
def stopped(scene):
    started(scene)
    scene.service["idTokenSignatureKeyId"] = "of-somebody-else"
    come(scene)
    scene.goto("keys:rollover")


@page_state("keys:rollover", Role.VIEWER)
def retired(scene):
    scene.sign_in_as(Role.ADMIN)
    started(scene)
    come(scene)
    come(scene)
    scene.sign_in_as(Role.VIEWER, "Vera")
    scene.goto("keys:rollover")


@page_state("keys:rollover", Role.ADMIN)
def reverted(scene):
    started(scene)
    come(scene)
    scene.submit_form("keys:undo", "idempotency_key", **WHY)
    run_worker()
    scene.goto("keys:rollover")


def federated(scene):
    """Begin to replace a key of a federation that two superiors vouch for."""
    scene.service.update(
        federationJwks=create_jwk_set("fed", "ES256"),
        federationSignatureKeyId="fed-es256",
        authorityHints=["https://up.example", "https://federation.example/anchor"],
    )
    place = "?set=federationJwks&key=0"
    response = scene.submit_form(
        "keys:start_rollover", "idempotency_key", place, **WHY | {"kid": "fed-2027"}
    )
    scene.path_params["rollover"] = response["Location"].rstrip("/").rpartition("/")[2]
    run_worker()


@page_state("keys:rollover", Role.ADMIN)
def waits_for_superiors(scene):
    federated(scene)
    scene.goto("keys:rollover")


@page_state("keys:share_key", Role.ADMIN)
def sharing(scene):
    federated(scene)
    scene.goto("keys:share_key")


@page_state("keys:confirm", Role.ADMIN)
def confirming(scene):
    federated(scene)
    scene.goto("keys:confirm")
    scene.page.get_by_label("Reason").fill("Both say so")
    scene.click_button("Confirm")


@page_state("keys:rollovers", Role.VIEWER)
def several(scene):
    scene.sign_in_as(Role.ADMIN)
    started(scene)
    scene.submit_form("keys:stop", "idempotency_key", **WHY)
    scene.service["jwks"] = scene.service["jwks"].replace("payments-2027", "left")
    started(scene)
    scene.sign_in_as(Role.VIEWER, "Vera")
    scene.goto("keys:rollovers")


@page_state("keys:rollovers", Role.VIEWER)
def no_rollovers(scene):
    scene.goto("keys:rollovers")


@page_state("keys:advance", Role.ADMIN)
def retiring_early(scene):
    started(scene)
    come(scene)
    scene.goto("keys:advance")


@page_state("keys:undo", Role.ADMIN)
def undoing(scene):
    started(scene)
    scene.goto("keys:undo")


@page_state("keys:stop", Role.ADMIN)
def leaving(scene):
    started(scene)
    scene.goto("keys:stop")


@page_state("keys:pause", Role.ADMIN)
def pausing(scene):
    started(scene)
    scene.goto("keys:pause")


@page_state("keys:resume", Role.ADMIN)
def resuming(scene):
    to(scene, "pause")
    scene.goto("keys:resume")
