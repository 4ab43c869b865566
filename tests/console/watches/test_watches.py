"""Watches are started on an object's page, listed, edited and ended."""

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from console.models import AccountPreferences, Watch
from console.watches import actions, views
from tenants.organizations.roles import Role

LIST = "/acme/watches/list/"
TOGGLE = "/acme/watches/toggle/"


def test_page_of_an_object_starts_and_ends_a_watch(viewer, watch):
    assertContains(viewer.get("/acme/services/us/17/"), "Watch")

    response = watch()

    assert response["Location"] == "/acme/services/us/17/"
    assertContains(viewer.get("/acme/services/us/17/"), "Unwatch")
    viewer.post(TOGGLE, {"target": "us/17", "watch": "no"})
    assertNotContains(viewer.get("/acme/services/us/17/"), "Unwatch")


def test_script_replaces_the_button_alone(viewer):
    response = viewer.post(
        TOGGLE, {"target": "us/17", "watch": "yes"}, headers={"HX-Request": "true"}
    )

    assertContains(response, "Unwatch")
    assertNotContains(response, "<html")


def test_watching_twice_is_one_watch(viewer, watch):
    watch()
    watch()

    assert Watch.objects.count() == 1


def test_client_is_watched_by_its_name(viewer, watch, sandbox):
    sandbox.clients[44] = {"clientId": 44, "clientName": "Till", "modifiedAt": 1}
    viewer.get("/acme/services/us/17/clients/44/")

    assert watch("us/17/44")["Location"] == "/acme/services/us/17/clients/44/"

    page = viewer.get(LIST)
    assertContains(page, "Till")
    assertContains(page, "Client")


@pytest.mark.parametrize("target", ["us/18", "us/17/45", "eu/17", "no.rule", "", "x/y/z", "us/0"])
def test_unknown_objects_can_not_be_watched(viewer, watch, target):
    assert watch(target).status_code == 404
    assert viewer.get(TOGGLE, {"target": target}).status_code == 404


def test_confirmation_page_works_without_a_script(viewer):
    assertContains(viewer.get(TOGGLE, {"target": "us/17"}), "Shop")


def test_delivery_and_muting_are_listed(viewer, watch):
    watch()
    stored = Watch.objects.get()

    viewer.post(f"{LIST}{stored.pk}/", {"delivery": "digest", "is_muted": "on"})

    page = viewer.get(LIST)
    assertContains(page, "Daily email digest")
    assertContains(page, "Muted")
    assert viewer.post(f"{LIST}{stored.pk}/", {"delivery": "carrier"}).status_code == 422


def test_watch_of_a_deleted_object_can_be_ended(viewer, watch):
    watch()
    Watch.objects.update(target="us/999", name="Gone")

    assertContains(viewer.get(LIST), "Gone")
    response = viewer.post(TOGGLE, {"target": "us/999", "watch": "no"})

    assert response["Location"] == LIST
    assert not Watch.objects.exists()


def test_number_of_watches_is_limited(viewer, watch, monkeypatch):
    monkeypatch.setattr(actions, "MAX_WATCHES", 0)
    monkeypatch.setattr(views, "MAX_WATCHES", 0)

    assert watch()["Location"] == LIST

    assertContains(viewer.get(LIST), "You can have up to 0 watches.")
    assert not Watch.objects.exists()


def test_delivery_of_job_notifications_belongs_to_the_account(viewer):
    viewer.post("/acme/watches/jobs/", {"job_delivery": "now"})

    assert AccountPreferences.objects.get().job_delivery == "now"
    assertContains(viewer.get(LIST), "Email at once")
    viewer.post("/acme/watches/jobs/", {"job_delivery": ""})
    assertContains(viewer.get(LIST), "Inbox only")


def test_list_names_many_objects_with_few_queries(
    acme, viewer, watch, django_assert_max_num_queries
):
    watch()
    first = Watch.objects.get()
    for number in range(30):
        Watch.objects.create(
            membership=first.membership, kind="service", target=f"us/{100 + number}", name="Old"
        )

    with django_assert_max_num_queries(18):
        viewer.get(LIST)


def test_help_desk_sees_its_empty_pages(member, sandbox):
    browser = member(Role.HELP_DESK)

    assertContains(browser.get(LIST), "No watches yet")
