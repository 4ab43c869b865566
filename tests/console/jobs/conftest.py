import pytest

from tenants.authlete.operation import Effect
from tenants.jobs.registry import JOB_HANDLERS, ItemResult, job_handler
from tenants.organizations.roles import Role
from tests.support.jobs import start_restore


@pytest.fixture(autouse=True)
def kinds_of_these_tests():
    """What a test registers is gone after it."""
    before = dict(JOB_HANDLERS)

    @job_handler("test.rename", permission=Effect.CHANGE)
    def rename(work, item):
        api = work.connect(item.region).service(item.service_id)
        found = api.get()
        if found.service_name == item.payload["name"]:
            return ItemResult("It had that name.", changed=False)
        api.update(found.modified_at, {"serviceName": item.payload["name"]})
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
    return start_restore(acme)
