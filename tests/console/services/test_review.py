from importlib import import_module

import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from console.models import Draft
from console.ops.json_cache import JSONDatabaseCache
from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.forms import URLENCODED, fill_form
from tests.support.markup import compact

URL = "/acme/services/us/17/review/"
MERGE = "/acme/services/us/17/merge/"


def hours(number):
    return {"access_token_duration": number, "access_token_duration__unit": "hours"}


def updates():
    return AuditEntry.objects.filter(operation="service.update")


def test_changes_are_described_in_sentences(editor, submit_settings):
    submit_settings(editor, **hours(24))

    response = editor.get(URL)

    assertContains(response, "Review 1 change to Shop")
    assertContains(response, "1 hour")
    assertContains(response, "24 hours")


def test_request_and_curl_are_shown_without_the_token(editor, submit_settings):
    submit_settings(editor, **hours(24))

    response = editor.get(URL)

    assert '"accessTokenDuration": 86400' in response.context["body"]
    assert '"fromTheFuture"' in response.context["body"]
    assertContains(response, "$AUTHLETE_TOKEN")
    assertNotContains(response, "t0p")


def test_save_is_logged_with_its_reason(editor, submit_settings, save, sandbox):
    submit_settings(editor, **hours(24))

    response = save(editor, reason="Call center pilot", ticket="CHG-2107")

    entry = updates().get()
    assertRedirects(response, f"/acme/services/us/17/saved/{entry.entry}/")
    assert sandbox.services[17]["accessTokenDuration"] == 86400
    assert sandbox.services[17]["fromTheFuture"] == {"kept": True}
    assert (entry.outcome, entry.reason, entry.ticket) == ("done", "Call center pilot", "CHG-2107")
    assert entry.changes == [{"field": "accessTokenDuration", "before": 3600, "after": 86400}]
    assert not Draft.objects.exists()


def test_reason_is_required(editor, submit_settings, save, sandbox):
    submit_settings(editor, **hours(24))

    response = save(editor, reason=" ")

    assertContains(response, "Enter a reason for the audit log")
    assert sandbox.services[17]["accessTokenDuration"] == 3600


def test_unrelated_changes_of_others_are_preserved(editor, submit_settings, save, sandbox):
    submit_settings(editor, **hours(24))
    sandbox.services[17] |= {"refreshTokenDuration": 60, "modifiedAt": 2}

    response = editor.get(URL)

    assertContains(response, "Someone else saved changes")
    assertContains(response, "Refresh token duration")
    save(editor, page=response)
    assert sandbox.services[17]["accessTokenDuration"] == 86400
    assert sandbox.services[17]["refreshTokenDuration"] == 60


def test_conflicting_change_redirects_to_the_merge(editor, submit_settings, sandbox):
    submit_settings(editor, **hours(24))
    sandbox.services[17] |= {"accessTokenDuration": 60, "modifiedAt": 2}

    assertRedirects(editor.get(URL), MERGE, fetch_redirect_response=False)


def test_save_overwrites_no_newer_change(editor, submit_settings, save, sandbox):
    submit_settings(editor, **hours(24))
    reviewed = editor.get(URL)
    sandbox.services[17] |= {"accessTokenDuration": 60, "modifiedAt": 2}

    response = save(editor, page=reviewed)

    assertRedirects(response, URL, fetch_redirect_response=False)
    assertContains(editor.get(URL, follow=True), "Nothing was sent")
    assert sandbox.services[17]["accessTokenDuration"] == 60
    assert Draft.objects.exists()


def test_draft_changed_since_the_review_is_not_saved(editor, submit_settings, save, sandbox):
    submit_settings(editor, **hours(24))
    reviewed = editor.get(URL)
    submit_settings(editor, **hours(48))

    response = save(editor, page=reviewed)

    assertRedirects(response, URL, fetch_redirect_response=False)
    assert sandbox.services[17]["accessTokenDuration"] == 3600


def test_save_with_a_lost_response_is_resolved_by_reading(editor, submit_settings, save, sandbox):
    submit_settings(editor, **hours(24))
    sandbox.fault("reset", operation="service.update", after=True, times=1)

    response = save(editor)

    assertContains(response, "No response from Authlete")
    assertContains(response, "The request was sent, but its outcome")
    assertNotContains(response, "Nothing has been sent yet")
    assert updates().get().outcome == "unknown"
    assertContains(editor.get(URL), "Already saved")


def test_rejection_is_shown_and_preserves_the_draft(editor, submit_settings, save, sandbox):
    submit_settings(editor, **hours(24))
    sandbox.fault("status", operation="service.update", status=400, times=1)

    response = save(editor, reason="Pilot")

    assertContains(response, "Authlete rejected the request")
    assertContains(response, updates().get().entry)
    assertContains(response, "Pilot</textarea>")
    assert Draft.objects.exists()


