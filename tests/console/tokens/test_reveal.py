from pytest_django.asserts import assertContains, assertNotContains

from console.models import Lookup
from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.tokens import SUBJECT, path_of


def test_shows_whose_it_is_to_one_person_with_a_reason(admin, shop, issue, do):
    token = issue(1)
    url = path_of(token, "reveal", "?client=44")

    assertNotContains(admin.get(url), SUBJECT)
    response = do(admin, url)

    lookup = Lookup.objects.get()
    shown = path_of(token, query=f"?client=44&subject={lookup.pk}")
    assert response["Location"] == shown
    assertContains(admin.get(shown), SUBJECT)
    entry = AuditEntry.objects.get(operation="subject.reveal")
    assert (entry.subject, entry.client, entry.service) == (SUBJECT, "44", "17")
    assert (entry.reason, entry.effect) == ("Lost phone", "reveal")


def test_counts_against_what_one_person_may_see(admin, shop, issue, do, settings):
    settings.REVEALS_PER_HOUR = 0

    response = do(admin, path_of(issue(1), "reveal"))

    assertContains(response, "Nothing was revealed", status_code=429)
    assert not Lookup.objects.exists()


def test_is_not_for_who_may_not_look_up_subjects(member, shop, issue):
    for role in (Role.EDITOR, Role.HELP_DESK):
        assert member(role).get(path_of(issue(1), "reveal")).status_code == 403


def test_there_is_nobody_to_reveal(admin, shop, issue):
    token = issue(1, subject="", grant_type="CLIENT_CREDENTIALS")

    assert admin.get(path_of(token, "reveal")).status_code == 404
