"""States of client actions: lock, scopes, deletion."""

from tenants.organizations.roles import Role
from tenants.sandbox.state import StoredToken
from tests.journeys.states.client import ledger
from tests.support.scene import page_state

LATE = 4_102_444_800_000  # milliseconds since 1970: the year 2100


def alive(scene, number):
    """Give the client so many live tokens."""
    scene.sandbox.region("us").tokens[scene.path_params["service_id"]] = [
        StoredToken(f"hash-{at}", 44, "AUTHORIZATION_CODE", ("openid",), 1, LATE, "ann")
        for at in range(number)
    ]


@page_state("clients:lock", Role.EDITOR)
def locking(scene):
    ledger(scene)
    alive(scene, 1234)
    scene.goto("clients:lock")


@page_state("clients:lock", Role.EDITOR)
def unlocking(scene):
    ledger(scene, locked=True)
    scene.goto("clients:lock")


@page_state("clients:lock", Role.EDITOR)
def not_counted(scene):
    ledger(scene)
    scene.sandbox.fault("status", operation="token.list", status=403)
    scene.goto("clients:lock")


@page_state("clients:lock", Role.EDITOR)
def rejected(scene):
    ledger(scene)
    scene.goto("clients:lock")
    scene.sandbox.fault("status", operation="client.set_lock", status=403)
    scene.page.get_by_label("Reason").fill("Bad redirect host")
    scene.click_button("Lock Ledger sync")


@page_state("clients:scopes", Role.EDITOR)
def limited(scene):
    ledger(scene)
    scene.goto("clients:scopes")


@page_state("clients:scopes", Role.EDITOR)
def unlimited(scene):
    ledger(scene, extension=None)
    scene.goto("clients:scopes")


@page_state("clients:scopes", Role.EDITOR)
def no_scopes(scene):
    ledger(scene, extension={"requestableScopesEnabled": True, "requestableScopes": []})
    scene.service["supportedScopes"] = []
    scene.goto("clients:scopes")


@page_state("clients:scopes", Role.EDITOR)
def reviewed(scene):
    ledger(scene)
    scene.goto("clients:scopes")
    scene.page.get_by_label("Any scope of the service").check()
    scene.click_button("Review change")


@page_state("clients:scopes", Role.EDITOR)
def none_selected(scene):
    ledger(scene, extension=None)
    scene.goto("clients:scopes")
    scene.page.get_by_label("Selected scopes").check()
    scene.click_button("Review change")


@page_state("clients:remove", Role.ADMIN)
def deleting(scene):
    ledger(scene)
    alive(scene, 12)
    scene.goto("clients:remove")


@page_state("clients:remove", Role.ADMIN)
def locked_not_counted(scene):
    ledger(scene, locked=True)
    scene.sandbox.fault("status", operation="token.list", status=503)
    scene.goto("clients:remove")


@page_state("clients:remove", Role.ADMIN)
def rejected_as_locked(scene):
    ledger(scene, locked=True)
    scene.goto("clients:remove")
    scene.sandbox.fault("status", operation="client.delete", status=403, code="A026204")
    scene.page.get_by_label("Type Ledger sync to confirm").fill("Ledger sync")
    scene.page.get_by_label("Reason").fill("Closed")
    scene.click_button("Delete Ledger sync")


@page_state("clients:remove", Role.ADMIN)
def wrong_confirmation(scene):
    ledger(scene)
    scene.goto("clients:remove")
    scene.page.get_by_label("Type Ledger sync to confirm").fill("Ledger")
    scene.page.get_by_label("Reason").fill("Closed")
    scene.click_button("Delete Ledger sync")
