"""Revocation of a token that was looked up."""

import pytest
from pytest_django.asserts import (
    assertContains,
    assertNotContains,
    assertRedirects,
    assertTemplateNotUsed,
)

from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.console.tokens.pasted_tokens import BOX, LEAKED, OWNER, REFRESH
from tests.support.forms import URLENCODED, fill_form

PATH = f"{BOX}revoke/"
WHY = {"reason": "Found in a public repository", "ticket": "INC-4411"}


@pytest.fixture
def help_desk(member, signer):
    browser = member(Role.HELP_DESK)
    browser.post(BOX, {"token": "nothing"})  # the services are seen once
    return browser


@pytest.fixture
def form(help_desk, leaked_token):
    """Return the data of the form that revokes a looked-up token."""

    def form(token=LEAKED, **entered):
        page = help_desk.post(BOX, {"token": token, "service": "us/17"})
        step = help_desk.post(PATH, {"sealed": page.context["sealed"]})
        return fill_form(step, "reason", **WHY | entered)

    return form


@pytest.fixture
def revoke(help_desk, form):
    def revoke(token=LEAKED, **entered):
        return help_desk.post(PATH, form(token, **entered), content_type=URLENCODED)

    return revoke


def live_tokens(sandbox):
    return sandbox.region("us").tokens[17]


@pytest.mark.parametrize("token", [LEAKED, REFRESH])
def test_token_is_revoked_and_looked_up_again(revoke, leaked_token, signer, token):
    response = revoke(token)

    assertContains(response, "Revoked")
    assertContains(response, "no longer active")
    assert leaked_token not in live_tokens(signer)
    entry = AuditEntry.objects.get(operation="token.revoke")
    assert (entry.subject, entry.client, entry.label) == (OWNER, "44", "Till")
    assert (entry.reason, entry.ticket, entry.effect) == (*WHY.values(), "destroy")
    assert token not in str(AuditEntry.objects.values())


def test_reason_is_asked_for_in_a_step(help_desk, leaked_token, signer):
    page = help_desk.post(BOX, {"token": LEAKED, "service": "us/17"})
    headers = {"HX-Request": "true", "HX-Target": "step"}

    step = help_desk.post(PATH, {"sealed": page.context["sealed"]}, headers=headers)

    assertContains(step, "Revoke a token of Till")
    assertContains(step, "Revoke token in US")
    assertTemplateNotUsed(step, "base.html")
    assertNotContains(step, "field-error")
    assert LEAKED not in step.text
    assert leaked_token in live_tokens(signer)


def test_missing_reason_preserves_the_token(revoke, help_desk, leaked_token, signer):
    refused = revoke(reason=" ")

    assertContains(refused, "Enter a reason for the audit log.", status_code=422)
    assert leaked_token in live_tokens(signer)
    assert LEAKED not in refused.text
    again = help_desk.post(PATH, fill_form(refused, "reason", **WHY), content_type=URLENCODED)
    assertContains(again, "Revoked")
    assert leaked_token not in live_tokens(signer)


def test_second_submit_revokes_once(help_desk, form, leaked_token, signer):
    body = form()
    help_desk.post(PATH, body, content_type=URLENCODED)

    again = help_desk.post(PATH, body, content_type=URLENCODED)

    assertRedirects(again, BOX)
    assert sum(call.path.endswith("/token/revoke") for call in signer.calls) == 1


def test_expired_form_is_explained(revoke, leaked_token, signer, form, help_desk):
    body = form()
    live_tokens(signer).clear()

    assertContains(help_desk.post(PATH, body, content_type=URLENCODED), "Already revoked")


@pytest.mark.parametrize(
    ("faults", "message", "is_gone"),
    [
        ([("reset", "/revoke", True)], "no longer active", True),
        ([("reset", "/revoke", False)], "The token still works", False),
        (
            [("reset", "/revoke", True), ("status", "/introspection", False)],
            "Outcome unknown",
            True,
        ),
        ([("status", "/introspection", False)], "Revoked, not verified", True),
    ],
)
def test_unknown_outcome_is_explained(
    help_desk, form, leaked_token, signer, faults, message, is_gone
):
    body = form()
    for kind, path, after in faults:
        more = {"status": 503} if kind == "status" else {}
        signer.fault(kind, path=path, after=after, **more)

    response = help_desk.post(PATH, body, content_type=URLENCODED)

    assertContains(response, message)
    assert (leaked_token not in live_tokens(signer)) is is_gone


def test_rejection_can_be_retried(help_desk, form, leaked_token, signer):
    body = form()
    signer.fault("status", path="/revoke", status=403, times=1, message=f"No: {LEAKED}")

    refused = help_desk.post(PATH, body, content_type=URLENCODED)

    assertContains(refused, "Not allowed by Authlete")
    assertNotContains(refused, LEAKED)
    body = fill_form(refused, "reason", **WHY)
    assertContains(help_desk.post(PATH, body, content_type=URLENCODED), "Revoked")


def test_token_of_another_person_cannot_be_opened(help_desk, form, member, leaked_token, signer):
    stolen = member(Role.ADMIN).post(PATH, form(), content_type=URLENCODED)
    pasted = help_desk.post(BOX, {"token": LEAKED})
    sealed = fill_form(pasted, "sealed").partition("sealed=")[2].partition("&")[0]
    forged = help_desk.post(
        PATH, form().replace("sealed=", f"sealed={sealed}&x="), content_type=URLENCODED
    )

    for response in (stolen, forged):
        assertContains(response, "Nothing was done", status_code=422)
    assert leaked_token in live_tokens(signer)


def test_page_without_a_token_redirects_to_the_lookup(help_desk):
    assertRedirects(help_desk.get(PATH), BOX)
