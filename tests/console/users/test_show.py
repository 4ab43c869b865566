"""The page of a user."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from console.models import Lookup
from tenants.models import Organization
from tenants.organizations.roles import Role
from tests.support.users import SUBJECT, USERS_URL, did


def test_page_belongs_to_the_person_who_searched(look_up, member):
    path = look_up()

    assert member(Role.ADMIN).get(path).status_code == 404


def test_page_belongs_to_one_organization(look_up, help_desk):
    path = look_up()
    Lookup.objects.update(organization=Organization.objects.create(slug="other"))

    assert help_desk.get(path).status_code == 404


def test_page_expires_with_the_session(look_up, help_desk):
    path = look_up()
    Lookup.objects.update(created_at=timezone.now() - timedelta(hours=12))

    assert help_desk.get(path).status_code == 404


def test_swapped_encrypted_subject_cannot_be_opened(look_up, help_desk):
    path = look_up()
    look_up("user-2")
    first, second = Lookup.objects.order_by("created_at")
    Lookup.objects.filter(pk=first.pk).update(sealed=second.sealed)

    assert help_desk.get(path).status_code == 404


def test_earlier_actions_are_listed(look_up, help_desk, acme):
    did(acme, ticket="INC-7", reason="Lost phone", region="us")
    did(acme, ticket="INC-7", reason="Lost phone", region="jp")
    did(acme, "user-2", ticket="INC-8")

    page = help_desk.get(look_up())

    assertContains(page, "INC-7", count=1)
    assertContains(page, "Lost phone")
    assertContains(page, "2 succeeded")
    assertContains(page, "bo@acme.example")
    assertNotContains(page, "INC-8")


def test_actions_of_other_organizations_are_hidden(look_up, help_desk, acme):
    did(Organization(pk=acme.pk + 1), ticket="INC-7")

    assertContains(help_desk.get(look_up()), "Nothing was revoked or changed")


@pytest.mark.parametrize("role", [Role.EDITOR, Role.VIEWER, Role.AUDITOR])
def test_needs_a_help_desk_or_admin_role(member, role):
    assert member(role).post(USERS_URL, {"subject": SUBJECT}).status_code == 403


def test_earlier_actions_are_above_the_apps(look_up, help_desk, acme, world):
    did(acme, ticket="INC-7")

    page = help_desk.get(f"{look_up()}?whole=yes").content.decode()

    assert page.index("INC-7") < page.index('id="in-us"')
