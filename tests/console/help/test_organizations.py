from pytest_django.asserts import assertContains, assertNotContains, assertTemplateNotUsed

from tenants.models import Organization
from tenants.organizations.roles import Role

URL = "/help/organizations/"


def test_lists_what_one_is_a_member_of_and_nothing_else(member):
    Organization.objects.create(slug="other", name="Other")

    response = member(Role.VIEWER).get(URL)

    assertContains(response, 'href="/acme/"')
    assertNotContains(response, "Other")


def test_marks_the_organization_that_one_comes_from(member):
    response = member(Role.VIEWER).get(URL, {"here": "acme"})

    assertContains(response, 'href="/acme/" aria-current="true"')


def test_answers_the_frame_with_the_list_alone(member):
    response = member(Role.VIEWER).get(URL, headers={"HX-Request": "true"})

    assertContains(response, 'href="/acme/"')
    assertTemplateNotUsed(response, "base.html")
