from tenants.roles import Role
from tests.journeys.scene import state


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