def test_new_secret_is_neither_shown_nor_logged(editor, submit_settings, save, sandbox):
    name = "authentication_callback_api_secret"
    submit_settings(editor, "sign-in", **{f"{name}__new": "n3w-s3cret"})

    response = editor.get(URL)

    assertNotContains(response, "n3w-s3cret")
    save(editor, page=response)
    assert sandbox.services[17]["authenticationCallbackApiSecret"] == "n3w-s3cret"
    assert "n3w-s3cret" not in str(updates().get().changed)
    assert not any("n3w-s3cret" in draft.sealed for draft in Draft.objects.all())


def test_review_without_a_draft_says_so(editor):
    assertContains(editor.get(URL), "Nothing to review")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.HELP_DESK])
def test_needs_a_role_that_may_change(member, sandbox, role):
    assert member(role).get(URL).status_code == 403


def test_second_submit_sends_nothing_and_shows_the_first_result(editor, submit_settings, sandbox):
    submit_settings(editor, **hours(24))
    body = fill_form(editor.get(URL), "reviewed", reason="Agreed", ticket="CHG-1")

    first, second = (editor.post(URL, body, content_type=URLENCODED) for _ in range(2))

    assert second.url == first.url
    assert updates().count() == 1


def test_cache_failure_is_not_reported_as_a_second_submit(
    editor, submit_settings, sandbox, monkeypatch
):
    submit_settings(editor, **hours(24))
    body = fill_form(editor.get(URL), "reviewed", reason="Agreed", ticket="CHG-1")
    monkeypatch.setattr(JSONDatabaseCache, "_base_set", lambda *_: False)  # as if locked

    response = editor.post(URL, body, content_type=URLENCODED, follow=True)

    assertContains(response, "database is unavailable, so nothing was sent")
    assertNotContains(response, "You already submitted this form")
    assert not updates().exists()


def test_second_submit_waits_for_a_failing_first_one(editor, submit_settings, sandbox):
    submit_settings(editor, **hours(24))
    body = fill_form(editor.get(URL), "reviewed", reason="Agreed", ticket="CHG-1")
    sandbox.fault("status", operation="service.update", status=400, times=1)

    editor.post(URL, body, content_type=URLENCODED)
    response = editor.post(URL, body, content_type=URLENCODED, follow=True)

    assertContains(response, "You already submitted this form")
    assert updates().count() == 1
    assert sandbox.services[17]["accessTokenDuration"] == 3600


@pytest.fixture
def while_saving(sandbox, monkeypatch):
    """Have something happen at Authlete just when an update arrives there."""
    struck = sandbox.faults.take_matching

    def make(happens):
        def watched(region, operation, *request):
            if operation == "service.update":
                happens()
            return struck(region, operation, *request)

        monkeypatch.setattr(sandbox.faults, "take_matching", watched)

    return make


def test_save_is_confirmed_when_the_read_after_it_fails(
    editor, submit_settings, save, sandbox, while_saving
):
    """That No changes to save by the reading must not be all that is told."""
    submit_settings(editor, **hours(24))
    page = editor.get(URL)
    sandbox.fault("reset", operation="service.update", after=True, times=1)
    while_saving(lambda: sandbox.fault("reset", operation="service.get"))

    response = save(editor, page=page)

    assert sandbox.services[17]["accessTokenDuration"] == 86400
    assertContains(response, updates().get().entry, status_code=502)
    assertContains(response, "The request was sent, but its outcome", status_code=502)
    assert "<title>Outcome unknown" in compact(response)
    assertNotContains(response, "No changes to save", status_code=502)
    assertNotContains(response, "Failed", status_code=502)


def test_conflict_after_a_failure_cannot_be_saved_over(
    editor, submit_settings, save, sandbox, while_saving
):
    submit_settings(editor, **hours(24))
    page = editor.get(URL)
    sandbox.fault("status", operation="service.update", status=400, times=1)
    theirs = {"accessTokenDuration": 60, "modifiedAt": 2}
    while_saving(lambda: sandbox.services[17].update(theirs))

    response = save(editor, page=page)

    assertContains(response, "Authlete rejected the request")
    assertContains(response, MERGE)
    assertNotContains(response, 'name="reviewed"')


def test_save_preserves_drafts_of_invalid_forms(editor, submit_settings, save):
    basics = "/acme/services/us/17/edit/basics/"
    typed = fill_form(editor.get(basics), "base", description="Not sent yet")
    editor.post(f"{basics}draft/", typed, content_type=URLENCODED)
    submit_settings(editor, **hours(24))

    save(editor)

    assertContains(editor.get(basics), "Not sent yet")
    assertContains(editor.get(URL), "no unsaved changes")


def test_slow_save_skips_the_read_after_it(editor, submit_settings, save, sandbox, monkeypatch):
    submit_settings(editor, **hours(24))
    page = editor.get(URL)
    monkeypatch.setattr(import_module("console.editing.views.review"), "CALL_TIMEOUT_SECONDS", 0.2)
    sandbox.fault("reset", operation="service.update", after=True, delay=300)

    response = save(editor, page=page)

    assertContains(response, updates().get().entry, status_code=502)
    assert AuditEntry.objects.first() == updates().get()
