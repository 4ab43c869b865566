from pytest_django.asserts import assertContains, assertNotContains

from console.models import Lookup
from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.tokens import SUBJECT, path_of


def test_subject_is_revealed_with_a_reason(admin, token_service, issue, submit_form):
    token = issue(1)
    url = path_of(token, "reveal", "?client=44")

    assertNotContains(admin.get(url), SUBJECT)
    response = submit_form(admin, url)

    lookup = Lookup.objects.get()
    shown = path_of(token, query=f"?client=44&subject={lookup.pk}")
    assert response["Location"] == shown
    assertContains(admin.get(shown), SUBJECT)
    entry = AuditEntry.objects.get(operation="subject.reveal")
    assert (entry.subject, entry.client, entry.service) == (SUBJECT, "44", "17")
    assert (entry.reason, entry.effect) == ("Lost phone", "reveal")


def test_hourly_limit_applies(admin, token_service, issue, submit_form, settings):
    settings.REVEALS_PER_HOUR = 0

    response = submit_form(admin, path_of(issue(1), "reveal"))

    assertContains(response, "Nothing was revealed", status_code=429)
    assert not Lookup.objects.exists()


def test_needs_permission_to_find_users(member, token_service, issue):
    for role in (Role.EDITOR, Role.HELP_DESK):
        assert member(role).get(path_of(issue(1), "reveal")).status_code == 403


def test_token_without_subject_is_not_found(admin, token_service, issue):
    token = issue(1, subject="", grant_type="CLIENT_CREDENTIALS")

    assert admin.get(path_of(token, "reveal")).status_code == 404
