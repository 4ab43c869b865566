"""Changing the own password."""

from django.test import Client

from tests.support.authentication import set_last_authentication


def test_account_without_password_is_explained(ann):
    ann.set_unusable_password()
    ann.save()
    browser = Client()
    browser.force_login(ann)
    set_last_authentication(browser)

    page = browser.get("/accounts/password/change/")

    assert page.status_code == 200
    assert "This account has no password" in page.content.decode()
