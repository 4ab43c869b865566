"""The search finds objects, settings, pages and actions that the member may open."""

from dataclasses import replace

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from console.inventory.index import index_client
from console.models import KnownService, SavedSearch
from tenants.authlete.documents.client import Client
from tenants.jobs.models import Job
from tenants.models import Organization
from tenants.organizations.roles import Role
from tests.support.audit_entries import IDA, add_entry
from tests.support.inventory import add_known_service

URL = "/acme/search/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def inventory(acme, sandbox):
    add_known_service(acme, "us", 17, "Shop")
    ledger = {"clientId": 44, "clientName": "Ledger sync", "contacts": ["Ops@ledger.example"]}
    index_client(acme, "us", 17, Client.model_validate(ledger))
    return acme


def find(browser, text):
    groups = browser.get(URL, {"q": text}).context["groups"]
    return [(result.label, result.url) for group in groups for result in group.results]


def test_services_and_clients_are_found_by_name(member, inventory):
    viewer = member(Role.VIEWER)

    assert ("Shop", "/acme/services/us/17/") in find(viewer, "shop")
    assert ("Ledger sync", "/acme/services/us/17/clients/44/") in find(viewer, "SYNC ledger")


@pytest.mark.parametrize(("role", "page"), [(Role.EDITOR, "edit"), (Role.VIEWER, "fields")])
def test_a_setting_of_an_object_is_found(member, inventory, role, page):
    browser = member(role)
    results = dict(find(browser, "shop access token duration"))

    url = results["Shop: Access token duration"]
    assert url.startswith(f"/acme/services/us/17/{page}/")
    assert url.endswith("#field-access_token_duration")


def test_watched_objects_come_first(member, inventory):
    viewer = member(Role.VIEWER)
    viewer.post("/acme/watches/toggle/", {"target": "us/17/44", "watch": "yes"})
    viewer.get("/acme/services/us/17/")  # now a recent one

    groups = viewer.get(URL).context["groups"]

    assert [(group.slug, [result.label for result in group.results]) for group in groups[:2]] == [
        ("watched", ["Ledger sync"]),
        ("recent", ["Shop"]),
    ]
    assert "watched" not in [group.slug for group in member(Role.EDITOR).get(URL).context["groups"]]


def test_a_client_is_found_by_its_contact(member, inventory):
    viewer = member(Role.VIEWER)

    url = "/acme/services/us/17/clients/44/"
    assert ("Ledger sync", url) in find(viewer, "ops@ledger.example")
    results = dict(find(viewer, "ops@ledger redirect uris"))
    assert results["Ledger sync: Redirect URIs"] == f"{url}fields/#field-redirect_uris"


@pytest.fixture
def globex(db):
    return Organization.objects.create(slug="globex", name="Globex")


@pytest.mark.parametrize("text", ["shop", "ledger", "nightly", "shop access token duration"])
def test_objects_of_other_organizations_are_not_found(member, inventory, globex, text):
    Job.objects.create(organization=globex, kind="x", title="Nightly lock")
    add_known_service(globex, "us", 18, "Shop of Globex")
    ledger = {"clientId": 45, "clientName": "Ledger of Globex"}
    index_client(globex, "us", 18, Client.model_validate(ledger))

    results = find(member(Role.ADMIN), text)

    assert not [label for label, _ in results if "Globex" in label or "Nightly" in label]


def test_recent_objects_come_first(member, inventory):
    add_known_service(inventory, "us", 18, "Another shop")
    viewer = member(Role.VIEWER)
    assert find(viewer, "shop")[0][0] == "Another shop"
    actor = replace(IDA, name="VIEWER", organization_id=inventory.pk)
    add_entry(actor, "service.get", region="us", service="17")
    add_entry(actor, "client.get", region="us", service="17", client="44")

    assert [label for label, _ in find(viewer, "")[:2]] == ["Ledger sync", "Shop"]
    assert [label for label, _ in find(viewer, "shop")[:2]] == ["Shop", "Another shop"]
    assert find(member(Role.EDITOR), "shop")[0][0] == "Another shop"


