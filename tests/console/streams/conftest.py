import pytest

from console.models import Stream
from console.models.streams import new_token
from tenants.roles import Role


@pytest.fixture
def admin(member):
    return member(Role.ADMIN)


@pytest.fixture
def token(acme):
    token = new_token()
    Stream(organization=acme, name="Splunk", made_by="ida").keep(token).save()
    return token
