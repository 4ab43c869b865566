import pytest

from tenants.organizations.roles import Role
from tests.support.forms import draft_saver, settings_editor

SERVICE = "/acme/services/us/17/"


@pytest.fixture
def editor(member, sandbox):
    return member(Role.EDITOR)


@pytest.fixture
def submit_settings():
    return settings_editor(SERVICE, "tokens")


@pytest.fixture
def save():
    return draft_saver(SERVICE)