def test_settings_and_actions_without_a_name_are_offered_for_recent_objects(member, inventory):
    add_known_service(inventory, "us", 18, "Another shop")
    admin = member(Role.ADMIN)
    assert not [label for label, _ in find(admin, "rotate secret") if "Ledger" in label]
    actor = replace(IDA, name="ADMIN", organization_id=inventory.pk)
    add_entry(actor, "service.get", region="us", service="17")
    add_entry(actor, "client.get", region="us", service="17", client="44")

    assert find(admin, "access token duration")[0][0] == "Shop: Access token duration"
    assert find(admin, "rotate secret")[0][0] == "Rotate secret of Ledger sync"


def test_an_action_is_offered_for_the_named_client_to_who_may_do_it(member, inventory):
    action = ("Rotate secret of Ledger sync", "/acme/services/us/17/clients/44/secret/")

    assert action in find(member(Role.ADMIN), "rotate secret of ledger")
    assert action not in find(member(Role.EDITOR), "rotate secret of ledger")


def test_the_empty_search_shows_pages_of_the_role(member, inventory):
    assert ("Add credential", "/acme/credentials/") in find(member(Role.ADMIN), "")
    labels = [label for label, _ in find(member(Role.HELP_DESK), "")]
    assert "Users" in labels
    assert "Services" not in labels


@pytest.mark.parametrize("text", ["shop", "ledger", "shop access token duration", "lock ledger"])
def test_help_desk_members_find_no_inventory(member, inventory, text):
    assert find(member(Role.HELP_DESK), text) == []


def test_members_are_found_by_admins_only(member, inventory):
    member(Role.AUDITOR)

    assert "AUDITOR" in dict(find(member(Role.ADMIN), "auditor"))
    assert "AUDITOR" not in dict(find(member(Role.VIEWER), "auditor"))


def test_jobs_are_found_by_readers_and_their_starter(member, inventory):
    Job.objects.create(organization=inventory, kind="x", title="Nightly lock")

    assert "Nightly lock" in dict(find(member(Role.VIEWER), "nightly"))
    assert find(member(Role.HELP_DESK), "nightly") == []


def test_saved_searches_are_found_by_auditors(member, inventory):
    auditor = member(Role.AUDITOR)
    SavedSearch.objects.create(
        organization=inventory,
        user_id=auditor.session["_auth_user_id"],
        name="Destructive",
        query="effect=destroy",
    )

    assert ("Destructive", "/acme/audit/?effect=destroy") in find(auditor, "destructive")
    assert find(member(Role.VIEWER), "destructive") == []


def test_regions_without_a_credential_are_left_out(member, inventory):
    add_known_service(inventory, "br", 99, "Shop of Brazil")

    assert "Shop of Brazil" not in dict(find(member(Role.VIEWER), "shop"))


def test_htmx_gets_the_options_of_the_palette(member, inventory):
    viewer = member(Role.VIEWER)

    response = viewer.get(URL, {"q": "shop"}, headers={"HX-Request": "true"})

    assertContains(response, 'role="option"')
    assertNotContains(response, "<html")
    empty = viewer.get(URL, {"q": "x-x"}, headers={"HX-Request": "true"})
    assertContains(empty, "No results")


def test_search_says_which_share_of_the_clients_can_be_found(member, inventory):
    text, viewer = "Clients are found in 0 of 1 services.", member(Role.VIEWER)

    assertContains(viewer.get(URL, {"q": "nothing"}), text)
    assertNotContains(member(Role.HELP_DESK).get(URL, {"q": "nothing"}), text)
    KnownService.objects.update(clients_at=timezone.now())
    assertNotContains(viewer.get(URL, {"q": "nothing"}), text)
