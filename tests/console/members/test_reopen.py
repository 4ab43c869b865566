from pytest_django.asserts import assertContains

from tests.support.forms import URLENCODED, fill_form
from tests.support.members import change_entries, url


def test_reopened_account_can_sign_in(admin, bo):
    bo.user.is_active = False
    bo.user.save()
    page = admin.get(url(bo, "reopen"))
    assertContains(page, "Reopen the account of bo@acme.example?")

    admin.post(url(bo, "reopen"), fill_form(page, "reason", reason="Back"), content_type=URLENCODED)

    bo.user.refresh_from_db()
    assert bo.user.is_active
    assert change_entries("account.reopen") == [("acme", "Back", "bo@acme.example")]
