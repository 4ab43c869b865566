"""Versions at any time match what was true then."""

import random
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tenants.audit.actor import Actor
from tenants.audit.recorder import AuditLogSink
from tenants.authlete.snapshots import NullObserver
from tenants.organizations.api_clients import connect, load_credentials
from tenants.versions.timeline import find_span_at, load_spans

pytestmark = pytest.mark.django_db
STEPS = 60
MEMBERS: dict[str, list[Any]] = {
    "accessTokenDuration": [60, 3600, 7200],
    "description": ["One", "Two", "Zwölf \N{GRINNING FACE}"],
    "pkceRequired": [True, False],
    "supportedScopes": [[], [{"name": "a"}], [{"name": "a"}, {"name": "b"}]],
    "fromTheFuture": [{"kept": [1, {"b": 0.10}]}, "otherwise"],
}


def test_version_at_any_time_matches_what_was_true(acme, sandbox, monkeypatch):
    """A clock of ours that the test moves; changes from here, from elsewhere, and
    looks, at random. What is told for sure must be exactly what held.
    """
    chance = random.Random(2107)
    clock = timezone.now()
    monkeypatch.setattr("tenants.versions.recorder.timezone.now", lambda: clock)
    monkeypatch.setattr(
        "tenants.sandbox.handlers.services.now_milliseconds", lambda: thousandths(clock)
    )
    actor = Actor(1, "ida@acme.example", "editor", acme.pk, "acme")
    door = connect(load_credentials(acme), "us", AuditLogSink(actor))
    unseen = connect(load_credentials(acme), "us", AuditLogSink(actor))
    unseen.observer = NullObserver()
    service, stored = door.service(17), sandbox.services[17]
    true = []  # each moment, with what Authlete held then
    for _ in range(STEPS):
        clock += timedelta(seconds=chance.randrange(3, 5000))
        match chance.choice(["here", "elsewhere", "look"]):
            case "here":
                member = chance.choice(["accessTokenDuration", "description"])
                edits = {member: chance.choice(MEMBERS[member])}
                service.update(service.get().modified_at, edits)
            case "elsewhere":
                member = chance.choice(list(MEMBERS))
                stored[member] = deepcopy(chance.choice(MEMBERS[member]))
                stored["modifiedAt"] = thousandths(clock)
            case "look":
                service.get()
        true.append((clock, unseen.service(17).get().to_dict()))
    service.get()

    spans = load_spans(acme.pk, "us", 17)
    certain = [
        (span.version.document().to_dict(), document)
        for moment, document in true
        if (span := find_span_at(spans, moment)) and span.since <= moment <= span.until
    ]
    assert len(certain) > STEPS / 3
    assert all(expected == document for expected, document in certain)
    assert all(span.is_intact for span in spans)


def thousandths(moment):
    """Of seconds, since 1970."""
    return int(moment.timestamp() * 1000)
