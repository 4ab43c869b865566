from playwright.sync_api import expect

from console.models import Lookup, Receipt
from tenants.audit.models import AuditEntry
from tenants.jobs import queue
from tenants.jobs.models import Job
from tenants.jobs.worker import JobWorker
from tenants.organizations.roles import Role
from tenants.sandbox.seeding.clients import SUBJECT_HOSTILE
from tenants.sandbox.state import StoredGrant
from tests.support.scene import page_state

SUBJECT = "cust-204188"


def look_up(scene, subject=SUBJECT):
    scene.client.post(scene.path("users:index"), {"subject": subject})
    scene.path_params["lookup"] = Lookup.objects.latest("created_at").pk


@page_state("users:index", Role.HELP_DESK)
def empty(scene):
    scene.goto("users:index")


@page_state("users:index", Role.ADMIN)
def rejected(scene):
    scene.goto("users:index")
    scene.page.get_by_role("searchbox", name="Subject").fill("x" * 101)
    scene.click_button("Find")
    scene.page.get_by_text("at most").wait_for()


def see(scene, subject=SUBJECT, query=""):
    look_up(scene, subject)
    scene.goto("users:show", query)
    expect(scene.page.locator(".waiting")).to_have_count(0)


@page_state("users:show", Role.HELP_DESK)
def all_regions(scene):
    see(scene)


@page_state("users:show", Role.HELP_DESK)
def no_region(scene):
    see(scene, "cust-000000")


@page_state("users:show", Role.HELP_DESK)
def expired_only(scene):
    see(scene, "cust-311907")


@page_state("users:show", Role.ADMIN)
def hostile_name(scene):
    see(scene, SUBJECT_HOSTILE, "?whole=yes")


@page_state("users:show", Role.HELP_DESK)
def long_name(scene):
    see(scene, "W" * 100)


@page_state("users:show", Role.HELP_DESK)
def regions_unavailable(scene):
    scene.sandbox.fault("down", region="jp")
    scene.sandbox.fault("status", status=503, region="eu", path="authorization")
    see(scene)


@page_state("users:show", Role.HELP_DESK)
def loading(scene):
    scene.page.route("**/regions/**", lambda _: None)
    look_up(scene)
    scene.goto("users:show")


@page_state("users:region", Role.HELP_DESK)
def full(scene):
    look_up(scene)
    scene.goto("users:region")


@page_state("users:region", Role.HELP_DESK)
def failed(scene):
    scene.sandbox.fault("down", region="us")
    look_up(scene)
    scene.goto("users:region")


@page_state("users:export", Role.HELP_DESK)
def confirming(scene):
    look_up(scene)
    scene.goto("users:export")


@page_state("users:export", Role.HELP_DESK)
def without_a_reason(scene):
    look_up(scene)
    scene.goto("users:export")
    scene.page.locator("textarea").fill(" ")
    scene.click_button("Download")
    scene.page.get_by_text("Enter a reason for the audit log.").wait_for()


@page_state("users:reveal", Role.ADMIN)
def confirming_(scene):
    look_up(scene)
    entry = AuditEntry.objects.get(operation="subject.search").entry
    scene.goto("users:reveal", entry=entry)


def app_of_theirs(scene):
    """The first client of Payments in us that holds a token of theirs."""
    tokens = scene.sandbox.region("us").tokens[scene.path_params["service_id"]]
    client = next(token.client_id for token in tokens if token.subject == SUBJECT)
    scene.path_params["client_id"] = client
    return client


def revoke(scene):
    """Revoke it, without looking."""
    look_up(scene)
    client = app_of_theirs(scene)
    granted = scene.sandbox.region("us").granted[scene.path_params["service_id"]]
    granted[client, SUBJECT] = StoredGrant(["openid"], ["openid", "payments"], 1)
    why = {"reason": "The phone was stolen on the train", "ticket": "INC-4471"}
    scene.submit_form("users:revoke_app", "reason", **why)
    scene.path_params["receipt"] = Receipt.objects.get().pk


