import pytest

from tenants.organizations.roles import Role
from tests.support.forms import entering, saving

SERVICE = "/acme/services/us/17/"


@pytest.fixture
def editor(member, sandbox):
    return member(Role.EDITOR)


@pytest.fixture
def enter():
    return entering(SERVICE, "tokens")


@pytest.fixture
def save():
    return saving(SERVICE)
