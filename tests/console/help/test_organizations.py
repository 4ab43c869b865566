from pytest_django.asserts import assertContains, assertNotContains, assertTemplateNotUsed

from tenants.models import Organization
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