@page_state("users:revoke_app", Role.HELP_DESK)
def confirming__(scene):
    look_up(scene)
    app_of_theirs(scene)
    scene.goto("users:revoke_app")


@page_state("users:revoke_app", Role.HELP_DESK)
def confirming_app(scene):
    see(scene)
    apps = scene.page.get_by_role("table").first
    apps.get_by_role("link", name="Revoke").first.click()
    scene.page.get_by_role("dialog").wait_for()


@page_state("users:region", Role.HELP_DESK)
def app_revoked(scene):
    revoke(scene)
    scene.goto("users:region")


@page_state("users:revoke_app", Role.HELP_DESK)
def unavailable(scene):
    look_up(scene)
    app_of_theirs(scene)
    scene.sandbox.fault("down", region="us")
    scene.goto("users:revoke_app")


@page_state("users:receipt", Role.HELP_DESK)
def one_app(scene):
    revoke(scene)
    scene.goto("users:receipt")


@page_state("users:receipt", Role.HELP_DESK)
def unverified(scene):
    scene.sandbox.fault("status", status=503, path="granted_scopes/delete")
    revoke(scene)
    scene.goto("users:receipt")


@page_state("users:receipt", Role.HELP_DESK)
def other_user(scene):
    revoke(scene)
    scene.sign_in_as(Role.AUDITOR)
    scene.goto("users:receipt")


@page_state("users:revoke_all", Role.HELP_DESK)
def previewed(scene):
    look_up(scene)
    scene.goto("users:revoke_all")


@page_state("users:revoke_all", Role.HELP_DESK)
def incomplete(scene):
    scene.sandbox.fault("down", region="jp")
    scene.sandbox.fault("status", status=503, region="eu", path="authorization")
    look_up(scene)
    scene.goto("users:revoke_all")


@page_state("users:revoke_all", Role.HELP_DESK)
def without_result(scene):
    look_up(scene)
    scene.goto("users:revoke_all")
    scene.page.locator("textarea").fill("Account taken over")
    scene.page.locator("[name=typed]").fill("xxxx")
    scene.click_button("Revoke all")
    scene.page.get_by_text("This doesn't match the end").wait_for()


def revoke_all(scene, subject=SUBJECT, *, work=True):
    look_up(scene, subject)
    why = {"reason": "Account taken over", "ticket": "INC-4471", "typed": subject[-4:]}
    scene.submit_form("users:revoke_all", "typed", **why)
    scene.path_params["receipt"] = Receipt.objects.get().pk
    queue.record_heartbeat("scene")
    if work:
        JobWorker("scene", until_empty=True).run()


@page_state("users:receipt", Role.HELP_DESK)
def in_progress(scene):
    revoke_all(scene, work=False)
    scene.goto("users:receipt")


@page_state("users:receipt", Role.HELP_DESK)
def all_apps(scene):
    revoke_all(scene)
    scene.goto("users:receipt")


@page_state("users:receipt", Role.HELP_DESK)
def waiting_for_a_region(scene):
    scene.sandbox.fault("down", region="jp")
    revoke_all(scene)
    scene.goto("users:receipt")


@page_state("jobs:cancel", Role.HELP_DESK)
def missing_region(scene):
    scene.sandbox.fault("down", region="jp")
    revoke_all(scene)
    scene.path_params["job"] = Job.objects.get().pk
    scene.goto("jobs:cancel")


@page_state("users:receipt", Role.HELP_DESK)
def ended_missing_region(scene):
    missing_region(scene)
    scene.click_button("Stop and skip these")
    scene.page.get_by_text("not confirmed").first.wait_for()


@page_state("users:receipt", Role.HELP_DESK)
def nothing_revoked(scene):
    revoke_all(scene, "cust-000000")
    scene.goto("users:receipt")
