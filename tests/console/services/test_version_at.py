"""A service at a point in time, compared with now, another time or object."""

from datetime import timedelta

import pytest
from pydantic import SecretStr
from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit.actor import Actor
from tenants.models import Credential, Organization
from tenants.versions.models import Version
from tenants.versions.retention import delete_expired_versions
from tests.support.backdating import backdate_versions
from tests.support.forms import fill_form
from tests.support.inventory import add_known_service
from tests.support.markup import compact

URL = "/acme/services/us/17/as-of/"
SECRET = "k7Qm2vX9pLr4TzWb8NcD"


@pytest.fixture
def changed(editor, submit_settings, save, sandbox):
    """Three hours of life three hours ago, and two since an hour; the moment of now."""
    sandbox.services[17] |= {"apiSecret": SECRET, "issuer": "https://a.example"}
    for hours in (3, 2):  # with the first, Authlete fills in its defaults
        submit_settings(editor, access_token_duration=hours)
        save(editor, reason="Longer, says risk")
    return backdate_versions(4, 3, 1)


def at_query(moment, **other):
    return {"at": moment.isoformat(), **other}


def test_shows_the_version_and_its_differences_from_now(editor, changed):
    page = editor.get(URL, at_query(changed - timedelta(hours=2)))

    assertContains(page, "Last known version")
    assertContains(page, "1 difference")
    assert '<ins class="new-value"><bdi>2 hours' in compact(page)
    assert "<strong><bdi>3 hours" in compact(page)
    assertNotContains(page, SECRET)
    assertContains(page, "Restore")


def test_version_seen_before_and_after_is_confirmed(editor, changed):
    page = editor.get(URL, at_query(changed))

    assertContains(page, "Confirmed version")
    assertContains(page, "No differences.")


def test_shows_configuration_warnings_of_the_version(editor, sandbox):
    service = sandbox.services[17]
    service |= {
        "issuer": "https://a.example",
        "tokenEndpoint": "https://a.example/token",
        "supportedGrantTypes": ["CLIENT_CREDENTIALS", "PASSWORD"],
    }
    warning = "forbids the password grant"
    assertContains(editor.get("/acme/services/us/17/"), warning)
    service |= {"supportedGrantTypes": ["CLIENT_CREDENTIALS"], "modifiedAt": 2}
    assertNotContains(editor.get("/acme/services/us/17/"), warning)
    now = backdate_versions(4, 1)

    then = editor.get(URL, at_query(now - timedelta(hours=5)))
    assertContains(then, warning)
    assertContains(then, "1 difference")
    assertContains(editor.get(URL, at_query(now)), "No warnings.")


def test_time_before_the_first_version_says_so(editor, changed):
    page = editor.get(URL, at_query(changed - timedelta(days=9000 * 3)))

    assertContains(page, "No version at that time")


def test_compares_with_another_time(editor, changed):
    earlier = (changed - timedelta(hours=2)).isoformat()

    page = editor.get(URL, at_query(changed, compare=earlier))

    assertContains(page, "1 difference")
    assertContains(page, "(last known)")
    assertNotContains(page, "Restore")


def test_compares_with_another_service(editor, changed, sandbox):
    sandbox.services[18] = sandbox.services[17] | {
        "apiKey": 18,
        "serviceName": "Twin",
        "issuer": "https://b.example",
        "apiSecret": "another",
        "pkceRequired": True,
    }
    add_known_service(Organization.objects.get(), "us", 18)

    page = editor.get(URL, at_query(changed, compare="us/18"))

    assert [difference.name for difference in page.context["comparison"].differences] == [
        "pkceRequired"
    ]
    expected = {field.name for field in page.context["comparison"].expected}
    assert {"issuer", "apiSecret", "apiKey", "serviceName"} <= expected


def test_compares_with_the_last_version_of_an_unavailable_service(editor, changed, sandbox):
    sandbox.services[18] = sandbox.services[17] | {"apiKey": 18, "serviceName": "Twin"}
    editor.get("/acme/services/us/18/")
    sandbox.fault("status", status=503)

    page = editor.get(URL, at_query(changed, compare="us/18"))

    assert page.context["comparison"] is not None
    assertContains(page, "Twin in United States, last seen")


def test_removed_versions_are_reported(editor, changed):
    backdate_versions(24 * 9000, 24 * 8000, 1)
    assert sum(delete_expired_versions(lambda home: Actor(0, "worker", organization_id=home))) == 1

    page = editor.get(URL, at_query(changed - timedelta(days=8500)))

    assertContains(page, "No version at that time")
    assertContains(page, "1 older version was deleted by retention")
    oldest = editor.get(URL, at_query(changed - timedelta(days=7999)))
    assertContains(oldest, "1 older version was deleted by retention")
    assertNotContains(oldest, "This version was tampered with")


