import pytest
from pydantic import SecretStr
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from console.models import Rotation
from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.clients import CLIENT, OLD
from tests.support.forms import URLENCODED, fill_form

URL = f"{CLIENT}stage/"


def test_staged_secret_is_not_sent_to_authlete(admin, submit_form, ledger, rotation):
    response = submit_form(admin, "stage")

    new = rotation().new_secret
    assert len(new) == 86
    assertContains(response, new, count=1)
    assert ledger["clientSecret"] == OLD
    assert new not in rotation().new_sealed
    entry = AuditEntry.objects.get(operation="secret.stage")
    assert (entry.outcome, entry.client, entry.reason) == ("done", "44", "Yearly rotation")


def test_staged_secret_is_shown_once(admin, submit_form, rotation):
    body = fill_form(admin.get(URL), "reason", reason="Yearly")
    admin.post(URL, body, content_type=URLENCODED)
    new = rotation().new_secret

    again = admin.post(URL, body, content_type=URLENCODED)

    assert again["Location"] == f"{CLIENT}secret/"
    for page in ("secret", "activate", "drop", "reveal", "stored"):
        assertNotContains(admin.get(f"{CLIENT}{page}/"), new)
    assert Rotation.objects.count() == 1


def test_fingerprints_of_both_secrets_are_stored(admin, staged, rotation):
    new = staged(admin)

    assert rotation().new_secret == new
    assert rotation().new_fingerprint == rotation().fingerprint(SecretStr(new))
    assert rotation().old_fingerprint == rotation().fingerprint(SecretStr(OLD))
    assertContains(admin.get(f"{CLIENT}secret/"), rotation().old_fingerprint[:4])


def test_concurrent_staging_succeeds_once(member, ledger):
    ann, bo = member(Role.ADMIN), None
    body = fill_form(ann.get(URL), "reason", reason="Mine")
    other = fill_form(ann.get(URL), "reason", reason="Theirs")
    bo = ann

    bo.post(URL, other, content_type=URLENCODED)
    response = ann.post(URL, body, content_type=URLENCODED, follow=True)

    assertContains(response, "Someone else already staged")
    assert Rotation.objects.get().reason == "Theirs"


def test_rotation_in_progress_redirects_to_the_secret(admin, staged):
    staged(admin)

    assertRedirects(admin.get(URL), f"{CLIENT}secret/", fetch_redirect_response=False)


def test_unactivated_secret_expires(admin, staged, rotation, settings):
    staged(admin)
    Rotation.objects.update(until="2026-01-01T00:00Z")

    assertNotContains(admin.get(f"{CLIENT}secret/"), "staged")

    assert (rotation().state, rotation().new_sealed) == ("dropped", "")
    assert AuditEntry.objects.get(operation="secret.drop").actor_id == 0


def test_first_secret_of_a_client_cannot_be_undone(admin, ledger, staged, submit_form, rotation):
    del ledger["clientSecret"]
    new = staged(admin)

    submit_form(admin, "activate")

    assert ledger["clientSecret"] == new
    assert not rotation().can_undo


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.AUDITOR])
def test_needs_a_role_that_may_reveal(member, ledger, role):
    assert member(role).get(URL).status_code == 403
