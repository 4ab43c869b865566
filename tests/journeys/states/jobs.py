from datetime import UTC, datetime, timedelta

from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.audit.reconciliation.resolutions import resolve
from tenants.authlete.operation import Effect
from tenants.authlete.outcome import Outcome
from tenants.jobs import control, queue
from tenants.jobs.models import Item, Job, NewItem
from tenants.jobs.registry import ItemResult, job_handler
from tenants.jobs.worker import JobWorker
from tenants.models import Organization
from tenants.organizations.roles import Role
from tests.journeys.states.services import HARBOR
from tests.support.scene import page_state


@job_handler("scene.lifetime", permission=Effect.CHANGE)
def lifetime(work, item):
    api = work.connect(item.region).service(item.service_id)
    service = api.get()
    if service.get("accessTokenDuration") == 1800:
        return ItemResult("It is so already.", changed=False)
    api.update(service.modified_at, {"accessTokenDuration": 1800})
    return ItemResult("Access tokens live 30 min now.")


def us(scene):
    home = Organization.objects.get(slug="harbor")
    role = scene.user.membership_set.get().role
    return Actor(scene.user.pk, scene.user.username, role, home.pk, home.slug, "page")


def job(scene, **options):
    """A job over every service of Harbor in us, and one that is gone."""
    region = scene.sandbox.region("us")
    items = [
        NewItem("us", number, label=service["serviceName"])
        for number, service in region.services.items()
        if region.owners[number] == HARBOR
    ]
    items.insert(1, NewItem("us", 999, label="Loyalty points (closed)"))
    home = Organization.objects.get(slug="harbor")
    told = {"reason": "Shorter, says risk", "ticket": "CHG-2107"} | options
    title = "Let access tokens live 30 minutes"
    made = control.start_job(us(scene), home, "scene.lifetime", title, items, **told)
    scene.path_params["job"] = made.pk
    return made


def ended(scene):
    job(scene)
    JobWorker("scene", until_empty=True).run()


def waiting(scene):
    scene.sandbox.fault("status", status=503)
    ended(scene)


def scheduled(scene):
    job(scene, run_at=datetime.now(UTC) + timedelta(hours=5))


def paused(scene):
    control.pause_job(job(scene), us(scene))


@page_state("jobs:index", Role.EDITOR)
def full(scene):
    ended(scene)
    scheduled(scene)
    paused(scene)
    waiting(scene)
    job(scene)
    scene.goto("jobs:index")


@page_state("jobs:index", Role.VIEWER)
def empty(scene):
    scene.goto("jobs:index")


@page_state("jobs:index", Role.HELP_DESK)
def empty_for_help_desk(scene):
    scene.goto("jobs:index")


@page_state("jobs:index", Role.EDITOR)
def no_results(scene):
    scene.goto("jobs:index", "?state=refused")


@page_state("jobs:index", Role.EDITOR)
def no_worker(scene):
    job(scene)
    scene.goto("jobs:index")


@page_state("jobs:show", Role.EDITOR)
def running(scene):
    running_job = job(scene)
    Job.objects.filter(pk=running_job.pk).update(state="running", started_at=running_job.created_at)
    Item.objects.filter(position__lte=2).update(state="done", text="Done.")
    Item.objects.filter(position=3).update(state="running")
    queue.record_heartbeat("scene")
    scene.goto("jobs:show")


@page_state("jobs:show", Role.ADMIN)
def ended_with_failures(scene):
    ended(scene)
    Item.objects.filter(position=3).update(state="unknown", text="No answer came.")
    Item.objects.filter(position=4).update(state="skipped", text="")
    scene.goto("jobs:show")


@page_state("jobs:show", Role.VIEWER)
def of_one_outcome(scene):
    scene.sign_in_as(Role.EDITOR)
    ended(scene)
    scene.sign_in_as(Role.VIEWER, "Vera")
    scene.goto("jobs:show", "?outcome=unknown")


@page_state("jobs:show", Role.EDITOR)
def waiting_for_a_region(scene):
    waiting(scene)
    scene.goto("jobs:show")


@page_state("jobs:show", Role.EDITOR)
def scheduled_(scene):
    scheduled(scene)
    scene.goto("jobs:show")


@page_state("jobs:show", Role.EDITOR)
def stopped(scene):
    paused(scene)
    Job.objects.update(error="US: Authlete rejected the credential")
    scene.goto("jobs:show")


@page_state("jobs:show", Role.EDITOR)
def permission_lost(scene):
    job(scene)
    Job.objects.update(state="refused", error="Whoever started it may not any more.")
    scene.goto("jobs:show")


@page_state("jobs:pause", Role.EDITOR)
def confirming(scene):
    job(scene)
    scene.goto("jobs:pause")


@page_state("jobs:resume", Role.EDITOR)
def confirming_(scene):
    paused(scene)
    scene.goto("jobs:resume")


@page_state("jobs:cancel", Role.EDITOR)
def confirming__(scene):
    job(scene)
    scene.goto("jobs:cancel")


@page_state("jobs:retry", Role.EDITOR)
def confirming___(scene):
    ended(scene)
    scene.goto("jobs:retry")


@page_state("jobs:show", Role.EDITOR)
def item_resolved(scene):
    """An item's outcome was unknown and was resolved by somebody."""
    ended(scene)
    entry = AuditEntry.objects.filter(operation="service.update", outcome="done")[0]
    Item.objects.filter(state="done").update(state="unknown", entry=entry.entry)
    AuditEntry.objects.filter(seq=entry.seq).update(outcome="unknown")
    resolve(us(scene), entry, Outcome.SUCCEEDED, "Compared with Authlete")
    scene.goto("jobs:show")
