"""Restoring settings of an earlier version through the review."""

from pytest_django.asserts import assertContains, assertNotContains

from tenants.versions.models import Version

URL = "/acme/services/us/17/bring-back/"


def seen(number=1):
    return Version.objects.get(number=number).first_at.isoformat()


def test_only_chosen_settings_are_restored(editor, submit_settings, save, sandbox):
    submit_settings(editor, access_token_duration=2, refresh_token_duration=3)
    save(editor)

    body = {"at": seen(), "member": "accessTokenDuration"}
    review = editor.get(editor.post(URL, body).url)

    assertContains(review, "Review 1 change")
    assertContains(review, "Restore the version of")
    save(editor)
    service = sandbox.services[17]
    assert service["accessTokenDuration"] == 3600
    assert service["refreshTokenDuration"] != service.get("accessTokenDuration")


def test_whole_version_is_restored_without_secrets(editor, submit_settings, save, sandbox):
    sandbox.services[17]["apiSecret"] = "0ld-secret"
    for hours in (1, 2):  # with the first, Authlete fills in its defaults
        submit_settings(editor, access_token_duration=hours, refresh_token_duration=hours)
        save(editor)
    new = {"authenticationCallbackApiSecret": "of its own"}
    changed = {"apiSecret": "n3w-secret", "description": "Elsewhere"} | new
    sandbox.services[17] |= changed | {"modifiedAt": 2**41}

    review = editor.get(editor.post(URL, {"at": seen(2), "whole": ""}).url)

    assertContains(review, "Review 3 changes")
    assertContains(review, "Contains a secret")
    save(editor)
    service = sandbox.services[17]
    assert service["accessTokenDuration"] == 3600
    assert "description" not in service
    assert service["apiSecret"] == "n3w-secret"
    assert service.items() >= new.items()
    assert service["fromTheFuture"] == {"kept": True}


def test_missing_choice_is_an_error(editor, submit_settings, save):
    submit_settings(editor, access_token_duration=2)
    save(editor)

    page = editor.post(URL, {"at": seen()})

    assertContains(page, "None of the selected settings differ")
    assertNotContains(editor.get("/acme/services/us/17/"), "unsaved")


def test_time_before_the_first_version_is_not_found(editor):
    for moment in ("", "x", "1960-01-01T00:00:00Z"):
        assert editor.post(URL, {"at": moment, "whole": ""}).status_code == 404
