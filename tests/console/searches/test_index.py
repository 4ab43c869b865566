from pytest_django.asserts import assertContains, assertNotContains

from tenants.roles import Role

URL = "/acme/audit/searches/"


def test_lists_ones_own_and_what_others_share(auditor, save):
    assertContains(auditor.get(URL), "No search is saved yet")
    save("Mine")
    save("For all", shared="on", pinned="on", role=Role.ADMIN)
    save("Theirs alone", pinned="on", role=Role.ADMIN)

    response = auditor.get(URL)

    assertContains(response, "Mine")
    assertContains(response, "For all")
    assertContains(response, 'href="/acme/audit/?field=accessTokenDuration"')
    assertNotContains(response, "Theirs alone")
    pinned = auditor.get("/acme/audit/").context["pinned"]
    assert [one.label for one in pinned] == ["For all"]
