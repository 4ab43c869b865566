"""Helpers for the tests of jobs."""

from contextlib import contextmanager
from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models.functions import Now
from django_tasks_db.models import DBTaskResult

from tenants.audit.actor import Actor
from tenants.audit.recorder import AuditLogSink
from tenants.authlete.api.services import UPDATE
from tenants.authlete.audit_sink import CallIntent
from tenants.authlete.operation import Effect
from tenants.crypto import vault
from tenants.jobs import leases
from tenants.jobs.control import start_job
from tenants.jobs.item_log import log_object, start_hints
from tenants.jobs.items import start_next_item
from tenants.jobs.models import Job, NewItem, job_content
from tenants.jobs.registry import JOB_HANDLERS, ItemResult, job_handler


@contextmanager
def rename_job_kind():
    """Register the job kind ``test.rename`` for a while."""
    before = dict(JOB_HANDLERS)

    @job_handler("test.rename", permission=Effect.CHANGE)
    def rename(work, item):
        api = work.connect(item.region).service(item.service_id)
        document = api.get()
        if document.service_name == item.payload["name"]:
            return ItemResult("It had that name.", changed=False)
        api.update(document.modified_at, {"serviceName": item.payload["name"]})
        return ItemResult("Renamed.")

    yield
    JOB_HANDLERS.clear()
    JOB_HANDLERS.update(before)


def start_restore(acme, name="EDITOR", missing=1, title="Rename services", **options):
    user = User.objects.get(username=name)
    role = user.membership_set.get(organization=acme).role
    actor = Actor(user.pk, name, role, acme.pk, "acme", "page", "192.0.2.1")
    items = [NewItem("us", 17, label="Shop", payload={"name": "Till"})]
    items += [
        NewItem("us", 900 + number, label=f"Gone {number}", payload={"name": "Till"})
        for number in range(missing)
    ]
    options = {"reason": "New name", "ticket": "OPS-1"} | options
    return start_job(actor, acme, "test.rename", title, items, **options)


def leave_running(job, *, after_call=False):
    """Leave the job's first item as a killed worker does, whose lease is over; return the item."""
    lease = leases.acquire(job.pk)
    assert lease
    item = start_next_item(job, lease)
    assert item
    if after_call:
        actor = Actor(0, "worker", organization_id=job.organization_id, page_id=str(job.pk))
        log = AuditLogSink(actor, object=log_object(item), hints=start_hints(item))
        log.record_intents([CallIntent(UPDATE, "us", "/api/100/service/update")])
    Job.objects.filter(pk=job.pk).update(lease_until=Now() - timedelta(seconds=1))
    return item


def reach_start(pk):
    """Let the scheduled start of a job, if any, have come by the database's clock."""
    jobs = Job.objects.filter(pk=pk)
    jobs.update(run_at=Now(), due_at=Now())
    for job in jobs:
        jobs.update(mac=vault.authenticate(job_content(job, job.state)))
    DBTaskResult.objects.update(run_after=Now())
