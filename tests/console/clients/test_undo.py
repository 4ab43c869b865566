from pytest_django.asserts import assertContains

from tests.support.clients import CLIENT, OLD
from tests.support.forms import URLENCODED, fill_form

URL = f"{CLIENT}undo/"


def test_puts_the_old_one_back_and_keeps_neither(admin, staged, do, ledger, rotation):
    staged(admin)
    do(admin, "activate")

    response = do(admin, "undo", reason="Host 2 did not know it")

    assert response["Location"] == f"{CLIENT}secret/"
    assert ledger["clientSecret"] == OLD
    row = rotation()
    assert (row.state, row.new_sealed, row.old_sealed) == ("undone", "", "")


def test_does_not_replace_a_third_secret_unless_told_to(admin, staged, do, ledger, rotation):
    staged(admin)
    do(admin, "activate")
    body = fill_form(admin.get(URL), "reason")
    ledger["clientSecret"] = "a-third"

    response = admin.post(URL, body, content_type=URLENCODED)

    assertContains(response, "The current secret has changed since")
    assert ledger["clientSecret"] == "a-third"
    do(admin, "undo", anyway="on")
    assert ledger["clientSecret"] == OLD


def test_a_lost_reply_is_settled(admin, staged, do, ledger, sandbox, rotation):
    staged(admin)
    do(admin, "activate")
    sandbox.fault("reset", operation="client.set_secret", after=True, times=1)

    do(admin, "undo")

    assert ledger["clientSecret"] == OLD
    assert rotation().state == "undone"


def test_a_refusal_leaves_it_active(admin, staged, do, sandbox, rotation):
    staged(admin)
    do(admin, "activate")
    sandbox.fault("status", operation="client.set_secret", status=403)

    do(admin, "undo")

    assert (rotation().state, rotation().old_secret) == ("activated", OLD)


def test_needs_something_to_undo(admin, staged):
    staged(admin)

    assert admin.get(URL)["Location"] == f"{CLIENT}secret/"
