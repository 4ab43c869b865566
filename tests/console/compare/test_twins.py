"""Twins: created from a comparison, checked by the worker, accepted or removed."""

from uuid import UUID

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from console.compare.drift import check_twins
from console.models import Twin
from tenants.audit.models import AuditEntry
from tenants.models import Organization
from tenants.organizations.roles import Role
from tenants.versions.models import Version
from tests.support.forms import URLENCODED, fill_form
from tests.support.twins import PAIR

LIST = "/acme/compare/twins/"
COMPARISON = "/acme/compare/"


@pytest.fixture
def editor(member, twins):
    return member(Role.EDITOR)


def submit(browser, url, having="reason", **entered):
    return browser.post(
        url, fill_form(browser.get(url), having, **entered), content_type=URLENCODED
    )


@pytest.fixture
def twin(editor):
    response = submit(editor, f"{LIST}new/?a=us/17&b=eu/18", reason="Same product")
    assert response["Location"] == "/acme/compare/?a=us/17&b=eu/18"
    return Twin.objects.get()


def change(service, **members):
    service.update(members)
    service["modifiedAt"] += 1000


def sync(editor):
    """Read both services, as the worker does, and check the twins."""
    editor.get("/acme/services/us/17/")
    editor.get("/acme/services/eu/18/")
    check_twins()
    return Twin.objects.first()


def test_twins_are_alike_after_creation(editor, twin):
    page = editor.get(LIST)

    assert (twin.name, twin.drift, twin.created_by) == ("Shop – Shop staging", [], "EDITOR")
    assertContains(page, "Alike")
    entry = AuditEntry.objects.get(operation="twin.add")
    assert (entry.object, entry.reason) == ("us/17 eu/18", "Same product")


def test_worker_reports_drift_on_both_objects_home_and_list(editor, twin, twins):
    change(twins[0], accessTokenDuration=60)

    stored = sync(editor)

    assert stored.drift == ["accessTokenDuration"]
    for url in ("/acme/services/us/17/", "/acme/services/eu/18/"):
        assertContains(editor.get(url), "1 difference")
    assertContains(editor.get("/acme/"), "1 pair of twins differs")
    assertContains(editor.get(f"{LIST}?state=drift"), "Access token duration")


def test_promoting_ends_the_drift(editor, twin, twins):
    change(twins[0], accessTokenDuration=60)
    assert sync(editor).drift_since

    change(twins[1], accessTokenDuration=60)
    stored = sync(editor)

    assert (stored.drift, stored.drift_since) == ([], None)
    assertNotContains(editor.get("/acme/"), "twins differs")


def test_expected_differences_are_no_drift(editor, twin, twins):
    change(twins[0], tokenEndpoint="https://shop.example/token2", apiSecret="rotated")

    assert sync(editor).drift == []


def accept(editor, twin, query="?member=accessTokenDuration"):
    return submit(editor, f"{LIST}{twin.pk}/accept/{query}", "reviewed", reason="Risk accepted it")


def test_accepted_difference_is_reported_again_after_a_change(editor, twin, twins):
    change(twins[0], accessTokenDuration=60, pkceRequired=False)
    sync(editor)

    accept(editor, twin)

    assert sync(editor).drift == ["pkceRequired"]
    page = editor.get(COMPARISON, PAIR)
    assertContains(page, "1 difference")
    assertContains(page, "Accepted difference of these twins.")
    entry = AuditEntry.objects.get(operation="twin.accept")
    assert (entry.reason, entry.changes[0]["after"]) == ("Risk accepted it", "accessTokenDuration")
    change(twins[0], accessTokenDuration=30)
    assert set(sync(editor).drift) == {"accessTokenDuration", "pkceRequired"}


def test_values_that_change_during_the_review_are_not_accepted(editor, twin, twins):
    change(twins[0], accessTokenDuration=60)
    url = f"{LIST}{twin.pk}/accept/?whole=1"
    body = fill_form(editor.get(url), "reviewed", reason="Fine")
    change(twins[0], accessTokenDuration=30)

    page = editor.post(url, body, content_type=URLENCODED)

    assertContains(page, "Nothing was accepted")
    assert Twin.objects.get().accepted == {}


def test_deleted_object_is_reported(editor, twin, sandbox):
    editor.get("/acme/services/eu/18/")
    Version.objects.filter(service_id=18).update(digest="")

    check_twins()

    assert Twin.objects.get().is_missing
    assertContains(editor.get(LIST), "Object deleted")


def test_unchanged_versions_are_not_compared_again(editor, twin, django_assert_max_num_queries):
    sync(editor)

    with django_assert_max_num_queries(4):
        check_twins()


def test_baseline_outlives_its_version(editor, twins):
    editor.get("/acme/services/us/17/")
    submit(editor, f"{LIST}new/?a=us/17&b=us/17@2100-01-01", reason="Golden")
    change(twins[0], pkceRequired=False)
    editor.get("/acme/services/us/17/")
    Version.objects.filter(service_id=17, number=1).delete()

    check_twins()

    stored = Twin.objects.get()
    assert stored.drift == ["pkceRequired"]
    first, second = stored.keys
    page = editor.get(COMPARISON, {"a": first, "b": second})
    assertContains(page, "1 difference")
    assertNotContains(page, "k7Qm2vX9pLr4TzWb8NcD")
    promotion = editor.get("/acme/promote/", {"from": first, "to": second, "whole": "1"})
    assert [item.member for item in promotion.context["plan"].settings] == ["pkceRequired"]


def test_removed_twins_are_not_checked_any_more(editor, twin):
    response = submit(editor, f"{LIST}{twin.pk}/remove/", "csrfmiddlewaretoken")

    assert response["Location"] == LIST
    assert not Twin.objects.exists()
    assert AuditEntry.objects.get(operation="twin.remove").label == twin.name


@pytest.mark.parametrize("page", ["accept", "remove"])
def test_twins_of_another_organization_are_not_found(editor, twin, page):
    Twin.objects.update(organization=Organization.objects.create(slug="other", name="Other"))

    assert editor.get(f"{LIST}{twin.pk}/{page}/").status_code == 404
    assert editor.get(COMPARISON, {"a": f"baseline/{twin.pk}", "b": "us/17"}).status_code == 404
    assertContains(editor.get(LIST), "No twins yet")


@pytest.mark.parametrize("query", ["a=us/17&b=us/17", "a=us/17", "a=us/17&b=us/99"])
def test_invalid_pair_is_not_found(editor, query):
    assert editor.get(f"{LIST}new/?{query}").status_code == 404
    assert editor.get(f"{LIST}{UUID(int=0)}/accept/").status_code == 404
