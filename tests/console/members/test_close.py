import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.organizations import account_closure
from tenants.organizations.members import MembershipRuleError, add_member
from tenants.organizations.roles import Role
from tests.support.accounts import sign_in
from tests.support.forms import URLENCODED, fill_form
from tests.support.members import change_entries, url


def send(admin, person, page="close"):
    body = fill_form(admin.get(url(person, page)), "reason", reason="Left", ticket="HR-9")
    return admin.post(url(person, page), body, content_type=URLENCODED)


def test_closed_account_cannot_sign_in_until_reopened(admin, bo, role_of):
    browser = Client()
    sign_in(browser, "bo@acme.example")
    assert browser.get("/acme/").status_code == 200

    assert send(admin, bo).status_code == 302

    assert browser.get("/acme/").status_code == 302
    sign_in(browser, "bo@acme.example")
    assert browser.get("/acme/").status_code == 302
    assert role_of("bo@acme.example") == "editor"
    assert change_entries("account.close") == [("acme", "Left", "bo@acme.example")]
    assertContains(admin.get("/acme/members/"), "closed")
    assertContains(admin.get(f"/acme/members/{bo.pk}/"), "Reopen account")
    send(admin, bo, "reopen")
    sign_in(browser, "bo@acme.example")
    assert browser.get("/acme/").status_code == 200


def test_members_elsewhere_and_own_account_cannot_be_closed(admin, bo, elsewhere, admin_membership):
    add_member(Actor(0, "setup"), elsewhere.organization, "bo@acme.example", Role.VIEWER)

    page = admin.get(url(bo))

    assertContains(page, "Ask the operator of this console")
    assertNotContains(page, 'name="reason"')
    admin.post(url(bo), {"reason": "x", "idempotency_key": "o" * 24})
    admin.post(url(admin_membership()), {"reason": "x", "idempotency_key": "p" * 24})
    bo.user.refresh_from_db()
    assert bo.user.is_active
    assert admin_membership().user.is_active


def test_command_closes_the_account_and_logs_it_in_each_organization(acme, bo, elsewhere, capsys):
    add_member(Actor(0, "setup"), elsewhere.organization, "bo@acme.example", Role.ADMIN)
    order = ["close_account", "--email", "BO@acme.example", "--reason", "Left"]
    with pytest.raises(CommandError, match="Other would have no administrator"):
        call_command(*order)
    bo.user.refresh_from_db()
    assert bo.user.is_active

    call_command(*order, "--leave-without-admin")

    bo.user.refresh_from_db()
    assert not bo.user.is_active
    assert change_entries("account.close") == [
        (slug, "Left", "bo@acme.example") for slug in ("acme", "other")
    ]
    call_command(*order)
    assert "already disabled" in capsys.readouterr().out
    call_command(*order, "--reopen")
    assert len(change_entries("account.reopen")) == 2


def test_refused_closure_is_logged_and_changes_nothing(bo):
    account_closure.close_account(Actor(0, "x"), bo.user)
    bo.user.is_active = True  # as somebody else still sees it

    with pytest.raises(MembershipRuleError):
        account_closure.close_account(Actor(0, "x"), bo.user)

    entries = AuditEntry.objects.filter(operation="account.close")
    assert {entry.outcome for entry in entries} == {"done", "refused"}
