import pytest

from tenants.audit.actor import Actor
from tenants.audit.events import MEMBER_ADD
from tenants.audit.models import AuditHead
from tenants.audit.recorder import record_event
from tenants.organizations.roles import Role
from tests.support.webhook_receiver import run_webhook_receiver
from tests.support.webhooks import make_webhook


@pytest.fixture
def admin(member):
    return member(Role.ADMIN)


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    with run_webhook_receiver() as receiver:
        yield receiver


@pytest.fixture
def add_webhook(acme, receiver):
    """Return a function that adds a webhook of Acme to the receiver's URL."""
    return lambda **more: make_webhook(acme, receiver.url, **more)


@pytest.fixture
def record_events(acme):
    """Return a function that records entries of an organization, two rows each."""

    def record_events(times=1, event=MEMBER_ADD, organization=acme, **fields):
        actor = Actor(1, "ida", "admin", organization.pk, organization.slug)
        for number in range(times):
            record_event(actor, event, **({"object": f"person {number}"} | fields))
        return AuditHead.objects.get().seq

    return record_events
