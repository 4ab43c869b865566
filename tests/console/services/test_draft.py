import pytest
from pytest_django.asserts import assertContains, assertNotContains

from console.forms.validation import to_plain
from console.models import Draft
from tenants.audit.models import AuditEntry
from tests.support.forms import URLENCODED, fill_form

EDIT = "/acme/services/us/17/edit/tokens/"
ALL = "/acme/services/us/17/edit/all/"
URL = f"{EDIT}draft/"


def typed(browser, page=EDIT, **entered):
    body = fill_form(browser.get(page), "base", **entered)
    return browser.post(f"{page}draft/", body, content_type=URLENCODED)


def save(browser, page=ALL, **entered):
    body = fill_form(browser.get(page), "base", **entered)
    return browser.post(page, body, content_type=URLENCODED)


def test_invalid_form_is_saved_as_a_draft(editor, sandbox):
    response = typed(editor, access_token_duration="soon")

    assertContains(response, "Draft saved")
    assertContains(editor.get(EDIT), 'value="soon"')


def test_notice_links_the_section_of_a_draft(editor, sandbox):
    typed(editor, access_token_duration=77)

    page = editor.get("/acme/services/us/17/")

    assertContains(page, "You have unsaved changes")
    notice = page.text.partition("You have unsaved changes")[2].partition("</ul>")[0]
    assert f'href="{EDIT}"' in notice


def test_all_settings_show_what_was_entered_in_a_section(editor, sandbox):
    typed(editor, access_token_duration="soon")

    page = editor.get(ALL)

    assertContains(page, 'value="soon"')
    assertContains(page, "1 unsaved")


def test_section_shows_what_was_entered_in_all_settings(editor, sandbox):
    typed(editor, ALL, access_token_duration=77, description="Ours")

    assertContains(editor.get(EDIT), 'value="77"')
    assertContains(editor.get("/acme/services/us/17/"), f'href="{ALL}">All settings</a>')


def test_the_last_input_of_a_setting_is_shown(editor, sandbox):
    typed(editor, ALL, access_token_duration=77, description="Ours")
    typed(editor, access_token_duration=88)

    page = editor.get(ALL)

    assertContains(page, 'value="88"')
    assertContains(page, "Ours</textarea>")


def test_values_of_others_stay_beside_what_was_entered(editor, sandbox):
    typed(editor, access_token_duration=77)
    sandbox.services[17]["refreshTokenDuration"] = 12345

    page = editor.get(ALL)

    assertContains(page, 'value="77"')
    assertContains(page, 'value="12345"')


@pytest.mark.parametrize(("first", "second"), [(ALL, EDIT), (EDIT, ALL)])
def test_submitted_input_replaces_earlier_input(editor, sandbox, first, second):
    typed(editor, first, access_token_duration=77)
    body = fill_form(editor.get(second), "base", access_token_duration=99)
    editor.post(second, body, content_type=URLENCODED)

    assertContains(editor.get(first), 'value="99"')
    assertContains(editor.get(second), 'value="99"')


def test_draft_survives_a_sign_out(editor, sandbox, django_user_model):
    typed(editor, access_token_duration=77)
    editor.logout()
    editor.force_login(django_user_model.objects.get())

    assertContains(editor.get(EDIT), 'value="77"')


def test_draft_sends_nothing_to_authlete(editor, sandbox):
    typed(editor, access_token_duration=77)

    assert {entry.operation for entry in AuditEntry.objects.all()} == {"service.get"}


def test_draft_contains_no_csrf_token(editor, sandbox):
    typed(editor, access_token_duration=77)

    assert "csrf" not in str(Draft.objects.get().content)


def test_get_is_not_allowed(editor, sandbox):
    assert editor.get(URL).status_code == 405


def store_draft(browser, content):
    """Store ``content`` in the draft, as another version wrote it."""
    typed(browser, access_token_duration=77)
    Draft.objects.get().seal_content(content).save()


@pytest.mark.parametrize(
    "content", [{}, [], {"mark": "m", "text": "[1, 2]"}, {"mark": "m", "text": "{"}]
)
def test_draft_of_another_console_version_breaks_no_page(editor, content):
    store_draft(editor, content)

    assert editor.get("/acme/services/us/17/").status_code == 200
    assert editor.get("/acme/services/us/17/edit/tokens/").status_code == 200


def test_read_only_settings_in_a_draft_are_not_sent(editor):
    edits = {"createdAt": 5, "noLongerThere": "x", "accessTokenDuration": 60}
    base = {"accessTokenDuration": 3600}
    store_draft(editor, to_plain([1, base, edits, {}]))

    response = editor.get("/acme/services/us/17/review/")

    assert list(response.context["review"].values) == ["accessTokenDuration"]
    assert editor.get("/acme/services/us/17/merge/").status_code == 200


def test_filtered_form_keeps_what_it_hides(editor, sandbox):
    save(editor, access_token_duration="2")

    save(editor, f"{ALL}?q=pushed", **{"par_required.on": "on"})

    review = editor.get("/acme/services/us/17/review/")
    assertContains(review, "Review 2 changes")
    assertNotContains(review, "Someone else saved changes")
