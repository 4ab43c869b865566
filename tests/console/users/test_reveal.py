"""Revealing the subject of an audit entry."""

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit.actor import Actor
from tenants.audit.events import SUBJECT_SEARCH
from tenants.audit.models import AuditEntry
from tenants.audit.recorder import record_event
from tenants.organizations.roles import Role
from tests.support.forms import URLENCODED, fill_form
from tests.support.users import SUBJECT

WHY = {"reason": "Complaint", "ticket": "INC-9"}


@pytest.fixture
def entry(acme):
    actor = Actor(7, "bo@acme.example", "help desk", acme.pk, acme.slug)
    record_event(actor, SUBJECT_SEARCH, subject=SUBJECT)
    return AuditEntry.objects.get().entry


def test_reveal_redirects_to_the_user(member, entry, sandbox):
    admin = member(Role.ADMIN)
    page = admin.get(f"/acme/audit/{entry}/")
    assertNotContains(page, SUBJECT)
    path = f"/acme/subjects/reveal/{entry}/"
    assertContains(page, path)
    form = admin.get(path)
    assertNotContains(form, SUBJECT)

    response = admin.post(path, fill_form(form, "reason", **WHY), content_type=URLENCODED)

    assert SUBJECT not in str(response.headers)
    assertContains(admin.get(response["Location"]), SUBJECT)
    kept = AuditEntry.objects.get(operation="subject.reveal")
    assert (kept.subject, kept.object, kept.effect) == (SUBJECT, entry, "reveal")
    assert (kept.reason, kept.ticket) == tuple(WHY.values())


def test_auditors_get_no_reveal_link(member, entry):
    assertNotContains(member(Role.AUDITOR).get(f"/acme/audit/{entry}/"), "reveal/")


def test_reason_and_subject_are_required(member, entry, acme):
    admin = member(Role.ADMIN)
    path = f"/acme/subjects/reveal/{entry}/"
    assert admin.post(path, {"reason": " "}).status_code == 422
    record_event(Actor(1, "x", organization_id=acme.pk), SUBJECT_SEARCH)
    other = AuditEntry.objects.get(subject="", operation="subject.search").entry

    assert admin.get(path.replace(entry, other)).status_code == 404


def test_entry_of_another_organization_is_not_found(member, entry):
    actor = Actor(7, "eve@other.example", organization_id=10**6)
    record_event(actor, SUBJECT_SEARCH, subject="theirs")
    other = AuditEntry.objects.get(subject="theirs").entry

    path = f"/acme/subjects/reveal/{other}/"
    assert member(Role.ADMIN).post(path, WHY).status_code == 404


def test_hourly_limit_applies(member, entry, settings):
    settings.REVEALS_PER_HOUR = 0

    response = member(Role.ADMIN).post(f"/acme/subjects/reveal/{entry}/", WHY)

    assertContains(response, "limit of 0 ", status_code=429)
    assert not AuditEntry.objects.filter(operation="subject.reveal").exists()
