from pytest_django.asserts import assertContains, assertNotContains, assertTemplateNotUsed

from tenants.organizations.roles import Role
from tests.support.inventory import add_known_service
from tests.support.markup import compact

GONE = "/acme/services/us/404/edit/tokens/"


def test_rejection_is_explained_on_a_page(member, acme, sandbox):
    add_known_service(acme, "us", 404)

    response = member(Role.ADMIN).get(GONE)

    assertContains(response, "VIEW_CLIENT", status_code=403)


def test_lost_read_is_not_called_an_unknown_outcome(member, sandbox):
    sandbox.fault("reset", operation="service.get")

    response = member(Role.ADMIN).get("/acme/services/us/17/")

    assert "<title>Failed" in compact(response)
    assertNotContains(response, "its outcome is unknown", status_code=502)


def test_htmx_gets_the_rejection_as_a_notice(member, acme, sandbox):
    add_known_service(acme, "us", 404)

    response = member(Role.ADMIN).get(GONE, headers={"HX-Request": "true"})

    assertContains(response, "VIEW_CLIENT")
    assertTemplateNotUsed(response, "base.html")
    assert response["HX-Retarget"] == "#notices"


def test_page_uses_one_language(client, db):
    response = client.get("/accounts/login/", headers={"accept-language": "ja"})

    assertContains(response, '<html lang="en"')
    assert response.headers["Content-Language"] == "en"
