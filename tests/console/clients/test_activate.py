from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from console.clients.rotation import activation, lifecycle
from console.clients.rotation.activation import activate_secret
from console.models import Rotation
from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.audit.reconciliation.resolutions import resolve
from tenants.audit.recorder import AuditLogSink
from tenants.authlete.errors import NotFoundError
from tenants.authlete.outcome import Outcome
from tenants.organizations.api_clients import connect, load_credentials
from tests.support.clients import CLIENT, OLD
from tests.support.forms import URLENCODED, fill_form

URL = f"{CLIENT}activate/"
SECRET = f"{CLIENT}secret/"


def long_ago():
    """As if nothing could be on its way any more."""
    Rotation.objects.update(changed_at=timezone.now() - lifecycle.IN_FLIGHT_TIMEOUT)


def test_activation_sends_the_new_secret_and_stores_the_old_one(
    admin, staged, submit_form, ledger, rotation
):
    new = staged(admin)

    response = submit_form(admin, "activate")

    assert response["Location"] == SECRET
    assert ledger["clientSecret"] == new
    assert (rotation().state, rotation().old_secret) == ("activated", OLD)
    assertContains(admin.get(CLIENT), "You can undo the rotation")
    entry = AuditEntry.objects.get(operation="client.set_secret")
    assert (entry.outcome, entry.reason, entry.ticket) == ("done", "Yearly rotation", "CHG-1")


def test_reason_defaults_to_that_of_the_rotation(admin, staged):
    staged(admin)

    assertContains(admin.get(URL), "Yearly rotation")


def test_secret_changed_meanwhile_is_not_replaced(admin, staged, submit_form, ledger, rotation):
    new = staged(admin)
    body = fill_form(admin.get(URL), "reason", reason="Yearly")
    ledger["clientSecret"] = "somebody-elses"

    response = admin.post(URL, body, content_type=URLENCODED)

    assertContains(response, "The current secret has changed since")
    assert ledger["clientSecret"] == "somebody-elses"
    assert rotation().state == "staged"

    submit_form(admin, "activate", anyway="on")

    assert ledger["clientSecret"] == new
    assert rotation().old_secret == "somebody-elses"


def test_lost_response_is_resolved_at_once(admin, staged, submit_form, ledger, sandbox, rotation):
    new = staged(admin)
    sandbox.fault("reset", operation="client.set_secret", after=True, times=1)

    submit_form(admin, "activate")

    assert ledger["clientSecret"] == new
    assert rotation().state == "activated"
    assert AuditEntry.objects.get(operation="secret.settle").object == "changed"


def test_undelivered_call_leaves_the_secret_staged(
    admin, staged, submit_form, ledger, sandbox, rotation
):
    staged(admin)
    sandbox.fault("reset", operation="client.set_secret", times=1)

    response = submit_form(admin, "activate")

    assert response.status_code == 200
    assert ledger["clientSecret"] == OLD
    assert rotation().state == "staged"
    assertContains(admin.get(CLIENT), "ready to activate")


@pytest.mark.parametrize("arrived", [True, False])
def test_unknown_activation_is_resolved_on_the_next_read(admin, staged, ledger, rotation, arrived):
    new = staged(admin)
    row = rotation().seal_old_secret(OLD)
    row.transition(Rotation.State.ACTIVATING, old_sealed=row.old_sealed)
    if arrived:
        ledger["clientSecret"] = new
    assertContains(admin.get(SECRET), "Outcome unknown")
    long_ago()

    admin.get(SECRET)

    assert rotation().state == ("activated" if arrived else "staged")
    assert rotation().can_undo is arrived


@pytest.mark.parametrize(
    ("outcome", "state"), [(Outcome.SUCCEEDED, "activated"), (Outcome.FAILED, "staged")]
)
def test_outcome_resolved_in_the_audit_log_applies(
    admin, staged, submit_form, acme, sandbox, rotation, monkeypatch, outcome, state
):
    staged(admin)
    monkeypatch.setattr(activation, "_has_arrived", lambda *_: False)  # nobody could look
    sandbox.fault("reset", operation="client.set_secret", after=True, times=1)
    submit_form(admin, "activate")
    assert rotation().state == "activating"
    long_ago()

    entry = AuditEntry.objects.get(operation="client.set_secret")
    resolve(Actor(1, "ada", organization_id=acme.pk), entry, outcome, "")

    assert rotation().state == state
    if state == "activated":
        assert rotation().activated_by == entry.actor


