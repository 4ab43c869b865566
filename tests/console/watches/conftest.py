import pytest
from django.contrib.auth.models import User

from tenants.audit.actor import Actor
from tenants.audit.recorder import record_event
from tenants.organizations.roles import Role
from tests.support.jobs import rename_job_kind

SHOP = {"region": "us", "service": "17"}


@pytest.fixture(autouse=True)
def kinds_of_these_tests():
    with rename_job_kind():
        yield


@pytest.fixture
def viewer(member, sandbox):
    return member(Role.VIEWER)


@pytest.fixture
def change(acme, viewer):
    """Return a function by which someone, a colleague unless named, changes the service."""

    def make(event, actor="colleague", outcome=None, **details):
        user = User.objects.filter(username=actor).first()
        entry_actor = Actor(user.pk if user else 99, actor, "editor", acme.pk, acme.slug, "page")
        options = {"outcome": outcome} if outcome else {}
        record_event(entry_actor, event, **options, **({"label": "Shop"} | SHOP | details))

    return make


@pytest.fixture
def watch(viewer):
    """Return a function by which the viewer watches something."""

    def start(target="us/17", browser=viewer):
        return browser.post("/acme/watches/toggle/", {"target": target, "watch": "yes"})

    return start
