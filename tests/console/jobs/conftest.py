import pytest

from tenants.organizations.roles import Role
from tests.support.jobs import rename_job_kind, start_restore


@pytest.fixture(autouse=True)
def kinds_of_these_tests():
    with rename_job_kind():
        yield


@pytest.fixture
def editor(member):
    """A browser of the editor who starts the jobs of these tests."""
    return member(Role.EDITOR)


@pytest.fixture
def job(acme, editor, sandbox):
    """A job over service 17 and others that are not there, started by the editor."""
    return start_restore(acme)
