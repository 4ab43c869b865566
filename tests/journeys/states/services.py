from copy import deepcopy

from django.db.models import F

from console.models import Note
from tenants.audit.models import AuditEntry
from tenants.models import Credential
from tenants.organizations.roles import Role
from tenants.sandbox.state import SandboxRegion
from tests.support.scene import page_state

HARBOR, CIVIC = 4_217_001, 4_217_003
NEW = "?region=us&service_name=Till&issuer=https://till.harbor.example&start=oidc"


def bare(scene):
    """Turn to a service of which hardly anything is set."""
    region = scene.sandbox.region("us")
    region.services[5] = {"apiKey": 5, "serviceName": "Bare", "modifiedAt": 1}
    region.owners[5] = HARBOR
    scene.select_service("us", "Bare")


def wallet(scene):
    """Turn to an issuer of credentials, made one of Harbor's."""
    region = scene.sandbox.region("eu")
    scene.select_service("eu", "Citizen credentials")
    region.owners[scene.path_params["service_id"]] = HARBOR


def legacy(scene):
    scene.select_service("us", "Employee sign-in")


def select_odd_service(scene):
    scene.select_service("us", "Open banking sandbox")


def meanwhile(scene, **members):
    """Somebody else changes the service from elsewhere."""
    scene.service.update(members, modifiedAt=scene.service["modifiedAt"] + 1)


@page_state("services:index", Role.EDITOR)
def full(scene):
    scene.goto("services:index")


@page_state("services:index", Role.VIEWER)
def region_unavailable(scene):
    scene.client.get(scene.path("services:index"))
    scene.sandbox.fault("html502", region="jp")
    scene.goto("services:index")


@page_state("services:index", Role.VIEWER)
def all_regions_unavailable(scene):
    scene.sandbox.fault("status", status=503)
    scene.goto("services:index")


@page_state("services:index", Role.VIEWER)
def no_results(scene):
    scene.goto("services:index", "?q=nothing+like+it")


@page_state("services:index", Role.VIEWER)
def invalid_query(scene):
    scene.goto("services:index", "?q=noSuchSetting:1")


@page_state("services:index", Role.ADMIN)
def no_region_connected(scene):
    Credential.objects.all().delete()
    scene.goto("services:index")


@page_state("services:index", Role.EDITOR)
def none(scene):
    for region in scene.sandbox.state.regions.values():
        region.services.clear()
    scene.goto("services:index")


@page_state("services:index", Role.EDITOR)
def paged(scene):
    region: SandboxRegion = scene.sandbox.region("br")
    for number in range(100, 240):
        region.services[number] = deepcopy(scene.service) | {
            "apiKey": number,
            "serviceName": f"Branch {number}",
        }
        region.owners[number] = HARBOR
    scene.goto("services:index", "?page=2&sort=-lifetime")


@page_state("services:show", Role.ADMIN)
def full_(scene):
    legacy(scene)
    scene.save_change()
    scene.goto("services:show")


@page_state("services:show", Role.EDITOR)
def with_draft(scene):
    scene.draft_change()
    scene.goto("services:show")


@page_state("services:show", Role.VIEWER)
def minimal(scene):
    bare(scene)
    scene.goto("services:show")


@page_state("services:show", Role.EDITOR)
def unusual(scene):
    select_odd_service(scene)
    scene.goto("services:show")


@page_state("services:show", Role.VIEWER)
def failed(scene):
    scene.sandbox.fault("status", status=503)
    scene.goto("services:show")


@page_state("services:show", Role.VIEWER)
def deleted(scene):
    scene.goto("services:show", service_id=404)


@page_state("services:edit", Role.EDITOR)
def one_section(scene):
    scene.goto("services:edit")


@page_state("services:edit", Role.EDITOR)
def legacy_service(scene):
    legacy(scene)
    scene.goto("services:edit", section="all")


@page_state("services:edit", Role.EDITOR)
def unusual_service(scene):
    select_odd_service(scene)
    scene.goto("services:edit", section="all", query="?show=set")


@page_state("services:edit", Role.EDITOR)
def verifiable_credentials(scene):
    wallet(scene)
    scene.goto("services:edit", section="credentials")


