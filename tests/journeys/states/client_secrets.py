from console.models import Rotation
from tenants.organizations.roles import Role
from tests.support.scene import page_state

WHY = {"reason": "Yearly rotation, it is over a year old", "ticket": "CHG-2101"}
LEDGER = {
    "number": 1,
    "clientId": 4471,
    "clientIdAlias": "4471",
    "clientName": "Ledger sync",
    "clientType": "CONFIDENTIAL",
    "clientSecret": "not-one-that-anybody-may-see",
    "tokenAuthMethod": "CLIENT_SECRET_BASIC",
    "createdAt": 1_700_000_000_000,
    "modifiedAt": 1,
}


def ledger(scene, **members):
    """Turn to a client whose secret is over a year old."""
    region = scene.sandbox.region(scene.path_params["region"])
    region.clients[scene.path_params["service_id"]][4471] = LEDGER | members
    scene.path_params["client_id"] = 4471


def staged(scene, *, stored=True):
    ledger(scene)
    scene.submit_form("clients:stage", "reason", **WHY)
    if stored:
        scene.client.post(scene.path("clients:confirm_stored"))


def activated(scene):
    staged(scene)
    scene.submit_form("clients:activate", "reason")


def replaced_elsewhere(scene):
    region = scene.sandbox.region(scene.path_params["region"])
    client = region.clients[scene.path_params["service_id"]][4471]
    client["clientSecret"] = "from-elsewhere"


def give_a_reason(scene, button):
    scene.page.get_by_label("Reason").fill(WHY["reason"])
    scene.click_button(button)


@page_state("clients:secret", Role.ADMIN)
def old(scene):
    ledger(scene)
    scene.goto("clients:secret")


@page_state("clients:secret", Role.VIEWER)
def read_only(scene):
    ledger(scene)
    scene.goto("clients:secret")


@page_state("clients:secret", Role.ADMIN)
def unused(scene):
    ledger(scene, tokenAuthMethod="PRIVATE_KEY_JWT")
    scene.goto("clients:secret")


@page_state("clients:secret", Role.ADMIN)
def not_stored(scene):
    staged(scene, stored=False)
    scene.goto("clients:secret")


@page_state("clients:secret", Role.ADMIN)
def stored(scene):
    staged(scene)
    scene.goto("clients:secret")


@page_state("clients:secret", Role.ADMIN)
def active(scene):
    activated(scene)
    scene.goto("clients:secret")


@page_state("clients:secret", Role.ADMIN)
def unknown_secret(scene):
    staged(scene)
    row = Rotation.objects.get()
    row.transition(Rotation.State.ACTIVATING)
    scene.goto("clients:secret")


@page_state("clients:reveal", Role.ADMIN)
def reason_required(scene):
    ledger(scene)
    scene.goto("clients:reveal")


@page_state("clients:reveal", Role.ADMIN)
def codes_shown(scene):
    ledger(scene)
    scene.goto("clients:reveal")
    give_a_reason(scene, "Reveal secret")


@page_state("clients:rotate", Role.ADMIN)
def warns(scene):
    ledger(scene)
    scene.goto("clients:rotate")


@page_state("clients:rotate", Role.ADMIN)
def rotated(scene):
    ledger(scene)
    scene.goto("clients:rotate")
    give_a_reason(scene, "Rotate now")


@page_state("clients:rotate", Role.ADMIN)
def unknown_but_succeeded(scene):
    ledger(scene)
    scene.sandbox.fault("reset", operation="client.refresh_secret", after=True, times=1)
    scene.goto("clients:rotate")
    give_a_reason(scene, "Rotate now")


@page_state("clients:rotate", Role.ADMIN)
def unknown_outcome(scene):
    ledger(scene)
    scene.sandbox.fault("reset", operation="client.refresh_secret", times=1)
    scene.goto("clients:rotate")
    give_a_reason(scene, "Rotate now")


@page_state("clients:rotate", Role.ADMIN)
def rejected(scene):
    ledger(scene)
    scene.sandbox.fault("status", operation="client.refresh_secret", status=403)
    scene.goto("clients:rotate")
    give_a_reason(scene, "Rotate now")


@page_state("clients:set_secret", Role.ADMIN)
def empty(scene):
    ledger(scene)
    scene.goto("clients:set_secret")


@page_state("clients:set_secret", Role.ADMIN)
def invalid_secret(scene):
    ledger(scene)
    scene.goto("clients:set_secret")
    scene.page.get_by_label("New secret").fill("a b")
    give_a_reason(scene, "Set secret")


@page_state("clients:set_secret", Role.ADMIN)
def secret_set(scene):
    ledger(scene)
    scene.goto("clients:set_secret")
    scene.page.get_by_label("New secret").fill("chosen-by-somebody")
    give_a_reason(scene, "Set secret")


@page_state("clients:stage", Role.ADMIN)
def staged_(scene):
    ledger(scene)
    scene.goto("clients:stage")


@page_state("clients:stage", Role.ADMIN)
def created(scene):
    ledger(scene)
    scene.goto("clients:stage")
    give_a_reason(scene, "Generate")


def made_by_a_job(scene):
    staged(scene, stored=False)
    Rotation.objects.update(shown_at=None)


@page_state("clients:reveal_staged", Role.ADMIN)
def not_revealed(scene):
    made_by_a_job(scene)
    scene.goto("clients:reveal_staged")


@page_state("clients:reveal_staged", Role.ADMIN)
def revealed(scene):
    made_by_a_job(scene)
    scene.goto("clients:reveal_staged")
    scene.click_button("Show secret")


@page_state("clients:confirm_stored", Role.ADMIN)
def confirming(scene):
    staged(scene, stored=False)
    scene.goto("clients:confirm_stored")


@page_state("clients:activate", Role.ADMIN)
def ready(scene):
    staged(scene)
    scene.goto("clients:activate")


@page_state("clients:activate", Role.ADMIN)
def changed(scene):
    staged(scene, stored=False)
    replaced_elsewhere(scene)
    scene.goto("clients:activate")


@page_state("clients:undo", Role.ADMIN)
def ready_(scene):
    activated(scene)
    scene.goto("clients:undo")


@page_state("clients:undo", Role.ADMIN)
def changed_(scene):
    activated(scene)
    replaced_elsewhere(scene)
    scene.goto("clients:undo")


@page_state("clients:discard_staged", Role.ADMIN)
def confirming_(scene):
    staged(scene)
    scene.goto("clients:discard_staged")


@page_state("clients:delete_old_secret", Role.ADMIN)
def confirming__(scene):
    activated(scene)
    scene.goto("clients:delete_old_secret")


@page_state("clients:overdue_secrets", Role.ADMIN)
def full(scene):
    scene.goto("clients:index")
    scene.goto("clients:overdue_secrets")


@page_state("clients:overdue_secrets", Role.VIEWER)
def no_history(scene):
    scene.goto("clients:overdue_secrets")


@page_state("clients:rotations", Role.ADMIN)
def every_stage(scene):
    activated(scene)
    scene.goto("clients:rotations")


@page_state("clients:rotations", Role.ADMIN)
def by_a_job(scene):
    made_by_a_job(scene)
    scene.goto("clients:rotations")


@page_state("clients:rotations", Role.VIEWER)
def none(scene):
    scene.goto("clients:rotations")
