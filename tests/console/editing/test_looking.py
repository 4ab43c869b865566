"""The worker's look at every service and client."""

import pytest

from console.editing.looking import Looked, look, look_at
from tenants.audit.models import AuditEntry
from tenants.versions.models import Version
from tests.console.clients.conftest import client

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(acme, sandbox):
    sandbox.clients[44] = client(44)
    sandbox.clients[45] = client(45)
    return sandbox


def outside():
    found = AuditEntry.objects.filter(operation__endswith="_outside")
    return [(one.operation, one.client) for one in found.order_by("seq")]


def test_reads_what_it_does_not_know_and_then_only_what_moved(acme, world):
    assert look_at(acme) == Looked(1, 2, 0)
    assert look_at(acme) == Looked(0, 0, 0)
    assert outside() == []

    world.clients[44] |= {"clientName": "Other", "modifiedAt": 2**41}
    world.services[17] |= {"accessTokenDuration": 60, "modifiedAt": 2}
    assert look_at(acme) == Looked(1, 1, 0)

    del world.clients[45]
    assert look_at(acme) == Looked(0, 1, 0)
    assert look_at(acme) == Looked(0, 0, 0)

    assert outside() == [
        ("service.changed_outside", ""),
        ("client.changed_outside", "44"),
        ("client.gone_outside", "45"),
    ]


def test_leaves_the_others_for_the_next_time(acme, world, monkeypatch):
    monkeypatch.setattr("console.editing.looking.READS", 1)

    assert look_at(acme) == Looked(1, 1, 1)
    assert look_at(acme) == Looked(0, 1, 0)


def test_looks_once_in_a_while_and_not_at_all_where_nobody_wants_it(
    acme, world, settings
):
    settings.VERSIONS_EVERY = 0
    look()
    assert not Version.objects.exists()

    settings.VERSIONS_EVERY = 60
    look()
    calls = len(world.calls)
    look()
    assert Version.objects.count() == 3
    assert len(world.calls) == calls


def test_tells_later_what_the_record_did_not_take(acme, world, settings):
    look_at(acme)
    world.services[17] |= {"accessTokenDuration": 60, "modifiedAt": 2}
    look_at(acme)
    Version.objects.filter(outside="told").update(outside="untold")
    settings.VERSIONS_EVERY = 60
    look()

    assert outside() == [("service.changed_outside", "")] * 2
