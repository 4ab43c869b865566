import pytest

from tenants.audit.actor import Actor
from tenants.jobs.control import start_job
from tenants.jobs.models import NewItem
from tenants.jobs.registry import JOB_HANDLERS
from tenants.models import Membership
from tenants.organizations.roles import Role
from tests.tenants.jobs.lifetimes import LIFETIME, register


@pytest.fixture(autouse=True)
def kinds_of_these_tests():
    """What a test registers is gone after it."""
    before = dict(JOB_HANDLERS)
    register()
    yield
    JOB_HANDLERS.clear()
    JOB_HANDLERS.update(before)


@pytest.fixture
def editor(acme, django_user_model):
    """A member of Acme who may change things."""
    user = django_user_model.objects.create_user("ed@acme.example")
    return Membership.objects.create(organization=acme, user=user, role=Role.EDITOR)


@pytest.fixture
def actor(acme, editor):
    return Actor(
        editor.user_id,
        "ed@acme.example",
        Role.EDITOR,
        acme.pk,
        "acme",
        "page-of-the-start",
        "192.0.2.1",
    )


@pytest.fixture
def services(sandbox):
    """Ten more services of Acme in us, 100 to 109."""
    for number in range(100, 110):
        sandbox.services[number] = {
            "apiKey": number,
            "serviceName": f"Service {number}",
            LIFETIME: 3600,
            "modifiedAt": 1,
        }
    return range(100, 110)


@pytest.fixture
def started(acme, actor, services):
    """Start a job over the ten services."""

    def start_one(kind="test.lifetime", *, lifetime=600, numbers=services, **options):
        items = [
            NewItem("us", number, label=f"Service {number}", payload={LIFETIME: lifetime})
            for number in numbers
        ]
        options = {"reason": "Shorter lives", "ticket": "OPS-7"} | options
        return start_job(actor, acme, kind, "Shorten tokens", items, **options)

    return start_one
