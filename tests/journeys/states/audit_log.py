from playwright.sync_api import expect

from console.models import SavedSearch
from tenants.audit.actor import Actor
from tenants.audit.events import SIGN_OUT, WEBHOOK_TEST
from tenants.audit.models import AuditEntry
from tenants.audit.recorder import record_event
from tenants.audit.retention.expiry import delete_expired_entries
from tenants.jobs.models import Job
from tenants.jobs.worker import JobWorker
from tenants.models import Organization
from tenants.organizations.roles import Role
from tests.journeys.states.organization import busy
from tests.support.backdating import backdate_entries
from tests.support.scene import page_state


def newest(**columns):
    return AuditEntry.objects.filter(**columns)[0].entry


@page_state("audit:index", Role.ADMIN)
def full(scene):
    busy(scene)
    scene.goto("audit:index")


@page_state("audit:index", Role.ADMIN)
def with_filters(scene):
    busy(scene)
    scene.goto("audit:index", "?effect=change&ticket=CHG-2107")


@page_state("audit:index", Role.AUDITOR)
def no_results(scene):
    scene.goto("audit:index", "?q=nothing+like+it")


@page_state("audit:index", Role.AUDITOR)
def invalid_query(scene):
    scene.goto("audit:index", "?q=noSuchFilter:1")


@page_state("audit:index", Role.AUDITOR)
def continued(scene):
    scene.goto("audit:index")
    box = scene.page.get_by_label("Search the audit log")
    box.press_sequentially("out")
    expect(scene.page.locator("#completions [role=option]")).to_have_count(1)
    box.press("ArrowDown")


@page_state("audit:index", Role.AUDITOR)
def suggestions(scene):
    scene.goto("audit:index", "?-outcome=refused&actor=setup")
    scene.page.get_by_text("Search syntax").click()


def saved(scene):
    body = {"name": "Refused or lost", "query": "-outcome=done", "pinned": "on"}
    scene.client.post(scene.path("searches:new"), body | {"shared": "on"})
    return SavedSearch.objects.get().pk


@page_state("searches:index", Role.AUDITOR)
def none(scene):
    scene.goto("searches:index")


@page_state("searches:index", Role.AUDITOR)
def some(scene):
    saved(scene)
    scene.goto("searches:index")


@page_state("searches:new", Role.AUDITOR)
def saving(scene):
    scene.goto("searches:new", "?-outcome=done&ticket=CHG-2107")


@page_state("searches:edit", Role.AUDITOR)
def changing(scene):
    scene.goto("searches:edit", search=saved(scene))


@page_state("searches:remove", Role.AUDITOR)
def removing(scene):
    scene.goto("searches:remove", search=saved(scene))


@page_state("audit:entry", Role.ADMIN)
def change(scene):
    scene.goto("audit:entry", entry=scene.save_change())


@page_state("audit:entry", Role.ADMIN)
def unknown_outcome(scene):
    scene.goto("audit:entry", entry=_lost(scene, after=True))


def _lost(scene, **fault):
    scene.draft_change()
    scene.sandbox.fault("reset", operation="service.update", times=1, **fault)
    scene.submit_form("services:review", "reviewed", reason="Shorter", ticket="CHG-2107")
    return newest(operation="service.update")


@page_state("audit:unresolved", Role.ADMIN)
def some_(scene):
    _lost(scene, after=True)
    scene.goto("audit:unresolved")


@page_state("audit:unresolved", Role.AUDITOR)
def none_(scene):
    scene.goto("audit:unresolved")


@page_state("audit:resolve_all", Role.ADMIN)
def resolving_all(scene):
    _lost(scene, after=True)
    scene.goto("audit:resolve_all")


@page_state("jobs:show", Role.ADMIN)
def all_resolved(scene):
    _lost(scene, after=True)
    scene.submit_form("audit:resolve_all", "reason", reason="After the outage")
    JobWorker("scene", until_empty=True).run()
    scene.path_params["job"] = Job.objects.get().pk
    scene.goto("jobs:show")


@page_state("audit:resolve", Role.ADMIN)
def resolved(scene):
    scene.goto("audit:resolve", entry=_lost(scene, after=True))


@page_state("audit:resolve", Role.ADMIN)
def already_resolved(scene):
    entry = _lost(scene, after=True)
    scene.service["description"] = "Somebody else's"
    scene.goto("audit:resolve", entry=entry)


@page_state("audit:entry", Role.ADMIN)
def rejection(scene):
    scene.sandbox.fault("status", operation="service.get", status=403)
    scene.client.get(scene.path("services:show"))
    scene.goto("audit:entry", entry=newest(operation="service.get"))


@page_state("audit:entry")
def sign_in(scene):
    scene.sign_in_with_password()
    scene.goto("audit:entry", entry=newest(operation__startswith="sign"))


@page_state("audit:access_review", Role.AUDITOR)
def today(scene):
    busy(scene)
    scene.goto("audit:access_review")


@page_state("audit:access_review", Role.AUDITOR)
def invalid_date(scene):
    scene.goto("audit:access_review", "?on=1890-01-01")


def removed(scene):
    """Some entries of years ago; the id of one that was removed."""
    home = Organization.objects.get(slug="harbor")
    actor = Actor(0, "worker", organization_id=home.pk, organization=home.slug)
    with backdate_entries(3000):
        record_event(actor, SIGN_OUT)
        record_event(actor, WEBHOOK_TEST, label="SIEM")
    entry = newest(operation="webhook.test")
    assert sum(delete_expired_entries(lambda _: actor)) == 2
    return entry


@page_state("audit:retention", Role.AUDITOR)
def with_removed_entries(scene):
    removed(scene)
    scene.goto("audit:retention")


@page_state("audit:entry", Role.AUDITOR)
def removed_(scene):
    scene.goto("audit:entry", entry=removed(scene))


@page_state("audit:entry", Role.AUDITOR)
def removal(scene):
    removed(scene)
    scene.goto("audit:entry", entry=newest(operation="audit.expire"))


@page_state("audit:export_file", Role.AUDITOR)
def printed(scene):
    busy(scene)
    scene.goto("audit:export_file", "?format=print&effect=change")
