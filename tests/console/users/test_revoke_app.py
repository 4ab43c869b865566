"""Revoking a user's access to one app."""

import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertTemplateNotUsed

from console.models import Receipt
from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.audit.reconciliation.resolutions import find_unresolved, resolve
from tenants.authlete.outcome import Outcome
from tenants.organizations.roles import Role
from tenants.sandbox.state import StoredGrant
from tests.support.forms import URLENCODED, fill_form
from tests.support.users import SUBJECT, issue

WHY = {"reason": "Lost phone", "ticket": "INC-7"}
HTMX = {"HX-Request": "true"}
IN_DIALOG = HTMX | {"HX-Target": "step"}
TILL = (44, SUBJECT)


@pytest.fixture
def till(world):
    """The app whose row says "Revoke"; it was granted a scope that no token has."""
    world.region("us").granted[17][TILL] = StoredGrant(["orders"], ["orders", "old"], 1)
    return world


@pytest.fixture
def row(look_up, till):
    return f"{look_up()}regions/us/17/44/"


def revoke(help_desk, row, headers=None):
    body = fill_form(help_desk.get(row), "reason", **WHY)
    return help_desk.post(row, body, content_type=URLENCODED, headers=headers)


def client_tokens(world, client_id=44, subject=SUBJECT):
    return [
        token
        for token in world.region("us").tokens[17]
        if (token.client_id, token.subject) == (client_id, subject)
    ]


def destroyed(world):
    """What was called that ends something, in order."""
    words = ("authorization/delete", "granted_scopes/delete", "token/revoke")
    return [word for call in world.calls for word in words if word in call.path]


def test_effects_are_described(help_desk, row):
    response = help_desk.get(row)

    assertContains(response, "1 token is revoked immediately")
    assertContains(response, "1 expired token is deleted")
    assertContains(response, "Read your orders")
    assertContains(response, "Granted scopes to delete")
    assertContains(response, "<code>old</code>")


def test_tokens_and_consent_of_this_app_only_are_revoked(help_desk, row, till):
    response = revoke(help_desk, row)

    assert response["Location"].endswith("#in-us")
    assert destroyed(till) == ["authorization/delete", "granted_scopes/delete"]
    assert not client_tokens(till)
    assert client_tokens(till, 45)
    assert client_tokens(till, subject="user-2")
    assert TILL not in till.region("us").granted[17]
    entries = AuditEntry.objects.filter(effect="destroy")
    assert {(entry.subject, entry.ticket, entry.label) for entry in entries} == {
        (SUBJECT, "INC-7", "Till")
    }


def test_row_is_updated_and_links_the_receipt(help_desk, row):
    response = revoke(help_desk, row, headers=IN_DIALOG)

    assert response["HX-Retarget"] == "#app-us-17-44"
    assertTemplateNotUsed(response, "base.html")
    assertContains(response, 'id="app-us-17-44"')
    assertContains(response, "revoked")
    assertContains(response, f"receipts/{Receipt.objects.get().pk}/")
    before = response.text.partition('id="earlier-actions"')[2]
    assert "Lost phone" in before  # what was just done as well
    assert "INC-7" in before
    again = help_desk.get(row.removesuffix("17/44/"), headers=HTMX)
    assertContains(again, "2 tokens revoked")
    assertContains(help_desk.get(row.partition("regions")[0]), f"{Receipt.objects.get().pk}")


def test_app_with_new_tokens_is_active_again(help_desk, row, till):
    revoke(help_desk, row)
    issue(till, 44)

    again = help_desk.get(row.removesuffix("17/44/"), headers=HTMX)

    assertContains(again, 'id="app-us-17-44"', count=1)
    assertNotContains(again, "revoked")


def test_revoked_app_is_not_in_a_filtered_list(help_desk, row, till):
    region = row.removesuffix("17/44/")
    help_desk.get(region, headers=HTMX)
    revoke(help_desk, row)

    assertContains(help_desk.get(f"{region}?sort=app", headers=HTMX), "2 tokens revoked")


def test_second_submit_revokes_once(help_desk, row, till):
    body = fill_form(help_desk.get(row), "reason", **WHY)

    first, second = (help_desk.post(row, body, content_type=URLENCODED) for _ in "12")

    assert second["Location"] == first["Location"]
    assert destroyed(till).count("authorization/delete") == 1
    assert Receipt.objects.count() == 1


def test_missing_reason_is_an_error_in_the_dialog(help_desk, row, till):
    response = help_desk.post(row, {"reason": " ", "idempotency_key": "x" * 24}, headers=IN_DIALOG)

    assertContains(response, "Enter a reason for the audit log.", status_code=422)
    assertTemplateNotUsed(response, "base.html")
    assert not destroyed(till)


def test_lost_response_is_resolved_by_reading(help_desk, row, till, acme):
    till.fault("reset", operation="authorization.delete_post", after=True, times=1)

    revoke(help_desk, row)

    assert destroyed(till).count("authorization/delete") == 1
    receipt = help_desk.get(f"/acme/subjects/receipts/{Receipt.objects.get().pk}/")
    assertContains(receipt, "fully confirmed")
    assertContains(receipt, "estimated")
    assertContains(receipt, 'data-outcome="unknown"')

    (lost,) = find_unresolved(acme.pk)
    resolve(Actor(1, "ada", organization_id=acme.pk), lost, Outcome.SUCCEEDED, "")

    receipt = help_desk.get(f"/acme/subjects/receipts/{Receipt.objects.get().pk}/")
    assertContains(receipt, "marked as succeeded by <bdi>ada</bdi>")
    assertContains(receipt, 'data-outcome="done"')
    file = help_desk.get(receipt.wsgi_request.path, {"format": "json"}).json()
    ends = [call["settled"] for call in file["calls"] if call["settled"]]
    assert [end["by"] for end in ends] == ["ada"]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"kind": "down", "region": "us"}, "connection"),
        ({"kind": "status", "status": 403, "path": "granted_scopes/delete"}, "403"),
        ({"kind": "status", "status": 503, "path": "authorization/delete"}, "503"),
    ],
)
def test_unproven_revocation_is_reported_and_can_be_retried(help_desk, row, till, fault, message):
    form = fill_form(help_desk.get(row), "reason", **WHY)
    till.fault(**fault)

    response = help_desk.post(row, form, content_type=URLENCODED)

    receipt = help_desk.get(response["Location"])
    assertContains(receipt, "partly confirmed")
    assertContains(receipt, message)
    assertContains(receipt, "Check the user again")
    till.faults.clear()
    revoke(help_desk, row)
    assert not client_tokens(till)
    assert TILL not in till.region("us").granted[17]


def test_revoked_app_still_listed_is_not_shown_as_active(help_desk, row, till):
    """As some live servers may do it (Authlete facts, 14)."""
    form = fill_form(help_desk.get(row), "reason", **WHY)
    till.state.revoked_linger = True
    for client_token in client_tokens(till):
        client_token.revoked = True
    till.fault("status", status=403, path="authorization/delete")

    help_desk.post(row, form, content_type=URLENCODED)

    receipt = help_desk.get(f"/acme/subjects/receipts/{Receipt.objects.get().pk}/")
    assertContains(receipt, "none active")
    assertContains(receipt, "2 revoked tokens are still listed")


def test_page_belongs_to_the_person_who_searched(help_desk, row, member):
    assert member(Role.ADMIN).get(row).status_code == 404
