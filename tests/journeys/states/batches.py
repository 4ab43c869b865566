import json
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from console.batches.periodic_tasks import notification_url
from console.models import Batch, BatchRequest
from tenants.jobs import queue
from tenants.jobs.models import Job
from tenants.jobs.worker import JobWorker
from tenants.organizations.roles import Role
from tests.support.forms import fill_form
from tests.support.scene import page_state

WHY = {"reason": "Tokens of the old platform", "ticket": "CHG-2107"}
KIND = "AUTHORIZATION_CODE"


def lines(scene, count, *bad):
    """A file of so many tokens, and lines that are wrong."""
    scene.select_service("us", "Employee sign-in")
    client = scene.path_params["client_id"]
    lines_found = [
        json.dumps({"grantType": KIND, "clientId": client, "subject": f"cust-{number}"})
        for number in range(count)
    ]
    return "\n".join([*lines_found, *bad])


def upload(scene, text, name="old-platform-tokens.jsonl"):
    """Send a file, not checked yet."""
    path = scene.path("batches:new")
    form = fill_form(scene.client.get(path), "idempotency_key")
    key = form.partition("idempotency_key=")[2].partition("&")[0]
    file = SimpleUploadedFile(name, text.encode())
    scene.client.post(path, {"idempotency_key": key, "file": file})
    scene.path_params["batch"] = Batch.objects.latest("created_at").pk


def run_worker():
    JobWorker("scene", until_empty=True).run()


def checked(scene, count=12):
    upload(scene, lines(scene, count))
    run_worker()


def faulty(scene):
    wrong = [
        '{"grantType": "PASSWORD2", "clientId": 1, "subject": "x"}',
        '{"grantType": "AUTHORIZATION_CODE", "clientId": 1',
        '{"grantType": "AUTHORIZATION_CODE", "clientId": "1", "scopes": ["x"]}',
    ]
    upload(scene, lines(scene, 3, *wrong))
    run_worker()


def dry_run(scene):
    checked(scene)
    scene.submit_form("batches:dry_run", "idempotency_key")
    run_worker()


def submitted(scene):
    dry_run(scene)
    scene.submit_form("batches:submit", "reason", **WHY)


def lost(scene):
    submitted(scene)
    scene.sandbox.fault("reset", operation="token_batch.create", after=True)
    run_worker()
    scene.path_params["position"] = 1


@page_state("batches:index", Role.ADMIN)
def full(scene):
    for make in (faulty, dry_run, lost):
        make(scene)
    scene.sandbox.faults.clear()
    submitted(scene)
    run_worker()
    upload(scene, "{}", "a-name-that-is-much-longer-than-any-column-would-like.csv")
    scene.client.get(scene.path("services:index"))
    scene.goto("batches:index")


@page_state("batches:index", Role.VIEWER)
def empty(scene):
    scene.goto("batches:index")


@page_state("batches:index", Role.ADMIN)
def no_results(scene):
    scene.goto("batches:index", "?state=failed")


@page_state("batches:columns", Role.VIEWER)
def full_(scene):
    scene.goto("batches:columns")


@page_state("batches:new", Role.ADMIN)
def confirming(scene):
    scene.goto("batches:new")


@page_state("batches:replace", Role.ADMIN)
def confirming_(scene):
    faulty(scene)
    scene.goto("batches:replace")


@page_state("batches:issues", Role.ADMIN)
def some(scene):
    faulty(scene)
    scene.goto("batches:issues")


@page_state("batches:issues", Role.ADMIN)
def none(scene):
    checked(scene)
    scene.goto("batches:issues")


@page_state("batches:show", Role.ADMIN)
def checking(scene):
    upload(scene, lines(scene, 3))
    queue.record_heartbeat("scene")
    scene.goto("batches:show")


@page_state("batches:show", Role.ADMIN)
def with_errors(scene):
    faulty(scene)
    scene.goto("batches:show")


@page_state("batches:show", Role.ADMIN)
def valid(scene):
    checked(scene)
    scene.goto("batches:show")


@page_state("batches:show", Role.ADMIN)
def dry_run_failed(scene):
    checked(scene)
    scene.service["supportedGrantTypes"] = []
    scene.submit_form("batches:dry_run", "idempotency_key")
    run_worker()
    scene.goto("batches:show")


@page_state("batches:show", Role.ADMIN)
def dry_run_passed(scene):
    dry_run(scene)
    scene.goto("batches:show")


@page_state("batches:show", Role.ADMIN)
def running(scene):
    scene.sandbox.state.batching.delay = 60_000
    submitted_for_later(scene)
    scene.goto("batches:show")


def submitted_for_later(scene):
    scene.sandbox.state.batching.delay = 0
    submitted(scene)
    scene.sandbox.state.batching.delay = 60_000
    run_worker()
    later = timezone.now() + timedelta(hours=1)
    BatchRequest.objects.update(next_poll_at=later)
    queue.record_heartbeat("scene")


@page_state("batches:show", Role.ADMIN)
def without_a_worker(scene):
    submitted_for_later(scene)
    Job.objects.filter(kind="token_batch.watch").update(state="cancelled")
    scene.goto("batches:show")


@page_state("batches:show", Role.VIEWER)
def succeeded(scene):
    scene.sign_in_as(Role.ADMIN)
    submitted(scene)
    run_worker()
    scene.sign_in_as(Role.VIEWER, "Vera")
    scene.goto("batches:show")


@page_state("batches:show", Role.ADMIN)
def partial(scene):
    scene.sandbox.state.batching.fails_after = 5
    submitted(scene)
    run_worker()
    scene.goto("batches:show")


@page_state("batches:show", Role.ADMIN)
def unknown_token(scene):
    lost(scene)
    scene.goto("batches:show")


@page_state("batches:show", Role.ADMIN)
def cancelled(scene):
    dry_run(scene)
    scene.submit_form("batches:cancel", "idempotency_key")
    scene.goto("batches:show")


@page_state("batches:dry_run", Role.ADMIN)
def confirming__(scene):
    checked(scene)
    scene.goto("batches:dry_run")


@page_state("batches:submit", Role.ADMIN)
def confirming___(scene):
    dry_run(scene)
    scene.goto("batches:submit")


@page_state("batches:cancel", Role.ADMIN)
def confirming____(scene):
    checked(scene)
    scene.goto("batches:cancel")


@page_state("batches:watch", Role.ADMIN)
def confirming_____(scene):
    submitted_for_later(scene)
    scene.goto("batches:watch")


@page_state("batches:resolve", Role.ADMIN)
def unknown_outcome(scene):
    lost(scene)
    scene.goto("batches:resolve")


@page_state("batches:adopt", Role.ADMIN)
def confirming______(scene):
    scene.goto("batches:adopt")


@page_state("batches:adopt", Role.ADMIN)
def not_found(scene):
    scene.goto("batches:adopt")
    scene.page.get_by_label("Request ID").fill("no-such-batch")
    scene.click_button("Watch batch")
    scene.page.get_by_text("has no batch").wait_for()


@page_state("batches:notify", Role.VIEWER)
def for_authlete(scene):
    region, number = scene.path_params["region"], scene.path_params["service_id"]
    scene.page.goto(notification_url("harbor", region, number))
