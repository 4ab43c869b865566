import pytest
from django.contrib.auth.models import User
from pytest_django.asserts import assertContains, assertNotContains, assertTemplateNotUsed

from tenants.models import Membership, Organization
from tenants.organizations.roles import Role
from tests.support.markup import compact

URL = "/help/organizations/"


def test_own_organizations_are_listed(member):
    Organization.objects.create(slug="other", name="Other")

    response = member(Role.VIEWER).get(URL)

    assertContains(response, 'href="/acme/"')
    assertNotContains(response, "Other")


def test_current_organization_is_marked(member):
    response = member(Role.VIEWER).get(URL, {"current": "acme"})

    assert 'href="/acme/" aria-current="true"' in compact(response)


def test_htmx_gets_the_list_only(member):
    response = member(Role.VIEWER).get(URL, headers={"HX-Request": "true"})

    assertContains(response, 'href="/acme/"')
    assertTemplateNotUsed(response, "base.html")


@pytest.mark.parametrize(
    ("page", "path"),
    [
        ("/acme/audit/", "/other/audit/"),
        ("/acme/services/us/17/edit/tokens/", "/other/services/"),
        ("/acme/members/", "/other/"),  # an auditor may not manage members
        ("/help/", "/other/"),
        ("/nowhere/", "/other/"),
    ],
)
def test_switching_keeps_the_page(member, page, path):
    browser = member(Role.ADMIN)
    other = Organization.objects.create(slug="other", name="Other")
    Membership.objects.create(organization=other, user=User.objects.get(), role=Role.AUDITOR)

    response = browser.get(
        URL, headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"}
    )

    assertContains(response, f'href="{path}"')
