"""Steps: the same pages in a dialog and without JavaScript."""

from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from tests.support.authentication import expire_authentication
from tests.support.clients import CLIENT
from tests.support.forms import URLENCODED, fill_form

STAGE = f"{CLIENT}stage/"
IN_DIALOG = {"HX-Request": "true", "HX-Target": "step"}
PASSWORD = "/accounts/reauthenticate/"


def test_dialog_shows_the_page_without_its_frame(admin):
    page, dialog = admin.get(STAGE), admin.get(STAGE, headers=IN_DIALOG)

    for response in (page, dialog):
        assertContains(response, "<h1><bdi>Rotate the secret of Ledger sync</bdi></h1>")
        assert "HX-Target" in response["Vary"]
    assertContains(page, "<!DOCTYPE html>")
    assertContains(page, "Breadcrumb")
    assertNotContains(dialog, "<!DOCTYPE html>")
    assertNotContains(dialog, "Breadcrumb")
    assertContains(dialog, "<title>")


def test_other_targets_get_the_whole_page(admin):
    other = {"HX-Request": "true", "HX-Target": "list", "HX-Boosted": "true"}

    assertContains(admin.get(STAGE, headers=other), "<!DOCTYPE html>")


def test_dialog_follows_redirects_that_load_a_page_elsewhere(admin, staged):
    staged(admin)

    for headers, status in ((None, 302), (IN_DIALOG, 302), ({"HX-Request": "true"}, 200)):
        response = admin.get(STAGE, headers=headers)
        assert response.status_code == status
        assert response.headers.get("Location", response.headers.get("HX-Redirect")) == (
            f"{CLIENT}secret/"
        )


def test_error_in_the_dialog_preserves_the_input(admin):
    body = fill_form(admin.get(STAGE), "reason", reason="", ticket="CHG-2101")

    response = admin.post(STAGE, body, content_type=URLENCODED, headers=IN_DIALOG)

    assertNotContains(response, "<!DOCTYPE html>")
    assertContains(response, 'value="CHG-2101"')
    assertContains(response, "field-error")


def test_identity_is_confirmed_in_the_dialog_and_leads_to_the_step(admin, django_user_model):
    django_user_model.objects.update(email="ada@acme.example")
    expire_authentication(admin)

    dialog = admin.get(STAGE, headers=IN_DIALOG)
    assertRedirects(dialog, f"{PASSWORD}?next={STAGE.replace('/', '%2F')}", 302)
    form = admin.get(dialog["Location"], headers=IN_DIALOG)
    assertNotContains(form, "<!DOCTYPE html>")
    wrong = admin.post(dialog["Location"], {"password": "no"}, headers=IN_DIALOG)
    assertNotContains(wrong, "<!DOCTYPE html>")
    back = admin.post(dialog["Location"], {"password": "some password"}, headers=IN_DIALOG)

    assertRedirects(back, STAGE)


def test_dialog_leaves_the_page_to_sign_in(client, admin):
    response = client.get(STAGE, headers=IN_DIALOG)

    assert response.headers["HX-Redirect"].startswith("/accounts/login/")


def test_set_up_of_a_second_factor_leaves_the_dialog(admin, django_user_model):
    user = django_user_model.objects.get(username="ADMIN")
    user.set_unusable_password()
    user.save()
    admin.force_login(user)

    response = admin.get(STAGE, headers=IN_DIALOG)

    assert response.headers["HX-Redirect"].startswith("/accounts/2fa/totp/activate/")
