from pytest_django.asserts import assertContains

from console.models import Draft

URL = "/acme/services/us/17/discard/"


def test_draft_is_discarded_after_confirmation(editor, submit_settings):
    submit_settings(editor, access_token_duration=2)

    assertContains(editor.get(URL), "Your draft has 1 change.")
    assert Draft.objects.exists()
    editor.post(URL)

    assert not Draft.objects.exists()
