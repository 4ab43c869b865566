from pytest_django.asserts import assertContains, assertNotContains

from tenants.organizations.roles import Role

URL = "/acme/audit/searches/"


def test_own_and_shared_searches_are_listed(auditor, save):
    assertContains(auditor.get(URL), "No saved searches yet")
    save("Mine")
    save("For all", shared="on", pinned="on", role=Role.ADMIN)
    save("Theirs alone", pinned="on", role=Role.ADMIN)

    response = auditor.get(URL)

    assertContains(response, "Mine")
    assertContains(response, "For all")
    assertContains(response, 'href="/acme/audit/?field=accessTokenDuration"')
    assertNotContains(response, "Theirs alone")
    pinned = auditor.get("/acme/audit/").context["pinned_searches"]
    assert [search.label for search in pinned] == ["For all"]


def test_query_is_shown_as_typed(auditor, save):
    save(query="since=2026-11-01&until=2026-11-30&service=Web+shop&-outcome=done&q=-it")

    assertContains(
        auditor.get(URL),
        "after:2026-11-01 before:2026-12-01 service:&quot;Web shop&quot; -outcome:done -it",
    )
