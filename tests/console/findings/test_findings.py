"""The lists of violated rules, and of the objects that violate one."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from console.models import Finding, Waiver
from tenants.models import Organization
from tenants.organizations.roles import Role
from tests.support.clients import make_client

URL = "/acme/findings/"
HTTP, PKCE = "rfc9700.http-redirect", "rfc9700.pkce-s256"
pytestmark = pytest.mark.django_db


def add(organization, rule, client_id=0, *, region="us", day=1, name="Till"):
    return Finding.objects.create(
        organization=organization,
        region=region,
        service_id=17,
        client_id=client_id,
        rule=rule,
        name=name,
        field="redirectUris" if client_id else "pkceS256Required",
        since=datetime(2026, 3, day, tzinfo=UTC),
    )


@pytest.fixture
def three(acme):
    add(acme, PKCE, name="Shop")
    add(acme, HTTP, 44, day=2)
    add(acme, HTTP, 45, day=1, name="Web")
    return acme


def rows(response):
    return response.context["list_page"].rows


def test_rules_are_listed_with_what_they_affect_most_severe_first(member, three):
    listed = rows(member(Role.VIEWER).get(URL))

    assert [(row.rule.id, row.services, row.clients) for row in listed] == [
        (HTTP, 0, 2),
        (PKCE, 1, 0),
    ]
    assert listed[0].since.day == 1


def test_rule_shows_its_objects_longest_first(member, three):
    page = member(Role.VIEWER).get(f"{URL}{HTTP}/")

    assert [row.title for row in rows(page)] == ["Web", "Till"]
    assertContains(page, "RFC 9700, section 2.6")
    assertContains(page, "/acme/services/us/17/clients/44/")
    assertContains(page, "Redirect URIs")


@pytest.mark.parametrize(
    ("query", "rules"),
    [("?severity=medium", [PKCE]), ("?pack=fapi2", []), ("?q=section+2.6", [HTTP])],
)
def test_rules_are_filtered(member, three, query, rules):
    assert [row.rule.id for row in rows(member(Role.VIEWER).get(URL + query))] == rules


def test_objects_are_exported(member, three):
    response = member(Role.VIEWER).get(f"{URL}{HTTP}/?download=csv")

    text = b"".join(response).decode()
    assert text.count(HTTP) == 2
    assert "2026-03-01" in text


def test_other_organizations_and_unconnected_regions_are_left_out(member, three):
    globex = Organization.objects.create(slug="globex", name="Globex")
    add(globex, "rfc9700.password-grant", name="Globex")
    add(three, "rfc9700.password-grant", region="br", name="Brazil")
    viewer = member(Role.VIEWER)

    assert len(rows(viewer.get(URL))) == 2
    assertNotContains(viewer.get(f"{URL}rfc9700.password-grant/"), "Brazil")


def test_unknown_rule_is_not_found(member, acme):
    assert member(Role.VIEWER).get(f"{URL}none/").status_code == 404


def test_findings_are_restricted_to_an_object(member, three):
    browser = member(Role.VIEWER)

    page = browser.get(f"{URL}?object=us/17/44")

    assertContains(page, "Findings of Till")
    assert [row.rule_id for row in rows(page)] == [HTTP]
    assert [row.rule_id for row in rows(browser.get(f"{URL}?object=us/17"))] == [PKCE]
    assert browser.get(f"{URL}?object=moon").status_code == 404


def test_lists_count_the_findings_of_each_object(member, acme, sandbox):
    sandbox.clients[44] = make_client(44, redirectUris=["http://till.example/back"])
    viewer = member(Role.VIEWER)
    viewer.get("/acme/clients/")  # syncs them
    of_client = Finding.objects.filter(service_id=17, client_id=44)
    add(acme, PKCE)

    clients, services = viewer.get("/acme/clients/"), viewer.get("/acme/services/")

    assert of_client.filter(rule=HTTP).exists()
    assertContains(clients, f'bad" href="{URL}?object=us/17/44">{of_client.count()} finding')
    assertContains(services, f'warn" href="{URL}?object=us/17">1 finding</a>')
    Waiver.objects.bulk_create(
        Waiver(
            organization=finding.organization,
            region="us",
            service_id=17,
            client_id=44,
            rule=finding.rule,
            expires_on=timezone.localdate(),
        )
        for finding in of_client
    )
    assertNotContains(viewer.get("/acme/clients/"), "?object=us/17/44")