@page_state("services:edit", Role.EDITOR)
def with_changes(scene):
    scene.draft_change()
    scene.goto("services:edit")


@page_state("services:edit", Role.EDITOR)
def invalid(scene):
    scene.goto("services:edit", section="basics")
    scene.page.get_by_label("Issuer identifier", exact=True).fill("http://pay.harbor.example#x")
    scene.click_button("Review changes")
    scene.page.get_by_role("alert").first.wait_for()


@page_state("services:edit", Role.EDITOR)
def no_results_(scene):
    scene.goto("services:edit", "?q=no+such+setting")


@page_state("services:fields", Role.VIEWER)
def full__(scene):
    legacy(scene)
    scene.goto("services:fields")


@page_state("services:fields", Role.VIEWER)
def with_unknown_fields(scene):
    select_odd_service(scene)
    scene.goto("services:fields", "?show=set")


@page_state("services:fields", Role.ADMIN)
def with_links_to_reveal(scene):
    select_odd_service(scene)
    scene.goto("services:fields", "?show=set#unknown")


@page_state("services:note", Role.EDITOR)
def note_saved_by_someone_else(scene):
    scene.goto("services:note")
    scene.page.get_by_label("Note").fill("On call: payments team.\nAsk before a rotation.")
    scene.click_button("Save note")
    scene.goto("services:note")
    Note.objects.update(version=F("version") + 1, text="Retired in May.", author="ida@acme.example")
    scene.page.get_by_label("Note").fill("On call: identity team.")
    scene.click_button("Save note")


@page_state("services:show", Role.EDITOR)
def with_a_note(scene):
    scene.goto("services:note")
    scene.page.get_by_label("Note").fill("On call: payments team.\nAsk before a rotation.")
    scene.click_button("Save note")


@page_state("services:reveal_unknown", Role.ADMIN)
def reason_required(scene):
    select_odd_service(scene)
    scene.goto("services:reveal_unknown", "?field=riskScoring")


@page_state("services:reveal_unknown", Role.ADMIN)
def revealed(scene):
    select_odd_service(scene)
    scene.goto("services:reveal_unknown", "?field=riskScoring")
    scene.page.get_by_label("Reason").fill("Asked by its owner")
    scene.click_button("Reveal value")


@page_state("services:fields", Role.VIEWER)
def no_results__(scene):
    scene.goto("services:fields", "?q=no+such+setting")


@page_state("services:document", Role.VIEWER)
def full___(scene):
    legacy(scene)
    scene.goto("services:document")


@page_state("services:discovery", Role.VIEWER)
def full____(scene):
    scene.goto("services:discovery")


@page_state("services:discovery", Role.VIEWER)
def failed_(scene):
    scene.sandbox.fault("html502", operation="service.configuration")
    scene.sandbox.fault("status", operation="service.jwks", status=500)
    scene.goto("services:discovery")


@page_state("services:discovery", Role.VIEWER)
def minimal_(scene):
    bare(scene)
    scene.goto("services:discovery")


@page_state("services:history", Role.EDITOR)
def full_____(scene):
    scene.save_change(2700)
    scene.save_change(900, refresh_token_kept="on")
    scene.goto("services:history")


@page_state("services:history", Role.VIEWER)
def empty(scene):
    scene.goto("services:history")


@page_state("services:new", Role.EDITOR)
def initial(scene):
    scene.goto("services:new")


@page_state("services:new", Role.EDITOR)
def invalid_(scene):
    scene.goto("services:new", "?region=us&service_name=&issuer=x&start=copy")


@page_state("services:new", Role.ADMIN)
def no_region(scene):
    Credential.objects.update(number=None)
    scene.goto("services:new")


@page_state("services:create", Role.EDITOR)
def archetype(scene):
    scene.goto("services:create", NEW)


@page_state("services:create", Role.EDITOR)
def copy(scene):
    number = scene.path_params["service_id"]
    scene.goto("services:create", f"{NEW[:-4]}copy&original=us/{number}")


