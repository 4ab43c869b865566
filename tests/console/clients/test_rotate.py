import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit.models import AuditEntry
from tests.support.clients import CLIENT, OLD
from tests.support.forms import URLENCODED, fill_form

URL = f"{CLIENT}rotate/"


def calls():
    return AuditEntry.objects.filter(operation="client.refresh_secret")


def test_new_secret_is_shown_once_after_a_warning(admin, submit_form, ledger):
    assertContains(admin.get(URL), "The current secret stops working immediately")

    response = submit_form(admin, "rotate")

    new = ledger["clientSecret"]
    assert new != OLD
    assertContains(response, new, count=1)
    assertNotContains(response, OLD)
    assert (calls().get().outcome, calls().get().reason) == ("done", "Yearly rotation")
    assertNotContains(admin.get(URL), new)


def test_second_submit_rotates_nothing(admin, ledger):
    body = fill_form(admin.get(URL), "reason", reason="Yearly")
    admin.post(URL, body, content_type=URLENCODED)
    new = ledger["clientSecret"]

    again = admin.post(URL, body, content_type=URLENCODED)

    assert again["Location"] == f"{CLIENT}secret/"
    assert ledger["clientSecret"] == new
    assert calls().count() == 1


def test_secret_changed_since_the_form_is_not_replaced(admin, ledger):
    body = fill_form(admin.get(URL), "reason", reason="Yearly")
    ledger["clientSecret"] = "somebody-elses"

    response = admin.post(URL, body, content_type=URLENCODED)

    assertContains(response, "The secret has changed since you opened this page")
    assert ledger["clientSecret"] == "somebody-elses"
    assert not calls().exists()


@pytest.mark.parametrize(
    ("after", "words", "object", "changed"),
    [
        (True, "Rotated, but the new secret wasn't shown", "changed", True),
        (False, "Not rotated", "not changed", False),
    ],
)
def test_lost_response_is_resolved_by_fingerprint(
    admin, submit_form, ledger, sandbox, after, words, object, changed
):
    sandbox.fault("reset", operation="client.refresh_secret", after=after, times=1)

    response = submit_form(admin, "rotate")

    assertContains(response, words)
    assert (ledger["clientSecret"] != OLD) is changed
    assertNotContains(response, ledger["clientSecret"])
    assert calls().get().outcome == "unknown"
    entry = AuditEntry.objects.get(operation="secret.settle")
    assert (entry.outcome, entry.object, entry.client) == ("done", object, "44")
    assert bool(entry.changes) is changed


def test_rejection_is_shown(admin, submit_form, ledger, sandbox):
    sandbox.fault("status", operation="client.refresh_secret", status=403)

    assertContains(submit_form(admin, "rotate"), "Not allowed by Authlete")
    assert ledger["clientSecret"] == OLD


def test_rotation_counts_as_a_change_of_the_secret(admin, submit_form):
    submit_form(admin, "rotate")

    assertNotContains(admin.get(f"{CLIENT}secret/"), "not changed in Meridian")
