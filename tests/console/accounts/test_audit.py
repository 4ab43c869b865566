"""Audit entries of sign-in and account security."""

import pytest
from django.test import Client

from tenants.audit.models import AuditEntry, AuditHead
from tests.support.accounts import CODE, PASSWORD, SETUP, pending, sign_in


def entry_facts(*names):
    """Return operation, outcome, actor and object of each entry, oldest first."""
    entries = AuditEntry.objects.exclude(actor="setup").order_by("seq")
    return [
        (entry.operation, entry.outcome, entry.actor, entry.object)
        for entry in entries
        if not names or entry.operation in names
    ]


ANN = "ann@acme.example"


def test_sign_in_is_logged_with_address_and_page(acme, ann, client):
    response = sign_in(client, REMOTE_ADDR="192.0.2.7")

    assert entry_facts() == [("sign_in.done", "done", ANN, "")]
    entry = AuditEntry.objects.get(operation="sign_in.done")
    assert (entry.organization_id, entry.role) == (acme.pk, "admin")
    assert (entry.address, entry.page) == ("192.0.2.7", response["X-Request-Id"])


def test_wrong_password_is_logged_in_the_organizations_of_the_account(acme, ann, client):
    sign_in(client, password="wrong")

    assert entry_facts() == [("sign_in.refused", "refused", ANN, "password")]
    assert AuditEntry.objects.get(actor=ANN).organization_id == acme.pk


def test_unknown_account_is_logged_without_organization(ann, client):
    sign_in(client, " Nobody@x.example")

    assert entry_facts() == [("sign_in.refused", "refused", "nobody@x.example", "password")]
    assert AuditEntry.objects.get(actor="nobody@x.example").organization_id == 0


def test_tried_passwords_are_not_logged(ann, client):
    sign_in(client, password="wrong-but-nearly-right")

    rows = [str(vars(entry)) for entry in AuditEntry.objects.all()]
    assert not any("nearly-right" in row for row in rows)


def test_throttled_account_is_logged(ann):
    for n in range(12):
        sign_in(Client(), password="wrong", REMOTE_ADDR=f"10.0.{n}.1")

    assert ("sign_in.throttled", "refused", ANN, "") in entry_facts()


def test_throttled_address_is_logged(ann, client):
    for _ in range(31):
        response = sign_in(client)
        client.cookies.clear()

    assert response.status_code == 429
    assert "Too many requests" in response.content.decode()
    assert entry_facts("sign_in.throttled")


def test_wrong_code_and_later_sign_in_are_logged(with_factor, client, code_at):
    sign_in(client)
    assert entry_facts() == []  # not signed in yet

    client.post(CODE, {"code": "000000"})
    client.post(CODE, {"code": code_at(with_factor)})

    assert entry_facts() == [
        ("sign_in.refused", "refused", ANN, "code"),
        ("sign_in.done", "done", ANN, ""),
    ]


def test_reused_code_is_logged(with_factor, code_at):
    for _ in range(2):
        client = Client()
        sign_in(client)
        client.post(CODE, {"code": code_at(with_factor)})

    assert entry_facts("sign_in.refused") == [("sign_in.refused", "refused", ANN, "code")]


def test_throttled_codes_are_logged(with_factor, client):
    sign_in(client)
    for n in range(12):
        client.post(CODE, {"code": f"{n:06}"})

    assert entry_facts("sign_in.throttled")


def test_sign_out_is_logged(ann, client):
    sign_in(client)
    client.post("/accounts/logout/")

    assert entry_facts()[-1] == ("sign_out", "done", ANN, "")


@pytest.mark.parametrize(
    ("used", "after", "why"),
    [([], 31, "unused"), (range(20, 12 * 60, 20), 12 * 60 + 1, "too long")],
)
def test_expired_session_is_logged(ann, client, time_machine, used, after, why):
    time_machine.move_to(1_800_000_000, tick=False)
    sign_in(client)
    for minute in (*used, after):
        time_machine.move_to(1_800_000_000 + minute * 60, tick=False)
        client.get("/")

    assert entry_facts()[-1] == ("session.ended", "done", ANN, why)


def test_step_up_is_logged(ann, client):
    sign_in(client)
    client.post("/accounts/reauthenticate/", {"password": "wrong"})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    assert entry_facts()[1:] == [
        ("step_up.refused", "refused", ANN, "password"),
        ("step_up.done", "done", ANN, "password"),
    ]


def test_password_change_is_logged(ann, client):
    sign_in(client)
    new = "lamp river seven orchard"
    client.post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )

    assert entry_facts()[-1] == ("password.change", "done", ANN, "")


def test_2fa_changes_are_logged(ann, client, code_at, django_capture_on_commit_callbacks):
    sign_in(client)
    client.get(SETUP)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(SETUP, {"code": code_at(pending(client))})
        client.post("/accounts/2fa/totp/deactivate/")

    assert ("second_factor.add", "done", ANN, "totp") in entry_facts()
    assert ("second_factor.remove", "done", ANN, "totp") in entry_facts()


def test_unwritable_log_prevents_sign_in(ann, client):
    AuditHead.objects.update(mac="forged")

    response = sign_in(client)

    assert response.status_code >= 500
    assert client.get("/")["Location"].startswith("/accounts/login/")


def test_each_failure_is_alerted(ann, client, caplog):
    sign_in(client, password="wrong", REMOTE_ADDR="192.0.2.7")

    (alert,) = [record.alert for record in caplog.records if record.name == "meridian.alert"]
    assert alert["event"] == "sign_in.refused"
    assert (alert["actor"], alert["address"]) == (ann.pk, "192.0.2.7")
