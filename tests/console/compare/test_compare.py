"""Two to four services or clients side by side."""

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.clients import make_client
from tests.support.inventory import add_known_service
from tests.support.markup import compact
from tests.support.twins import PAIR, PRODUCTION, STAGING

URL = "/acme/compare/"


def names(sections):
    return [row.name for section in sections for row in section.rows]


def test_expected_differences_are_apart(member, twins):
    page = member(Role.VIEWER).get(URL, PAIR)

    assert names(page.context["table"].sections) == []
    assert set(names(page.context["table"].expected)) == {
        *("serviceName", "issuer", "tokenEndpoint", "policyUri", "apiKey", "apiSecret")
    }
    assertContains(page, "6 expected differences")
    assertNotContains(page, PRODUCTION["apiSecret"])
    assertNotContains(page, STAGING["apiSecret"])


def test_differing_settings_are_shown_with_both_values(member, twins):
    twins[1].update({"accessTokenDuration": 3600, "supportedAcrs": ["low", "high", "medium"]})

    page = member(Role.VIEWER).get(URL, PAIR)

    assert names(page.context["table"].sections) == ["accessTokenDuration", "supportedAcrs"]
    for text in ("10 minutes", "1 hour", "2 differences"):
        assertContains(page, text)
    assert "<strong><bdi>medium" in compact(page)
    assert "<strong><bdi>high" not in compact(page)
    read = AuditEntry.objects.filter(operation="service.get", region__in=("us", "eu"))
    assert read.count() == 2


def test_order_of_a_list_is_no_difference(member, twins):
    twins[1]["supportedAcrs"] = ["low", "high"]

    page = member(Role.VIEWER).get(URL, PAIR)

    assertContains(page, "No unexpected differences.")


def test_url_that_only_one_has_is_a_difference(member, twins):
    twins[0]["revocationEndpoint"] = "https://shop.example/revoke"

    page = member(Role.VIEWER).get(URL, PAIR)

    assert names(page.context["table"].sections) == ["revocationEndpoint"]


def test_part_of_an_object_is_compared_by_name(member, twins):
    for service, text in zip(twins, ("Your email", "Email"), strict=True):
        service["supportedScopes"] = [
            {"name": "email", "description": text},
            {"name": "phone", "description": "Phone"},
        ]

    page = member(Role.VIEWER).get(URL, PAIR)

    assert names(page.context["table"].sections) == ["supportedScopes[email].description"]


def test_equal_settings_are_shown_on_request(member, twins):
    viewer = member(Role.VIEWER)

    assertNotContains(viewer.get(URL, PAIR), "10 minutes")
    assertContains(viewer.get(URL, {**PAIR, "all": "1"}), "10 minutes")


def test_third_object_with_another_value(member, twins, sandbox, acme):
    sandbox.region("eu").services[19] = STAGING | {"apiKey": 19, "pkceRequired": False}
    add_known_service(acme, "eu", 19, "Third")

    page = member(Role.EDITOR).get(URL, {**PAIR, "c": "eu/19"})

    (row,) = page.context["table"].sections[0].rows
    assert [cell.is_same for cell in row.cells] == [True, True, False]
    assertContains(page, "Take values from")


def test_version_is_compared_with_now(member, twins):
    viewer = member(Role.VIEWER)
    viewer.get("/acme/services/us/17/")
    twins[0].update(
        {"pkceRequired": False, "apiSecret": "another", "modifiedAt": 1_700_000_100_000}
    )
    picker = viewer.get(URL, {"a": "us/17"})
    *_, (_id, _title, versions) = picker.context["groups"]
    _version, oldest = versions[-1]

    page = viewer.get(oldest)

    assert names(page.context["table"].sections) == ["pkceRequired", "apiSecret"]
    assertContains(page, "Set, different secret")


def test_region_that_is_down_shows_the_last_version(member, twins, sandbox):
    viewer = member(Role.VIEWER)
    viewer.get(URL, PAIR)
    sandbox.fault("status", region="eu", status=503)

    page = viewer.get(URL, PAIR)

    assertContains(page, "Last seen")
    assertContains(page, "This is the last known version.")
    assertContains(page, "6 expected differences")


def test_region_that_is_down_without_a_version_says_so(member, twins, sandbox):
    sandbox.fault("status", region="eu", status=503)

    page = member(Role.VIEWER).get(URL, PAIR)

    assertContains(page, "Fewer than two objects could be read.")


@pytest.mark.parametrize(
    "key", ["us/99", "jp/17", "xx/17", "us", "us/17@never", "us/17@2001-01-01", "us/17/5"]
)
def test_unknown_object_is_not_found(member, twins, key):
    assert member(Role.VIEWER).get(URL, {"a": "us/17", "b": key}).status_code == 404


def test_services_and_clients_are_not_mixed(member, twins, sandbox):
    sandbox.clients[44] = make_client(44)

    page = member(Role.VIEWER).get(URL, {"a": "us/17", "b": "us/17/44"})

    assertContains(page, "Compare services with services")


def test_selected_rows_become_a_shareable_url(member, twins):
    page = member(Role.VIEWER).get(URL, {"object": ["us/17", "eu/18"]})

    assert page["Location"] == "/acme/compare/?a=us/17&b=eu/18"


def test_picker_finds_services_by_words(member, twins):
    page = member(Role.VIEWER).get(URL, {"a": "us/17", "q": "staging"})

    assertContains(page, "/acme/compare/?a=us/17&amp;b=eu/18")
    assertContains(member(Role.ADMIN).get(URL, {"q": "\0 99999999999999999999"}), "No results")
