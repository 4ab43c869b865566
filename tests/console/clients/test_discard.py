from pytest_django.asserts import assertContains, assertRedirects

from console.models import Draft

SHOW = "/acme/services/us/17/clients/44/"


def test_draft_is_discarded_after_confirmation(editor, submit_settings):
    submit_settings(editor, client_name="Ledger")

    assertContains(editor.get(f"{SHOW}discard/"), "Your draft has 1 change.")
    response = editor.post(f"{SHOW}discard/")

    assertRedirects(response, SHOW, fetch_redirect_response=False)
    assert not Draft.objects.exists()
