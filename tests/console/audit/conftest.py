from datetime import timedelta

import pytest
from django.utils import timezone

from tenants.audit import record_builder
from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry, to_microseconds
from tenants.audit.record_builder import new_entry_id
from tenants.audit.recorder import AuditLogSink
from tenants.audit.writer import writer
from tenants.authlete.outcome import Outcome
from tenants.organizations.api_clients import connect, load_credentials
from tenants.organizations.roles import Role
from tests.support.inventory import add_known_service


@pytest.fixture
def auditor(member):
    return member(Role.AUDITOR)


@pytest.fixture
def make_actor(acme):
    """Return a function that builds an actor of Acme with its own page ID."""

    def make(actor="ida@acme.example", role="editor", page="", organization=acme):
        page = page or new_entry_id()
        slug = organization.slug
        return Actor(7, actor, role, organization.pk, slug, page, "192.0.2.41")

    return make


@pytest.fixture
def update(acme, sandbox, make_actor):
    """Change the service 17 of a region, and return the entry that tells of it."""

    def make(edits, *, actor=None, reason="", ticket="", region="us"):
        watch = AuditLogSink(actor or make_actor(), reason, ticket)
        service = connect(load_credentials(acme), region, watch).service(17)
        service.update(service.get().modified_at, edits)
        return AuditEntry.objects.filter(operation="service.update").first()

    return make


@pytest.fixture
def add_service(acme):
    """Return a function that adds a service to the inventory."""

    def make(region, service_id, name):
        add_known_service(acme, region, service_id, name)

    return make


@pytest.fixture
def add_entry(make_actor):
    """Return a function that adds an entry ``ago`` old."""

    def make(
        operation="service.update",
        effect="change",
        end=Outcome.SUCCEEDED,
        ago=timedelta(0),
        actor=None,
        code="",
        status=None,
        **fields,
    ):
        row = record_builder.build_intent(actor or make_actor(), operation, effect, **fields)
        at = to_microseconds(timezone.now() - ago)
        row = type(row)(
            **{name: getattr(row, name) for name in row.__slots__ if name != "at"}, at=at
        )
        ending = (
            [record_builder.build_outcome(row.entry, end, status=status, code=code)] if end else []
        )
        writer.write([row, *ending])
        return row

    return make
