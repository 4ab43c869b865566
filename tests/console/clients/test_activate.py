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
from tenants.authlete.errors import NotFoundError, Outcome
from tenants.organizations.api_clients import connect, load_credentials
from tests.support.clients import CLIENT, OLD
from tests.support.forms import URLENCODED, fill_form

URL = f"{CLIENT}activate/"
SECRET = f"{CLIENT}secret/"


def long_ago():
    """As if nothing could be on its way any more."""
    Rotation.objects.update(changed_at=timezone.now() - lifecycle.IN_FLIGHT_TIMEOUT)


def test_sends_the_new_one_and_keeps_the_old_one(admin, staged, do, ledger, rotation):
    new = staged(admin)

    response = do(admin, "activate")

    assert response["Location"] == SECRET
    assert ledger["clientSecret"] == new
    assert (rotation().state, rotation().old_secret) == ("activated", OLD)
    assertContains(admin.get(CLIENT), "You can undo the rotation")
    sent = AuditEntry.objects.get(operation="client.set_secret")
    assert (sent.outcome, sent.reason, sent.ticket) == ("done", "Yearly rotation", "CHG-1")


def test_asks_for_the_reason_with_the_one_of_the_rotation(admin, staged):
    staged(admin)

    assertContains(admin.get(URL), "Yearly rotation")


def test_does_not_replace_a_secret_that_was_changed_meanwhile(admin, staged, do, ledger, rotation):
    new = staged(admin)
    body = fill_form(admin.get(URL), "reason", reason="Yearly")
    ledger["clientSecret"] = "somebody-elses"

    response = admin.post(URL, body, content_type=URLENCODED)

    assertContains(response, "The current secret has changed since")
    assert ledger["clientSecret"] == "somebody-elses"
    assert rotation().state == "staged"

    do(admin, "activate", anyway="on")

    assert ledger["clientSecret"] == new
    assert rotation().old_secret == "somebody-elses"


def test_a_lost_reply_is_settled_at_once(admin, staged, do, ledger, sandbox, rotation):
    new = staged(admin)
    sandbox.fault("reset", operation="client.set_secret", after=True, times=1)

    do(admin, "activate")

    assert ledger["clientSecret"] == new
    assert rotation().state == "activated"
    assert AuditEntry.objects.get(operation="secret.settle").object == "changed"


def test_a_call_that_never_arrived_leaves_it_staged(admin, staged, do, ledger, sandbox, rotation):
    staged(admin)
    sandbox.fault("reset", operation="client.set_secret", times=1)

    response = do(admin, "activate")

    assert response.status_code == 200
    assert ledger["clientSecret"] == OLD
    assert rotation().state == "staged"
    assertContains(admin.get(CLIENT), "ready to activate")


@pytest.mark.parametrize("arrived", [True, False])
def test_what_nobody_knew_follows_from_the_next_look(admin, staged, ledger, rotation, arrived):
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
def test_what_is_settled_in_the_record_counts_for_it(
    admin, staged, do, acme, sandbox, rotation, monkeypatch, outcome, state
):
    staged(admin)
    monkeypatch.setattr(activation, "_has_arrived", lambda *_: False)  # nobody could look
    sandbox.fault("reset", operation="client.set_secret", after=True, times=1)
    do(admin, "activate")
    assert rotation().state == "activating"
    long_ago()

    sent = AuditEntry.objects.get(operation="client.set_secret")
    resolve(Actor(1, "ada", organization_id=acme.pk), sent, outcome, "")

    assert rotation().state == state
    if state == "activated":
        assert rotation().activated_by == sent.actor


def test_a_refusal_leaves_it_staged(admin, staged, do, sandbox, rotation):
    staged(admin)
    sandbox.fault("status", operation="client.set_secret", status=403)

    assertContains(do(admin, "activate"), "Not allowed by Authlete")

    assert rotation().state == "staged"


def test_of_two_who_activate_one_does(admin, staged, sandbox, rotation):
    staged(admin)
    first, second = (fill_form(admin.get(URL), "reason", reason="Yearly") for _ in range(2))

    admin.post(URL, first, content_type=URLENCODED)
    response = admin.post(URL, second, content_type=URLENCODED, follow=True)

    assertContains(response, "Someone else continued")
    sent = [one for one in sandbox.calls if one.operation == "client.set_secret"]
    assert len(sent) == 1


def test_what_was_claimed_meanwhile_is_not_sent(admin, staged, acme, sandbox, rotation):
    """Both have read the rotation before either has begun."""
    staged(admin)
    mine, theirs = rotation(), rotation()
    theirs.transition(Rotation.State.ACTIVATING)
    who = Actor(1, "ada@acme.example", "admin", acme.pk, "acme")

    with pytest.raises(lifecycle.RotationConflictError):
        activate_secret(connect(load_credentials(acme), "us", AuditLogSink(who)), who, mine)

    assert not [one for one in sandbox.calls if one.operation == "client.set_secret"]


def test_a_second_click_sends_nothing(admin, staged, sandbox):
    staged(admin)
    body = fill_form(admin.get(URL), "reason", reason="Yearly")

    answers = [admin.post(URL, body, content_type=URLENCODED) for _ in range(2)]

    assert {one["Location"] for one in answers} == {SECRET}
    assert AuditEntry.objects.filter(operation="client.set_secret").count() == 1


def test_what_was_already_sent_is_not_sent_again(admin, staged, acme, ledger, rotation):
    """As a job does that was killed in between and begins anew."""
    ledger["clientSecret"] = staged(admin)

    admin.post(URL, fill_form(admin.get(URL), "reason"), content_type=URLENCODED)

    assert rotation().state == "activated"
    assert not AuditEntry.objects.filter(operation="client.set_secret").exists()


def test_after_its_time_both_are_erased(admin, staged, do, rotation):
    staged(admin)
    do(admin, "activate")
    Rotation.objects.update(until=timezone.now() - timedelta(seconds=1))

    assertNotContains(admin.get(SECRET), "Undo until")

    row = rotation()
    assert (row.state, row.new_sealed, row.old_sealed) == ("settled", "", "")
    assert AuditEntry.objects.get(operation="secret.forget").client == "44"


def test_how_long_it_can_be_undone_is_a_setting(admin, staged, do, rotation, settings):
    settings.UNDO_SECONDS = 600
    staged(admin)

    do(admin, "activate")

    left = rotation().until - timezone.now()
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)


def test_needs_a_staged_secret(admin):
    assert admin.get(URL)["Location"] == SECRET


@pytest.mark.parametrize(("code", "state"), [("", "staged"), ("A001212", "failed")])
def test_ends_with_a_client_that_is_gone_and_not_where_a_gateway_finds_no_way(
    admin, staged, acme, sandbox, rotation, code, state
):
    staged(admin)
    who = Actor(1, "ada@acme.example", "admin", acme.pk, "acme")
    sandbox.fault("status", operation="client.get", status=404, code=code)

    with pytest.raises(NotFoundError):
        activate_secret(connect(load_credentials(acme), "us", AuditLogSink(who)), who, rotation())

    assert rotation().state == state
