"""Receipts of revocations: contents and access."""

import hashlib
import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from console.models import Receipt
from tenants.audit import record_builder
from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry, AuditRecord, to_microseconds
from tenants.audit.retention import expiry
from tenants.audit.retention.expiry import delete_expired_entries
from tenants.organizations.roles import Role
from tests.support.forms import URLENCODED, fill_form
from tests.support.users import SUBJECT

WHY = {"reason": "Lost phone", "ticket": "INC-7"}


@pytest.fixture
def path(help_desk, look_up, world):
    """The receipt of an app that the help desk revoked."""
    page = f"{look_up()}regions/us/17/44/"
    help_desk.post(page, fill_form(help_desk.get(page), "reason", **WHY), content_type=URLENCODED)
    return f"/acme/subjects/receipts/{Receipt.objects.get().pk}/"


def test_receipt_shows_actor_reason_and_counts_before_and_after(help_desk, path):
    page = help_desk.get(path)

    for text in ("HELP_DESK", "INC-7", "Lost phone", "Till", "1 active, 1 expired"):
        assertContains(page, text)
    assertContains(page, "fully confirmed")
    assertContains(page, f"http://testserver{path}")
    assertContains(page, SUBJECT)
    assert SUBJECT not in page.text.partition("</title>")[0]


def test_file_lists_each_call_with_its_chain_position(help_desk, path):
    file = help_desk.get(path, {"format": "json"}).json()

    (place,) = file["services"]
    (app,) = place["apps"]
    assert file["proven"] is True
    assert app["before"]["live"] == app["before"]["expired"] == 1
    assert (app["ended"], app["after"]["live"]) == (2, 0)
    (call,) = file["calls"]  # no scopes were granted
    entry = AuditEntry.objects.get(effect="destroy")
    assert call["request_id"] == entry.entry
    record = AuditRecord.objects.get(entry=call["request_id"], phase="outcome")
    assert record.mac == call["outcome_mac"]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
def test_other_roles_see_the_actor_but_no_subject(member, path, role):
    other = member(role)

    page = other.get(path)

    assertContains(page, "INC-7")
    assertContains(page, "••••")
    assertNotContains(page, SUBJECT)
    assert SUBJECT not in other.get(path, {"format": "json"}).text


@pytest.mark.parametrize("role", [Role.EDITOR, Role.VIEWER])
def test_roles_without_user_or_audit_access_get_403(member, path, role):
    assert member(role).get(path).status_code == 403


def test_anonymous_visitor_is_sent_to_sign_in(client, path):
    assert client.get(path)["Location"].startswith("/accounts/login/")


def test_subject_is_reencrypted_on_key_rotation(help_desk, path, settings):
    old = Receipt.objects.get().sealed
    assert SUBJECT not in old
    settings.VAULT_KEYS = f"new:{'B' * 43}=,{settings.VAULT_KEYS}"

    call_command("vault_rotate", verbosity=0)

    assert Receipt.objects.get().sealed != old
    assertContains(help_desk.get(path), SUBJECT)


def test_receipt_survives_removal_of_its_actor(help_desk, path, member, django_user_model):
    django_user_model.objects.filter(username="HELP_DESK").delete()

    assertContains(member(Role.AUDITOR).get(path), "HELP_DESK")


def digest_of(file):
    """By the rule in docs/how-to/help-users.md, from nothing but the file."""
    apart = ("organization", "subject", "regions_not_connected", "calls", "noted")
    content = {name: value for name, value in file.items() if name not in apart}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def test_digest_of_the_receipt_is_in_the_audit_log(help_desk, path, member):
    file = help_desk.get(path, {"format": "json"}).json()

    entry = AuditEntry.objects.get(operation="receipt.made")
    assert file["noted"]["entry"] == entry.entry
    assert file["noted"]["digest"] == digest_of(file)
    assert entry.changes[0]["after"] == digest_of(file)
    assert (entry.subject, entry.ticket) == (SUBJECT, "INC-7")
    others = member(Role.AUDITOR).get(path, {"format": "json"}).json()
    assert digest_of(others) == digest_of(file)
    assertContains(help_desk.get(path), "matches the audit log")


def test_tampered_receipt_is_reported(help_desk, path):
    Receipt.objects.update(reason="Asked for it")

    assertContains(help_desk.get(path), "receipt changed")


def test_digest_removed_by_retention_is_reported(help_desk, path, settings):
    settings.AUDIT_KEEP = {"searches": "30"}
    later = timezone.now() + timedelta(days=60)
    time = SimpleNamespace(time_ns=lambda: int(later.timestamp() * 1e9))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record_builder, "time", time)
        patch.setattr(expiry, "earlier_clock", lambda: to_microseconds(later))
        removed = delete_expired_entries(
            lambda organization_id: Actor(0, "worker", organization_id=organization_id)
        )
        assert sum(removed)

    page = help_desk.get(path)

    assertContains(page, "deleted after its retention period")
    assertNotContains(page, "not in the audit log")
