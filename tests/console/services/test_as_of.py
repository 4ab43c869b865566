"""A service as of a moment, beside now, another moment or another service."""

from datetime import timedelta

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit.who import Who
from tenants.versions.expiring import expire
from tenants.versions.models import Version
from tests.versions import aged

URL = "/acme/services/us/17/as-of/"
SECRET = "k7Qm2vX9pLr4TzWb8NcD"


@pytest.fixture
def changed(editor, enter, save, sandbox):
    """Three hours of life three hours ago, and two since an hour; the moment of now."""
    sandbox.services[17] |= {"apiSecret": SECRET, "issuer": "https://a.example"}
    for hours in (3, 2):  # with the first, Authlete fills in its defaults
        enter(editor, access_token_duration=hours)
        save(editor, reason="Longer, says risk")
    return aged(4, 3, 1)


def at(moment, **other):
    return {"at": moment.isoformat(), **other}


def test_tells_how_it_was_and_what_differs_from_now(editor, changed):
    page = editor.get(URL, at(changed - timedelta(hours=2)))

    assertContains(page, "It was last seen like this")
    assertContains(page, "1 difference")
    assertContains(page, '<ins class="now"><bdi>2 hours')
    assertContains(page, "<strong><bdi>3 hours")
    assertNotContains(page, SECRET)
    assertContains(page, "Put back as it was")


def test_knows_for_sure_what_is_so_until_now(editor, changed):
    page = editor.get(URL, at(changed))

    assertContains(page, "It was like this")
    assertContains(page, "No setting differs")


def test_tells_what_did_not_go_together_then(editor, sandbox):
    service = sandbox.services[17]
    service |= {
        "issuer": "https://a.example",
        "tokenEndpoint": "https://a.example/token",
        "supportedGrantTypes": ["CLIENT_CREDENTIALS", "PASSWORD"],
    }
    found = "Apps take passwords themselves"
    assertContains(editor.get("/acme/services/us/17/"), found)
    service |= {"supportedGrantTypes": ["CLIENT_CREDENTIALS"], "modifiedAt": 2}
    assertNotContains(editor.get("/acme/services/us/17/"), found)
    now = aged(4, 1)

    then = editor.get(URL, at(now - timedelta(hours=5)))
    assertContains(then, found)
    assertContains(then, "1 difference")
    assertContains(editor.get(URL, at(now)), "The rules of today find nothing in it.")


def test_says_that_nothing_is_known_of_earlier(editor, changed):
    page = editor.get(URL, at(changed - timedelta(days=9000 * 3)))

    assertContains(page, "Nothing is known of that moment")


def test_holds_it_beside_another_moment(editor, changed):
    earlier = (changed - timedelta(hours=2)).isoformat()

    page = editor.get(URL, at(changed, beside=earlier))

    assertContains(page, "1 difference")
    assertNotContains(page, "Put back as it was")


def test_holds_it_beside_another_service(editor, changed, sandbox):
    sandbox.services[18] = sandbox.services[17] | {
        "apiKey": 18,
        "serviceName": "Twin",
        "issuer": "https://b.example",
        "apiSecret": "another",
        "pkceRequired": True,
    }

    page = editor.get(URL, at(changed, beside="us/18"))

    assert [one.name for one in page.context["compared"].differs] == ["pkceRequired"]
    expected = {one.name for one in page.context["compared"].expected}
    assert {"issuer", "apiSecret", "apiKey", "serviceName"} <= expected


def test_holds_it_beside_what_another_was_last(editor, changed, sandbox):
    sandbox.services[18] = sandbox.services[17] | {"apiKey": 18, "serviceName": "Twin"}
    editor.get("/acme/services/us/18/")
    sandbox.fault("status", status=503)

    page = editor.get(URL, at(changed, beside="us/18"))

    assert page.context["compared"] is not None
    assertContains(page, "Twin in United States, as it was last seen")


def test_says_that_older_versions_were_removed(editor, changed):
    aged(24 * 9000, 24 * 8000, 1)
    assert sum(expire(lambda home: Who(0, "worker", organization_id=home))) == 1

    page = editor.get(URL, at(changed - timedelta(days=8500)))

    assertContains(page, "Nothing is known of that moment")
    assertContains(page, "1 older version was kept long enough, and removed")
    oldest = editor.get(URL, at(changed - timedelta(days=7999)))
    assertContains(oldest, "1 older version was kept long enough, and removed")
    assertNotContains(oldest, "This version was changed after it was kept")


@pytest.mark.parametrize("beside", ["nothing", "us/18/44", "xx/18", "eu/18"])
def test_says_that_there_is_nothing_of_that_name(editor, changed, beside):
    page = editor.get(URL, at(changed, beside=beside))

    assertContains(page, "There is nothing of this name here")


def test_works_while_the_region_is_down(editor, changed, sandbox):
    sandbox.fault("status", status=503)

    page = editor.get(URL, at(changed - timedelta(hours=2)))

    assertContains(page, "<strong><bdi>3 hours")
    assertContains(page, "did not answer")


def test_says_that_a_version_was_changed_after_it_was_kept(editor, changed):
    Version.objects.filter(number=2).update(modified_at=7)

    page = editor.get(URL, at(changed - timedelta(hours=2)))

    assertContains(page, "This version was changed after it was kept")
