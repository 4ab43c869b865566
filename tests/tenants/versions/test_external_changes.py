"""Random own and external changes: only external ones are logged."""

import random
from contextlib import suppress

import pytest

from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.audit.record_builder import new_entry_id
from tenants.audit.recorder import AuditLogSink
from tenants.authlete.errors import AuthleteError
from tenants.authlete.snapshots import ObjectSnapshot
from tenants.organizations.api_clients import connect, load_credentials
from tenants.versions.models import Content, Version
from tenants.versions.recorder import record_snapshot
from tests.support.clients import make_client

pytestmark = pytest.mark.django_db
STEPS = "save save lock rotate make look late theirs theirs".split()
OURS = ("clientName", "description", "tosUri")
THEIRS = ("policyUri", "logoUri")


@pytest.fixture
def api(acme, sandbox):
    sandbox.clients[44] = make_client(44)
    actor = Actor(1, "ida", organization_id=acme.pk, organization="acme")
    return connect(load_credentials(acme), "us", AuditLogSink(actor)).service(17)


def just_seen():
    """What a call that begins now and sees nothing new will show."""
    last = Version.objects.filter(client_id=44)[0]
    text = Content.objects.get(pk=last.digest).text
    return ObjectSnapshot("us", 17, 44, new_entry_id(), False, text, last.modified_at)


@pytest.mark.parametrize("some_are_lost", [False, True])
def test_only_external_changes_are_logged_in_random_histories(acme, sandbox, api, some_are_lost):
    chance = random.Random(6)
    mine = api.client(44)
    mine.get()
    late = just_seen()
    for step in range(40):
        address = f"https://a.example/{step}"
        match chance.choice(STEPS):
            case "save":
                if some_are_lost:
                    done = chance.random() < 0.5
                    sandbox.fault("reset", operation="client.update", after=done)
                base = mine.get().modified_at
                with suppress(AuthleteError):
                    mine.update(base, {chance.choice(OURS): address})
                sandbox.faults.clear()
            case "lock":
                mine.set_lock(chance.random() < 0.5)
            case "rotate":
                mine.refresh_secret()
            case "make":
                api.clients.create({"clientName": "Other"})
            case "look":
                mine.get()
            case "late":
                record_snapshot(acme.pk, late)
                late = just_seen()
            case "theirs":
                stored = sandbox.clients[44]
                stored[chance.choice(THEIRS)] = address
                stored["modifiedAt"] += 1
    mine.get()

    entries = AuditEntry.objects.filter(operation__endswith="_outside")
    changes = [change for entry in entries for change in entry.changes]
    assert {change["field"] for change in changes} <= set(THEIRS)
    if not some_are_lost:  # or it might be the lost one that is carried out late
        after = {change["field"]: change["after"] for change in reversed(changes)}
        assert after == {name: sandbox.clients[44][name] for name in THEIRS}
