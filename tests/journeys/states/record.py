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
from tests.support.backdating import ago
from tests.support.scene import state


def newest(**what):
    return AuditEntry.objects.filter(**what)[0].entry


@state("audit:index", Role.ADMIN)
def full(scene):
    busy(scene)
    scene.goto("audit:index")


@state("audit:index", Role.ADMIN)
def with_filters(scene):
    busy(scene)
    scene.goto("audit:index", "?effect=change&ticket=CHG-2107")


@state("audit:index", Role.AUDITOR)
def none_fits(scene):
    scene.goto("audit:index", "?q=nothing+like+it")


@state("audit:index", Role.AUDITOR)
def not_understood(scene):
    scene.goto("audit:index", "?q=noSuchFilter:1")


@state("audit:index", Role.AUDITOR)
def going_on(scene):
    scene.goto("audit:index")
    box = scene.page.get_by_label("Search the record")
    box.press_sequentially("out")
    expect(scene.page.locator("#completions [role=option]")).to_have_count(1)
    box.press("ArrowDown")


@state("audit:index", Role.AUDITOR)
def what_can_be_typed(scene):
    scene.goto("audit:index", "?-outcome=refused&actor=setup")
    scene.page.get_by_text("What can be typed").click()


def saved(scene):
    body = {"name": "Refused or lost", "query": "-outcome=done", "pinned": "on"}
    scene.client.post(scene.path("searches:new"), body | {"shared": "on"})
    return SavedSearch.objects.get().pk


@state("searches:index", Role.AUDITOR)
def none_saved(scene):
    scene.goto("searches:index")


@state("searches:index", Role.AUDITOR)
def some_saved(scene):
    saved(scene)
    scene.goto("searches:index")


@state("searches:new", Role.AUDITOR)
def saving(scene):
    scene.goto("searches:new", "?-outcome=done&ticket=CHG-2107")


@state("searches:edit", Role.AUDITOR)
def changing(scene):
    scene.goto("searches:edit", search=saved(scene))


@state("searches:remove", Role.AUDITOR)
def removing(scene):
    scene.goto("searches:remove", search=saved(scene))


@state("audit:entry", Role.ADMIN)
def of_a_change(scene):
    scene.goto("audit:entry", entry=scene.save())


@state("audit:entry", Role.ADMIN)
def of_an_unknown_end(scene):
    scene.goto("audit:entry", entry=_lost(scene, after=True))


def _lost(scene, **fault):
    scene.draft()
    scene.sandbox.fault("reset", operation="service.update", times=1, **fault)
    scene.send("services:review", "reviewed", reason="Shorter", ticket="CHG-2107")
    return newest(operation="service.update")


@state("audit:unresolved", Role.ADMIN)
def some_unknown(scene):
    _lost(scene, after=True)
    scene.goto("audit:unresolved")


@state("audit:unresolved", Role.AUDITOR)
def nothing_unknown(scene):
    scene.goto("audit:unresolved")


@state("audit:resolve_all", Role.ADMIN)
def all_that_is_unknown(scene):
    _lost(scene, after=True)
    scene.goto("audit:resolve_all")


@state("jobs:show", Role.ADMIN)
def all_were_settled(scene):
    _lost(scene, after=True)
    scene.send("audit:resolve_all", "reason", reason="After the outage")
    JobWorker("scene", until_empty=True).run()
    scene.places["job"] = Job.objects.get().pk
    scene.goto("jobs:show")


@state("audit:resolve", Role.ADMIN)
def was_done(scene):
    scene.goto("audit:resolve", entry=_lost(scene, after=True))


@state("audit:resolve", Role.ADMIN)
def overtaken(scene):
    entry = _lost(scene, after=True)
    scene.service["description"] = "Somebody else's"
    scene.goto("audit:resolve", entry=entry)


@state("audit:entry", Role.ADMIN)
def of_a_refusal(scene):
    scene.sandbox.fault("status", status=403)
    scene.client.get(scene.path("services:show"))
    scene.goto("audit:entry", entry=newest(operation="service.get"))


@state("audit:entry")
def of_a_sign_in(scene):
    scene.sign_in()
    scene.goto("audit:entry", entry=newest(operation__startswith="sign"))


@state("audit:access_review", Role.AUDITOR)
def of_today(scene):
    busy(scene)
    scene.goto("audit:access_review")


@state("audit:access_review", Role.AUDITOR)
def of_no_day(scene):
    scene.goto("audit:access_review", "?on=1890-01-01")


def removed(scene):
    """Some entries of years ago; the id of one that was removed."""
    home = Organization.objects.get(slug="harbor")
    who = Actor(0, "worker", organization_id=home.pk, organization=home.slug)
    with ago(3000):
        record_event(who, SIGN_OUT)
        record_event(who, WEBHOOK_TEST, label="SIEM")
    gone = newest(operation="webhook.test")
    assert sum(delete_expired_entries(lambda _: who)) == 2
    return gone


@state("audit:retention", Role.AUDITOR)
def some_removed(scene):
    removed(scene)
    scene.goto("audit:retention")


@state("audit:entry", Role.AUDITOR)
def of_what_was_removed(scene):
    scene.goto("audit:entry", entry=removed(scene))


@state("audit:entry", Role.AUDITOR)
def of_a_removal(scene):
    removed(scene)
    scene.goto("audit:entry", entry=newest(operation="audit.expire"))


@state("audit:export_file", Role.AUDITOR)
def printed(scene):
    busy(scene)
    scene.goto("audit:export_file", "?format=print&effect=change")
