import pytest
from django.contrib.auth.models import User

from tenants.audit.actor import Actor
from tenants.models import Membership, Organization
from tenants.organizations.members import add_member
from tenants.organizations.roles import Role


@pytest.fixture
def admin(member):
    """A browser of Acme's only admin."""
    return member(Role.ADMIN)


@pytest.fixture
def bo(acme):
    """An editor of Acme who has a password."""
    person = add_member(Actor(0, "setup"), acme, "bo@acme.example", Role.EDITOR, "Bo").membership
    person.user.set_password("plum orbit ladder seven")
    person.user.save()
    return person


@pytest.fixture
def elsewhere(db):
    """Another organization, with one member."""
    other = Organization.objects.create(slug="other", name="Other")
    return add_member(Actor(0, "setup"), other, "eve@other.example", Role.VIEWER).membership


@pytest.fixture
def role_of():
    def role(email):
        membership = Membership.objects.filter(
            user__username=email, organization__slug="acme"
        ).first()
        return membership and membership.role

    return role


@pytest.fixture
def admin_membership(acme):
    """The membership of the admin whose browser is `admin`."""
    return lambda: Membership.objects.get(user=User.objects.get(username="ADMIN"))
