import pytest
from django.contrib.auth.models import User

from console.models import Stream
from console.models.streams import generate_token
from tenants.models import Membership
from tenants.organizations.roles import Role


@pytest.fixture
def admin(member):
    return member(Role.ADMIN)


@pytest.fixture
def owner(acme):
    """The membership of the stream's creator."""
    user = User.objects.create_user("ida")
    return Membership.objects.create(organization=acme, user=user, role=Role.ADMIN)


@pytest.fixture
def token(acme, owner):
    token = generate_token()
    Stream(organization=acme, name="Splunk", created_by="ida", owner=owner).set_token(token).save()
    return token
