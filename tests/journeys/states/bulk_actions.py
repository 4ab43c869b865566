from datetime import timedelta

from django.utils import timezone

from console.models import KnownService
from tenants.organizations.roles import Role
from tests.journeys.states.client_lists import fill
from tests.journeys.states.services import HARBOR
from tests.support.forms import URLENCODED, fill_form
from tests.support.scene import page_state


def choose(scene, count=4, **other):
    """Choose the first clients of the service that the scene is at."""
    fill(scene, max(count, 4))
    region, number = scene.path_params["region"], scene.path_params["service_id"]
    places = [f"{region}/{number}/{client_id}" for client_id in range(1, count + 1)]
    sent = {"within": f"{region}/{number}", "object": places, **other}
    path = scene.client.post(scene.path("clients:bulk_select"), sent)["Location"]
    scene.path_params["selection"] = path.rstrip("/").rpartition("/")[2]
    return path


def preview(scene, path, action="lock", setting="", **entered):
    if action == "set":
        path = f"{path}set/{setting}/"
        body = fill_form(scene.client.get(path), "base", **entered)
        scene.client.post(path, body, content_type=URLENCODED)
    else:
        scene.client.post(path, {"action": action})
    scene.goto("clients:bulk_preview")


@page_state("clients:bulk_select", Role.EDITOR)
def none_selected(scene):
    scene.goto("clients:bulk_select")


@page_state("clients:bulk_action", Role.ADMIN)
def some_selected(scene):
    choose(scene)
    scene.goto("clients:bulk_action")


@page_state("clients:bulk_action", Role.EDITOR)
def more_than_shown(scene):
    choose(scene, 30, all="yes", shown="12")
    scene.goto("clients:bulk_action")


@page_state("clients:bulk_action", Role.EDITOR)
def incomplete(scene):
    scene.client.get(scene.path("clients:index"))
    KnownService.objects.update(clients_at=timezone.now() - timedelta(days=3))
    KnownService.objects.filter(region="jp").update(clients_problem="it was down")
    sent = {"all": "yes", "query": "q=campaign", "shown": "2"}
    path = scene.client.post(scene.path("clients:bulk_select"), sent)["Location"]
    scene.path_params["selection"] = path.rstrip("/").rpartition("/")[2]
    scene.goto("clients:bulk_action")


@page_state("clients:bulk_action", Role.EDITOR)
def no_setting(scene):
    choose(scene)
    scene.goto("clients:bulk_action")
    scene.click_button("Enter the value")


@page_state("clients:bulk_action", Role.EDITOR)
def too_many(scene):
    choose(scene)
    scene.sign_in_as(Role.EDITOR, "Somebody Else")
    scene.goto("clients:bulk_action")


@page_state("clients:bulk_setting", Role.EDITOR)
def flag(scene):
    choose(scene)
    scene.goto("clients:bulk_setting", setting="pkceRequired")


@page_state("clients:bulk_setting", Role.EDITOR)
def invalid_list(scene):
    choose(scene)
    scene.goto("clients:bulk_setting", setting="redirectUris")
    scene.page.get_by_label("Add entries").check()
    scene.click_button("Preview")


@page_state("clients:bulk_preview", Role.EDITOR)
def locking(scene):
    path = choose(scene)
    mine = scene.sandbox.region(scene.path_params["region"]).clients
    mine[scene.path_params["service_id"]].pop(4)
    preview(scene, path)


@page_state("clients:bulk_preview", Role.EDITOR)
def locking_many(scene):
    preview(scene, choose(scene, 130))
    scene.page.get_by_label("Reason").fill("Old host")
    scene.page.get_by_label("Type").fill("12")
    scene.click_button("Lock")


@page_state("clients:bulk_preview", Role.EDITOR)
def breaking_setting(scene):
    preview(scene, choose(scene), "set", "tokenAuthMethod", token_auth_method="PRIVATE_KEY_JWT")


@page_state("clients:bulk_preview", Role.EDITOR)
def adding_to_lists(scene):
    uris = ["https://new.example.com/callback", "https://other.example.com/callback"]
    preview(scene, choose(scene), "set", "redirectUris", redirect_uris__item=uris, mode="add")


@page_state("clients:bulk_preview", Role.EDITOR)
def none_readable(scene):
    path = choose(scene)
    scene.sandbox.fault("status", operation="client.get", status=503)
    preview(scene, path)


@page_state("clients:bulk_preview", Role.ADMIN)
def rotating(scene):
    preview(scene, choose(scene), "rotate")


@page_state("clients:bulk_preview", Role.EDITOR)
def no_change(scene):
    preview(scene, choose(scene, 2), "unlock")


def choose_services(scene):
    """Choose all services of the scene's region."""
    region = scene.path_params["region"]
    owners = scene.sandbox.region(region).owners
    places = [f"{region}/{number}" for number, owner in owners.items() if owner == HARBOR]
    path = scene.client.post(scene.path("services:bulk_select"), {"object": places})["Location"]
    scene.path_params["selection"] = path.rstrip("/").rpartition("/")[2]
    return path


@page_state("services:bulk_select", Role.EDITOR)
def no_service_selected(scene):
    scene.goto("services:bulk_select")


@page_state("services:bulk_action", Role.EDITOR)
def services_selected(scene):
    choose_services(scene)
    scene.goto("services:bulk_action")


@page_state("services:bulk_setting", Role.EDITOR)
def duration(scene):
    choose_services(scene)
    scene.goto("services:bulk_setting", setting="accessTokenDuration")


@page_state("services:bulk_preview", Role.EDITOR)
def clients_affected(scene):
    fill(scene, 4)
    scene.client.get(scene.path("clients:index"))
    path = f"{choose_services(scene)}set/parRequired/"
    body = fill_form(scene.client.get(path), "base", par_required__on="on")
    scene.client.post(path, body, content_type=URLENCODED)
    scene.goto("services:bulk_preview")
