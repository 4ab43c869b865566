import pytest
from pytest_django.asserts import assertContains

from console.forms.validation import to_plain
from console.models import Draft
from tenants.audit.models import AuditEntry
from tests.support.forms import URLENCODED, fill_form

EDIT = "/acme/services/us/17/edit/tokens/"
URL = f"{EDIT}draft/"


def typed(browser, **entered):
    body = fill_form(browser.get(EDIT), "base", **entered)
    return browser.post(URL, body, content_type=URLENCODED)


def test_keeps_a_form_that_is_not_valid_yet(editor, sandbox):
    response = typed(editor, access_token_duration="soon")

    assertContains(response, "Draft saved")
    assertContains(editor.get(EDIT), 'value="soon"')


def test_survives_a_lost_session(editor, sandbox, django_user_model):
    typed(editor, access_token_duration=77)
    editor.logout()
    editor.force_login(django_user_model.objects.get())

    assertContains(editor.get(EDIT), 'value="77"')


def test_sends_nothing(editor, sandbox):
    typed(editor, access_token_duration=77)

    assert {entry.operation for entry in AuditEntry.objects.all()} == {"service.get"}


def test_keeps_no_token_of_the_page(editor, sandbox):
    typed(editor, access_token_duration=77)

    assert "csrf" not in str(Draft.objects.get().content)


def test_is_only_for_post(editor, sandbox):
    assert editor.get(URL).status_code == 405


def keep(browser, content):
    """Have the draft hold ``content``, which another version wrote."""
    typed(browser, access_token_duration=77)
    Draft.objects.get().seal_content(content).save()


@pytest.mark.parametrize(
    "content", [{}, [], {"mark": "m", "text": "[1, 2]"}, {"mark": "m", "text": "{"}]
)
def test_one_of_another_version_of_the_console_breaks_no_page(editor, content):
    keep(editor, content)

    assert editor.get("/acme/services/us/17/").status_code == 200
    assert editor.get("/acme/services/us/17/edit/tokens/").status_code == 200


def test_a_setting_that_nobody_may_change_any_more_is_not_sent(editor):
    edits = {"createdAt": 5, "noLongerThere": "x", "accessTokenDuration": 60}
    base = {"accessTokenDuration": 3600}
    keep(editor, to_plain([1, base, edits, {}]))

    response = editor.get("/acme/services/us/17/review/")

    assert list(response.context["review"].values) == ["accessTokenDuration"]
    assert editor.get("/acme/services/us/17/merge/").status_code == 200
