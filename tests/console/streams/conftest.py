import pytest

from console.models import Stream
from console.models.streams import generate_token
from tenants.organizations.roles import Role


@pytest.fixture
def admin(member):
    return member(Role.ADMIN)


@pytest.fixture
def token(acme):
    token = generate_token()
    Stream(organization=acme, name="Splunk", made_by="ida").set_token(token).save()
    return token
