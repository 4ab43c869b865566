from pytest_django.asserts import assertContains

from tests.support.clients import CLIENT, OLD
from tests.support.forms import URLENCODED, fill_form

URL = f"{CLIENT}undo/"


def test_undo_restores_the_old_secret_and_erases_both(admin, staged, submit_form, ledger, rotation):
    staged(admin)
    submit_form(admin, "activate")

    response = submit_form(admin, "undo", reason="Host 2 did not know it")

    assert response["Location"] == f"{CLIENT}secret/"
    assert ledger["clientSecret"] == OLD
    row = rotation()
    assert (row.state, row.new_sealed, row.old_sealed) == ("undone", "", "")


def test_newer_secret_is_replaced_only_after_confirmation(
    admin, staged, submit_form, ledger, rotation
):
    staged(admin)
    submit_form(admin, "activate")
    body = fill_form(admin.get(URL), "reason")
    ledger["clientSecret"] = "a-third"

    response = admin.post(URL, body, content_type=URLENCODED)

    assertContains(response, "The current secret has changed since")
    assert ledger["clientSecret"] == "a-third"
    submit_form(admin, "undo", anyway="on")
    assert ledger["clientSecret"] == OLD


def test_lost_response_is_resolved(admin, staged, submit_form, ledger, sandbox, rotation):
    staged(admin)
    submit_form(admin, "activate")
    sandbox.fault("reset", operation="client.set_secret", after=True, times=1)

    submit_form(admin, "undo")

    assert ledger["clientSecret"] == OLD
    assert rotation().state == "undone"


def test_rejection_leaves_the_secret_active(admin, staged, submit_form, sandbox, rotation):
    staged(admin)
    submit_form(admin, "activate")
    sandbox.fault("status", operation="client.set_secret", status=403)

    submit_form(admin, "undo")

    assert (rotation().state, rotation().old_secret) == ("activated", OLD)


def test_activated_secret_is_required(admin, staged):
    staged(admin)

    assert admin.get(URL)["Location"] == f"{CLIENT}secret/"