@pytest.mark.parametrize("beside", ["nothing", "us/18/44", "xx/18", "eu/18"])
def test_comparison_with_an_unknown_object_says_so(editor, changed, beside):
    page = editor.get(URL, at_query(changed, compare=beside))

    assertContains(page, "Not found.")


def test_version_is_shown_while_the_region_is_down(editor, changed, sandbox):
    sandbox.fault("status", status=503)

    page = editor.get(URL, at_query(changed - timedelta(hours=2)))

    assert "<strong><bdi>3 hours" in compact(page)
    assertContains(page, "Authlete failed")


def test_tampered_version_is_reported(editor, changed):
    Version.objects.filter(number=2).update(modified_at=7)

    page = editor.get(URL, at_query(changed - timedelta(hours=2)))

    assertContains(page, "This version was tampered with")


def test_new_defaults_of_authlete_are_no_difference(editor, sandbox):
    """As it does with settings that are new to it."""
    editor.get("/acme/services/us/17/")
    new = {"fromLater": False, "alsoLater": 0, "description": "New"}
    sandbox.services[17] |= new | {"modifiedAt": 2}
    editor.get("/acme/services/us/17/")
    now = backdate_versions(4, 1)

    page = editor.get(URL, at_query(now - timedelta(hours=5)))

    assert [difference.name for difference in page.context["comparison"].differences] == [
        "description"
    ]


def test_future_time_is_an_error(editor, changed):
    later = changed + timedelta(days=9)

    page = editor.get(URL, at_query(later))

    assertContains(page, "That time is in the future")
    assertContains(page, "No differences.")
    page = editor.get(URL, at_query(changed, compare=later.isoformat()))
    assertContains(page, "Not found.")


def test_time_before_creation_says_so(editor, sandbox):
    sandbox.services[17] |= {"createdAt": 10_000, "modifiedAt": 20_000}
    editor.get("/acme/services/us/17/")

    page = editor.get(URL, {"at": "1970-01-01T00:00:09Z"})
    assertContains(page, "Not created yet")
    page = editor.get(URL, {"at": "1970-01-01T00:00:11Z"})
    assertContains(page, "No version at that time")


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "nonsense"]
)
def test_invalid_times_are_errors(editor, changed, moment):
    page = editor.get(URL, {"at": moment, "compare": moment})

    assert page.status_code == 200
    assertContains(page, 'id="at-error"')
    body = {"at": moment, "whole": ""}
    assert editor.post("/acme/services/us/17/bring-back/", body).status_code == 404


def test_resubmitted_form_stays_at_its_version(editor, changed):
    """A version begins within a second, and the form shows whole ones."""
    newest = Version.objects.latest("number").first_at

    page = editor.get(URL, at_query(newest))
    sent = fill_form(page, "exact", compare="now")

    assertContains(editor.get(f"{URL}?{sent}"), "No differences.")
    typed = f"{newest - timedelta(hours=2):%Y-%m-%dT%H:%M:%S}"
    again = editor.get(f"{URL}?{fill_form(page, 'exact', at=typed)}")
    assertContains(again, "7 differences")


def test_repeated_hour_at_the_end_of_summer_time_is_distinguished(editor, sandbox):
    """In Berlin, half past two comes twice when summer ends, and never when it
    begins.
    """
    editor.post("/help/zone/", {"zone": "Europe/Berlin"})
    sandbox.services[17]["modifiedAt"] = 1_000
    editor.get("/acme/services/us/17/")

    page = editor.get(URL, {"at": "2025-10-26T02:30:00"})
    first = page.context["moment"]
    assertContains(page, "The clock showed this time twice")
    other = page.content.decode().partition("?at=2025-10-26T02")[2].partition('"')[0]
    page = editor.get(f"{URL}?at=2025-10-26T02{other}")
    assert page.context["moment"] - first == timedelta(hours=1)
    again = editor.get(f"{URL}?{fill_form(page, 'exact', compare='us/17')}")
    assert again.context["moment"] == page.context["moment"]

    page = editor.get(URL, {"at": "2025-03-30T02:30:00"})
    assertContains(page, 'value="30 Mar 2025, 03:30:00 +02:00"')
    assertNotContains(page, "showed this time twice")


def test_compares_with_a_service_of_another_region(editor, acme, changed, sandbox):
    Credential(organization=acme, region="jp").set_token(SecretStr("t0p")).save()
    far = {"apiKey": 99, "serviceName": "Far", "pkceRequired": True}
    sandbox.region("jp").services[99] = sandbox.services[17] | far
    add_known_service(acme, "jp", 99)

    page = editor.get(URL, at_query(changed, compare="jp/99"))

    assert [difference.name for difference in page.context["comparison"].differences] == [
        "pkceRequired"
    ]
    assertContains(page, "Far in Japan (current)")
    assert editor.get(URL, at_query(changed, compare="jp/98")).context["error"]
