import pytest
from django.contrib.auth.models import User

from tenants.audit.actor import Actor
from tenants.authlete.operation import Effect
from tenants.jobs.control import NewItem, start_job
from tenants.jobs.registry import JOB_HANDLERS, ItemResult, job_handler
from tenants.organizations.roles import Role


@pytest.fixture(autouse=True)
def kinds_of_these_tests():
    """What a test registers is gone after it."""
    before = dict(JOB_HANDLERS)

    @job_handler("test.rename", permission=Effect.CHANGE)
    def rename(work, item):
        api = work.connect(item.region).service(item.service_id)
        found = api.get()
        if found.service_name == item.what["name"]:
            return ItemResult("It had that name.", changed=False)
        api.update(found.modified_at, {"serviceName": item.what["name"]})
        return ItemResult("Renamed.")

    yield
    JOB_HANDLERS.clear()
    JOB_HANDLERS.update(before)


@pytest.fixture
def editor(member):
    """A browser of the editor who starts the jobs of these tests."""
    return member(Role.EDITOR)


@pytest.fixture
def job(acme, editor, sandbox):
    """A job over service 17 and others that are not there, started by the editor."""
    return begun(acme)


def begun(acme, name="EDITOR", missing=1, **options):
    user = User.objects.get(username=name)
    role = user.membership_set.get(organization=acme).role
    who = Actor(user.pk, name, role, acme.pk, "acme", "page", "192.0.2.1")
    items = [NewItem("us", 17, label="Shop", payload={"name": "Till"})]
    items += [
        NewItem("us", 900 + one, label=f"Gone {one}", payload={"name": "Till"})
        for one in range(missing)
    ]
    options = {"reason": "New name", "ticket": "OPS-1"} | options
    return start_job(who, acme, "test.rename", "Rename services", items, **options)
