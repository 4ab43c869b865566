from pytest_django.asserts import assertContains, assertNotContains

from tenants.organizations.roles import Role

URL = "/acme/services/us/17/fields/"


def test_every_setting_is_labeled(member, sandbox):
    response = member(Role.VIEWER).get(URL)

    lines = [line for group in response.context["groups"] for line in group.lines]
    assert len(lines) == 183
    assertContains(response, "1 hour")


def test_search_matches_label_api_name_and_help(member, sandbox):
    browser = member(Role.VIEWER)
    for query in ("access token lifetime", "accesstokenduration"):
        response = browser.get(URL, {"q": query})
        assertContains(response, "access<wbr>Token<wbr>Duration")
        assertNotContains(response, "par<wbr>Required")


def test_unset_settings_can_be_hidden(member, sandbox):
    response = member(Role.VIEWER).get(URL, {"show": "set"})

    lines = [line for group in response.context["groups"] for line in group.lines]
    assert {line.setting.api_name for line in lines} >= {"serviceName"}
    assert len(lines) < 10


def test_search_without_a_match_says_so(member, sandbox):
    assertContains(member(Role.VIEWER).get(URL, {"q": "zzz"}), "No matching settings")


def test_unknown_fields_are_escaped(member, sandbox):
    sandbox.services[17]["fromTheFuture"] = {"kept": "<script>"}

    response = member(Role.VIEWER).get(URL)

    assertContains(response, "fromTheFuture")
    assertNotContains(response, "<script>}")
