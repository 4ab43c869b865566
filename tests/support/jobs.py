"""Helpers for the tests of jobs."""

from django.contrib.auth.models import User

from tenants.audit.actor import Actor
from tenants.jobs.control import start_job
from tenants.jobs.models import NewItem


def begun(acme, name="EDITOR", missing=1, title="Rename services", **options):
    user = User.objects.get(username=name)
    role = user.membership_set.get(organization=acme).role
    who = Actor(user.pk, name, role, acme.pk, "acme", "page", "192.0.2.1")
    items = [NewItem("us", 17, label="Shop", payload={"name": "Till"})]
    items += [
        NewItem("us", 900 + one, label=f"Gone {one}", payload={"name": "Till"})
        for one in range(missing)
    ]
    options = {"reason": "New name", "ticket": "OPS-1"} | options
    return start_job(who, acme, "test.rename", title, items, **options)
