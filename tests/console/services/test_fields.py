from pytest_django.asserts import assertContains, assertNotContains

from tenants.organizations.roles import Role

URL = "/acme/services/us/17/fields/"


def test_tells_every_setting_in_words(member, sandbox):
    response = member(Role.VIEWER).get(URL)

    lines = [line for group in response.context["groups"] for line in group.lines]
    assert len(lines) == 183
    assertContains(response, "1 hour")


def test_finds_by_name_api_name_and_help(member, sandbox):
    browser = member(Role.VIEWER)
    for asked in ("access token lifetime", "accesstokenduration"):
        response = browser.get(URL, {"q": asked})
        assertContains(response, "access<wbr>Token<wbr>Duration")
        assertNotContains(response, "par<wbr>Required")


def test_can_leave_out_what_is_not_set(member, sandbox):
    response = member(Role.VIEWER).get(URL, {"show": "set"})

    lines = [line for group in response.context["groups"] for line in group.lines]
    assert {line.setting.api_name for line in lines} >= {"serviceName"}
    assert len(lines) < 10


def test_says_when_nothing_fits(member, sandbox):
    assertContains(member(Role.VIEWER).get(URL, {"q": "zzz"}), "No matching settings")


def test_shows_what_is_not_known_as_text(member, sandbox):
    sandbox.services[17]["fromTheFuture"] = {"kept": "<script>"}

    response = member(Role.VIEWER).get(URL)

    assertContains(response, "fromTheFuture")
    assertNotContains(response, "<script>}")
