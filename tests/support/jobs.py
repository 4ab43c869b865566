"""Helpers for the tests of jobs."""

from django.contrib.auth.models import User
from django.db.models.functions import Now
from django_tasks_db.models import DBTaskResult

from tenants.audit.actor import Actor
from tenants.crypto import vault
from tenants.jobs.control import start_job
from tenants.jobs.models import Job, NewItem, job_content


def start_restore(acme, name="EDITOR", missing=1, title="Rename services", **options):
    user = User.objects.get(username=name)
    role = user.membership_set.get(organization=acme).role
    who = Actor(user.pk, name, role, acme.pk, "acme", "page", "192.0.2.1")
    items = [NewItem("us", 17, label="Shop", payload={"name": "Till"})]
    items += [
        NewItem("us", 900 + number, label=f"Gone {number}", payload={"name": "Till"})
        for number in range(missing)
    ]
    options = {"reason": "New name", "ticket": "OPS-1"} | options
    return start_job(who, acme, "test.rename", title, items, **options)


def reach_start(pk):
    """Let the scheduled start of a job, if any, have come by the database's clock."""
    jobs = Job.objects.filter(pk=pk)
    jobs.update(run_at=Now(), due_at=Now())
    for job in jobs:
        jobs.update(mac=vault.authenticate(job_content(job, job.state)))
    DBTaskResult.objects.update(run_after=Now())