@page_state("services:create", Role.EDITOR)
def failed__(scene):
    scene.sandbox.fault("status", region="idp", status=500, after=True)
    scene.goto("services:create", NEW)
    scene.page.get_by_label("Reason").fill("A new till")
    scene.click_button("Create service in US")
    scene.page.get_by_role("alert").wait_for()


@page_state("services:remove", Role.ADMIN)
def confirming(scene):
    scene.goto("services:remove")


@page_state("services:remove", Role.ADMIN)
def invalid__(scene):
    scene.goto("services:remove")
    scene.page.get_by_label("Type Payments to confirm").fill("Payment")
    scene.page.get_by_label("Reason").fill("Not needed")
    scene.click_button("Delete")


@page_state("services:discard", Role.EDITOR)
def confirming_(scene):
    scene.draft_change()
    scene.goto("services:discard")


@page_state("services:review", Role.EDITOR)
def one_change(scene):
    scene.draft_change()
    scene.goto("services:review")


def require_par(scene):
    """Draft a change that affects indexed clients."""
    scene.client.get(scene.path("clients:service_clients"))
    scene.path_params["section"] = "requests"

    scene.submit_form("services:edit", "base", par_required__on="on")


@page_state("services:review", Role.EDITOR)
def affected_clients(scene):
    require_par(scene)
    scene.goto("services:review")


@page_state("services:affected_clients", Role.EDITOR)
def listed(scene):
    require_par(scene)
    scene.goto("services:affected_clients")


@page_state("services:affected_clients", Role.EDITOR)
def none_affected(scene):
    scene.goto("services:affected_clients")


@page_state("services:review", Role.EDITOR)
def no_change(scene):
    scene.goto("services:review")


@page_state("services:review", Role.EDITOR)
def already_saved(scene):
    scene.draft_change(2700)
    meanwhile(scene, accessTokenDuration=2700)
    scene.goto("services:review")


@page_state("services:review", Role.EDITOR)
def changed_by_others(scene):
    scene.draft_change()
    meanwhile(scene, refreshTokenDuration=86400)
    scene.goto("services:review")


@page_state("services:review", Role.EDITOR)
def unknown_outcome(scene):
    scene.draft_change()
    scene.sandbox.fault("reset", operation="service.update", after=True)
    scene.goto("services:review")
    scene.page.get_by_label("Reason").fill("Shorter, says risk")
    scene.click_button("Save 1 change")
    scene.page.get_by_role("alert").wait_for()


@page_state("services:review", Role.EDITOR)
def rejected(scene):
    scene.draft_change()
    scene.sandbox.fault("status", operation="service.update", status=400)
    scene.goto("services:review")
    scene.page.get_by_label("Reason").fill("Shorter, says risk")
    scene.click_button("Save 1 change")
    scene.page.get_by_role("alert").wait_for()


@page_state("services:review", Role.EDITOR)
def without_a_reason(scene):
    scene.draft_change()
    scene.goto("services:review")
    scene.page.get_by_label("Reason").fill(" ")
    scene.click_button("Save 1 change")


@page_state("services:merge", Role.EDITOR)
def conflict(scene):
    scene.draft_change(refresh_token_kept="on")
    meanwhile(scene, accessTokenDuration=60, refreshTokenDuration=86400)
    scene.goto("services:merge")


@page_state("services:merge", Role.EDITOR)
def incomplete(scene):
    conflict(scene)
    scene.page.locator("form.merge").evaluate("form => (form.noValidate = true)")
    scene.click_button("Review merged changes")
    scene.page.get_by_role("alert").wait_for()


@page_state("services:change", Role.EDITOR)
def saved(scene):
    scene.goto("services:change", entry=scene.save_change())


@page_state("services:restore", Role.EDITOR)
def secrets_only(scene):
    scene.path_params["section"] = "sign-in"
    scene.service["authenticationCallbackApiSecret"] = "one"
    name = "authentication_callback_api_secret"
    secret = {name: "replace", f"{name}__new": "another"}
    scene.submit_form("services:edit", "base", **secret)
    scene.submit_form("services:review", "reviewed", reason="Leaked", ticket="CHG-1")
    entry = AuditEntry.objects.filter(operation="service.update")[0].entry
    scene.goto("services:change", entry=entry)
    scene.click_button("Undo change")
