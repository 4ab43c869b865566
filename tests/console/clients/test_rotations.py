from pytest_django.asserts import assertContains, assertNotContains

from tenants.models import Organization
from tenants.organizations.roles import Role
from tests.support.clients import CLIENT

URL = "/acme/clients/rotations/"


def test_rotations_in_progress_are_listed(admin, staged, submit_form):
    assertContains(admin.get(URL), "No rotations in progress")

    staged(admin)

    assertContains(admin.get(URL), "ready to activate")
    assertContains(admin.get(URL), f"{CLIENT}secret/")
    assertContains(admin.get("/acme/clients/"), "1 rotation")
    submit_form(admin, "activate")
    assertContains(admin.get(URL), ">active<")
    submit_form(admin, "forget")
    assertContains(admin.get(URL), "No rotations in progress")


def test_next_step_of_each_rotation_is_shown(admin, submit_form, rotation):
    submit_form(admin, "stage")
    assertContains(admin.get(URL), "not confirmed as stored")

    type(rotation()).objects.update(shown_at=None)

    assertContains(admin.get(URL), "not revealed")


def test_other_organizations_are_hidden(admin, staged, rotation):
    staged(admin)
    other = Organization.objects.create(slug="other", name="Other")
    type(rotation()).objects.update(organization=other)

    assertNotContains(admin.get(URL), "Ledger sync")


def test_needs_a_role_that_may_read(member, ledger):
    assert member(Role.HELP_DESK).get(URL).status_code == 403
