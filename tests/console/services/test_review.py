import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from console.models import Draft
from tenants.audit.models import AuditEntry
from tenants.roles import Role

URL = "/acme/services/us/17/review/"
MERGE = "/acme/services/us/17/merge/"


def hours(number):
    return {"access_token_duration": number, "access_token_duration__unit": "hours"}


def updates():
    return AuditEntry.objects.filter(operation="service.update")


def test_says_in_a_sentence_what_changes(editor, enter):
    enter(editor, **hours(24))

    response = editor.get(URL)

    assertContains(response, "Review 1 change to Shop")
    assertContains(response, "1 hour")
    assertContains(response, "24 hours")


def test_shows_the_request_and_a_curl_without_the_token(editor, enter):
    enter(editor, **hours(24))

    response = editor.get(URL)

    assert '"accessTokenDuration": 86400' in response.context["body"]
    assert '"fromTheFuture"' in response.context["body"]
    assertContains(response, "$AUTHLETE_TOKEN")
    assertNotContains(response, "t0p")


def test_saves_and_records_why(editor, enter, save, sandbox):
    enter(editor, **hours(24))

    response = save(editor, reason="Call center pilot", ticket="CHG-2107")

    entry = updates().get()
    assertRedirects(response, f"/acme/services/us/17/saved/{entry.entry}/")
    assert sandbox.services[17]["accessTokenDuration"] == 86400
    assert sandbox.services[17]["fromTheFuture"] == {"kept": True}
    assert (entry.outcome, entry.reason, entry.ticket) == (
        "done",
        "Call center pilot",
        "CHG-2107",
    )
    assert entry.changes == [
        {"field": "accessTokenDuration", "before": 3600, "after": 86400}
    ]
    assert not Draft.objects.exists()


def test_asks_for_a_reason(editor, enter, save, sandbox):
    enter(editor, **hours(24))

    response = save(editor, reason=" ")

    assertContains(response, "whoever reads the record will ask")
    assert sandbox.services[17]["accessTokenDuration"] == 3600


def test_keeps_changes_of_others_that_do_not_touch(editor, enter, save, sandbox):
    enter(editor, **hours(24))
    sandbox.services[17] |= {"refreshTokenDuration": 60, "modifiedAt": 2}

    response = editor.get(URL)

    assertContains(response, "The service changed since you opened it")
    assertContains(response, "Refresh token lifetime")
    save(editor, page=response)
    assert sandbox.services[17]["accessTokenDuration"] == 86400
    assert sandbox.services[17]["refreshTokenDuration"] == 60


def test_leads_to_a_merge_where_both_changed_the_same(editor, enter, sandbox):
    enter(editor, **hours(24))
    sandbox.services[17] |= {"accessTokenDuration": 60, "modifiedAt": 2}

    assertRedirects(editor.get(URL), MERGE, fetch_redirect_response=False)


def test_overwrites_nobody_who_was_faster(editor, enter, save, sandbox):
    enter(editor, **hours(24))
    reviewed = editor.get(URL)
    sandbox.services[17] |= {"accessTokenDuration": 60, "modifiedAt": 2}

    response = save(editor, page=reviewed)

    assertRedirects(response, URL, fetch_redirect_response=False)
    assertContains(editor.get(URL, follow=True), "Nothing was sent")
    assert sandbox.services[17]["accessTokenDuration"] == 60
    assert Draft.objects.exists()


def test_saves_only_what_was_reviewed(editor, enter, save, sandbox):
    enter(editor, **hours(24))
    reviewed = editor.get(URL)
    enter(editor, **hours(48))

    response = save(editor, page=reviewed)

    assertRedirects(response, URL, fetch_redirect_response=False)
    assert sandbox.services[17]["accessTokenDuration"] == 3600


def test_a_save_whose_reply_was_lost_is_unknown_and_settled_by_reading(
    editor, enter, save, sandbox
):
    enter(editor, **hours(24))
    sandbox.fault("reset", operation="service.update", after=True, times=1)

    response = save(editor)

    assertContains(response, "No answer came")
    assert updates().get().outcome == "unknown"
    assertContains(editor.get(URL), "Authlete already has every value of this draft")


def test_a_refusal_shows_what_authlete_says_and_keeps_the_draft(
    editor, enter, save, sandbox
):
    enter(editor, **hours(24))
    sandbox.fault("status", operation="service.update", status=400, times=1)

    response = save(editor, reason="Pilot")

    assertContains(response, "Authlete did not accept this")
    assertContains(response, updates().get().entry)
    assertContains(response, "Pilot</textarea>")
    assert Draft.objects.exists()


def test_never_shows_or_records_a_new_secret(editor, enter, save, sandbox):
    name = "authentication_callback_api_secret"
    enter(editor, "sign-in", **{f"{name}__new": "n3w-s3cret"})

    response = editor.get(URL)

    assertNotContains(response, "n3w-s3cret")
    save(editor, page=response)
    assert sandbox.services[17]["authenticationCallbackApiSecret"] == "n3w-s3cret"
    assert "n3w-s3cret" not in str(updates().get().changed)
    assert not any("n3w-s3cret" in draft.sealed for draft in Draft.objects.all())


def test_has_nothing_to_show_without_a_draft(editor):
    assertContains(editor.get(URL), "Nothing to review")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.HELP_DESK])
def test_needs_a_role_that_may_change(member, sandbox, role):
    assert member(role).get(URL).status_code == 403