def test_rejection_leaves_the_secret_staged(admin, staged, submit_form, sandbox, rotation):
    staged(admin)
    sandbox.fault("status", operation="client.set_secret", status=403)

    assertContains(submit_form(admin, "activate"), "Not allowed by Authlete")

    assert rotation().state == "staged"


def test_concurrent_activation_happens_once(admin, staged, sandbox, rotation):
    staged(admin)
    first, second = (fill_form(admin.get(URL), "reason", reason="Yearly") for _ in range(2))

    admin.post(URL, first, content_type=URLENCODED)
    response = admin.post(URL, second, content_type=URLENCODED, follow=True)

    assertContains(response, "Someone else continued")
    calls = [call for call in sandbox.calls if call.operation == "client.set_secret"]
    assert len(calls) == 1


def test_activation_lost_to_another_request_sends_nothing(admin, staged, acme, sandbox, rotation):
    """Both have read the rotation before either has begun."""
    staged(admin)
    mine, theirs = rotation(), rotation()
    theirs.transition(Rotation.State.ACTIVATING)
    actor = Actor(1, "ada@acme.example", "admin", acme.pk, "acme")

    with pytest.raises(lifecycle.RotationConflictError):
        activate_secret(connect(load_credentials(acme), "us", AuditLogSink(actor)), actor, mine)

    assert not [call for call in sandbox.calls if call.operation == "client.set_secret"]


def test_second_submit_sends_nothing(admin, staged, sandbox):
    staged(admin)
    body = fill_form(admin.get(URL), "reason", reason="Yearly")

    answers = [admin.post(URL, body, content_type=URLENCODED) for _ in range(2)]

    assert {response["Location"] for response in answers} == {SECRET}
    assert AuditEntry.objects.filter(operation="client.set_secret").count() == 1


def test_secret_already_active_is_not_sent_again(admin, staged, acme, ledger, rotation):
    """As a job does that was killed in between and begins anew."""
    ledger["clientSecret"] = staged(admin)

    admin.post(URL, fill_form(admin.get(URL), "reason"), content_type=URLENCODED)

    assert rotation().state == "activated"
    assert not AuditEntry.objects.filter(operation="client.set_secret").exists()


def test_both_secrets_are_erased_after_the_undo_window(admin, staged, submit_form, rotation):
    staged(admin)
    submit_form(admin, "activate")
    Rotation.objects.update(until=timezone.now() - timedelta(seconds=1))

    assertNotContains(admin.get(SECRET), "Undo until")

    row = rotation()
    assert (row.state, row.new_sealed, row.old_sealed) == ("settled", "", "")
    assert AuditEntry.objects.get(operation="secret.forget").client == "44"


def test_undo_window_is_a_setting(admin, staged, submit_form, rotation, settings):
    settings.UNDO_SECONDS = 600
    staged(admin)

    submit_form(admin, "activate")

    left = rotation().until - timezone.now()
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)


def test_staged_secret_is_required(admin):
    assert admin.get(URL)["Location"] == SECRET


@pytest.mark.parametrize(("code", "state"), [("", "staged"), ("A001212", "failed")])
def test_deleted_client_ends_the_rotation_but_gateway_404_does_not(
    admin, staged, acme, sandbox, rotation, code, state
):
    staged(admin)
    actor = Actor(1, "ada@acme.example", "admin", acme.pk, "acme")
    sandbox.fault("status", operation="client.get", status=404, code=code)

    with pytest.raises(NotFoundError):
        activate_secret(
            connect(load_credentials(acme), "us", AuditLogSink(actor)), actor, rotation()
        )

    assert rotation().state == state
