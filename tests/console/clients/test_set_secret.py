import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit.models import AuditEntry
from tests.support.clients import CLIENT, OLD

CHOSEN = "chosen-canary_44-AbC"


def test_secret_is_set_and_never_shown(admin, submit_form, ledger):
    response = submit_form(admin, "secret/set", secret=CHOSEN)

    assert ledger["clientSecret"] == CHOSEN
    assertContains(response, "Set: the old secret no longer works")
    assertNotContains(response, CHOSEN)
    assertNotContains(response, OLD)
    (change,) = AuditEntry.objects.get(operation="client.set_secret").changes
    assert change["field"] == "clientSecret"
    assert change["before"] != change["after"]
    assertContains(admin.get(f"{CLIENT}history/"), "Client secret")


@pytest.mark.parametrize("secret", ["", "with space", "umläut", "x" * 87, "a+b/c="])
def test_invalid_secret_is_an_error_at_the_field(admin, submit_form, ledger, secret):
    response = submit_form(admin, "secret/set", secret=secret)

    assert ledger["clientSecret"] == OLD
    assertContains(response, "id_secret_error")
    if secret:
        assertContains(response, "Use 1 to 86 characters")
        assertNotContains(response, f'value="{secret}"')


def test_missing_reason_preserves_no_secret(admin, submit_form, ledger):
    response = submit_form(admin, "secret/set", secret=CHOSEN, reason="")

    assert ledger["clientSecret"] == OLD
    assertNotContains(response, CHOSEN)
    assert CHOSEN not in str(dict(admin.session))


def test_lost_response_is_resolved_by_fingerprint(admin, submit_form, sandbox):
    sandbox.fault("reset", operation="client.set_secret", after=True, times=1)

    response = submit_form(admin, "secret/set", secret=CHOSEN)

    assertContains(response, "Rotated, but the new secret wasn't shown")


def test_strength_advice_is_shown(admin):
    assertContains(admin.get(f"{CLIENT}secret/set/"), "43 random characters")
