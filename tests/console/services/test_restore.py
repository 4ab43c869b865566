import pytest
from pytest_django.asserts import assertContains

from tenants.audit.models import AuditEntry

SHOW = "/acme/services/us/17/"
SECRET = "n3w-secret-of-a-callback"


def undo(browser, page):
    return browser.post(page.replace("/saved/", "/restore/"))


def test_undo_restores_a_lifetime(editor, submit_settings, save, sandbox):
    submit_settings(editor, access_token_duration=2)
    page = save(editor).url

    response = undo(editor, page)

    assertContains(editor.get(response.url), "Review 1 change")
    save(editor)
    assert sandbox.services[17]["accessTokenDuration"] == 3600


def replace(browser, submit_settings, sandbox):
    """Enter another secret in place of the one that there is."""
    name = "authentication_callback_api_secret"
    sandbox.services[17]["authenticationCallbackApiSecret"] = "0ld-secret"
    submit_settings(browser, "sign-in", **{name: "replace", f"{name}__new": SECRET})


@pytest.fixture
def replaced(editor, submit_settings, save, sandbox):
    """The page of an edit that replaced a secret and shortened a lifetime."""
    replace(editor, submit_settings, sandbox)
    submit_settings(editor, access_token_duration=2)
    return save(editor).url


def test_undo_says_that_secrets_are_not_stored(editor, replaced, save, sandbox):
    page = editor.get(undo(editor, replaced).url)

    assertContains(page, "aren&#x27;t stored")
    save(editor)
    service = sandbox.services[17]
    assert service["accessTokenDuration"] == 3600
    assert service["authenticationCallbackApiSecret"] == SECRET


def test_undo_without_restorable_settings_says_so(editor, submit_settings, save, sandbox):
    replace(editor, submit_settings, sandbox)

    response = undo(editor, save(editor).url)

    assertContains(response, "Nothing to undo")
    assertContains(response, "aren&#x27;t stored")


def test_external_change_can_be_undone(editor, save, sandbox):
    editor.get(SHOW)
    sandbox.services[17] |= {"accessTokenDuration": 60, "modifiedAt": 2}
    editor.get(SHOW)
    (entry,) = AuditEntry.objects.filter(operation="service.changed_outside")

    page = f"{SHOW}saved/{entry.entry}/"
    assertContains(editor.get(page), "Changed outside Meridian")
    undo(editor, page)

    save(editor)
    assert sandbox.services[17]["accessTokenDuration"] == 3600
