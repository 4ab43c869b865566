from pytest_django.asserts import assertContains, assertNotContains

from tenants.organizations.roles import Role

URL = "/acme/services/us/17/clients/44/fields/"


def test_every_setting_is_labeled(member, ledger):
    response = member(Role.VIEWER).get(URL)

    assert sum(len(group.lines) for group in response.context["groups"]) == 104
    assertContains(response, "Unknown fields")
    assertNotContains(response, "s3cret-of-the-ledger")


def test_search_finds_a_setting(member, ledger):
    response = member(Role.VIEWER).get(URL, {"q": "redirectUris"})

    (group,) = response.context["groups"]
    assert group.slug == "redirects"
