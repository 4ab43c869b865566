import re
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from console.inventory.index import index_clients
from console.models import KnownService, Selection
from console.models.drafts import SELECTION_LIFETIME
from tenants.authlete.documents.client import Client
from tenants.organizations.roles import Role
from tests.support.clients import make_client
from tests.support.markup import compact

URL = "/acme/clients/bulk/"
LIST = "/acme/services/us/17/clients/"
ALL = {"within": "us/17", "all": "yes"}


def names(browser, response):
    """Who was chosen, as the next page says."""
    page = compact(browser.get(response["Location"]))
    chosen = page.partition('id="chosen"')[2]
    return re.findall(r"<li><div><bdi>([^<]+)</bdi>", chosen)


def test_ticked_clients_are_selected(member, five_clients):
    browser = member(Role.EDITOR)
    browser.get(LIST, {"all": "yes"})
    places = ["us/17/1", "us/17/3", "us/17/3", "us/17/x", "nonsense"]
    response = browser.post(URL, {"within": "us/17", "object": places})

    assert names(browser, response) == ["Till", "Ledger sync"]


def test_all_matching_clients_are_selected(member, five_clients):
    browser = member(Role.EDITOR)
    sent = ALL | {"query": "q=redirect%3Aold.example.com", "shown": "1"}
    five_clients.clients[6] = make_client(6, redirectUris=["https://old.example.com/6"])
    response = browser.post(URL, sent)

    assert names(browser, response) == ["Web shop", "Client 0006"]
    assertContains(browser.get(response["Location"]), "2 match now; the list showed 1")


@pytest.fixture
def far(five_clients):
    """Another service with a client of the same host."""
    five_clients.region("us").services[18] = {"apiKey": 18, "serviceName": "Far", "modifiedAt": 1}
    five_clients.region("us").clients[18] = {
        181: make_client(181, clientName="Kiosk", redirectUris=["https://old.example.com"])
    }
    return five_clients


def test_matching_clients_of_all_services_are_selected(member, far):
    browser = member(Role.EDITOR)
    browser.get("/acme/clients/")
    sent = {"all": "yes", "query": "q=redirect%3Aold.example.com"}
    response = browser.post(URL, sent)

    assert sorted(names(browser, response)) == ["Kiosk", "Web shop"]


def test_unread_services_are_mentioned(member, far):
    browser = member(Role.EDITOR)
    browser.get("/acme/clients/")
    KnownService.objects.filter(service_id=18).update(clients_problem="it was down")
    KnownService.objects.update(clients_at=timezone.now() - timedelta(hours=3))
    response = browser.post(URL, {"all": "yes", "query": "q=till"})

    page = browser.get(response["Location"])
    assertContains(page, "1 service didn&#x27;t respond to the last sync")
    assertContains(page, "the oldest sync was")
    assertContains(page, 'href="/acme/clients/refresh/"')


def test_unchanged_count_needs_no_notice(member, five_clients):
    browser = member(Role.EDITOR)
    response = browser.post(URL, ALL | {"shown": "5"})

    page = browser.get(response["Location"])
    assertContains(page, "5 selected")
    assertNotContains(page, "the list showed")


@pytest.mark.parametrize(
    "sent",
    [
        {},
        ALL | {"query": "q=noSuchSetting%3A1"},
        ALL | {"query": "q=nothing+like+it"},
        ALL | {"within": "nowhere"},
    ],
    ids=["none ticked", "not understood", "none fits", "no list"],
)
def test_empty_selection_selects_nothing(member, five_clients, sent):
    response = member(Role.EDITOR).post(URL, {"within": "us/17"} | sent)

    assertContains(response, "Nothing selected")
    assert not Selection.objects.exists()


def test_page_without_selection_explains_how_to_select(member, acme):
    assertContains(member(Role.EDITOR).get(URL), "Nothing selected")


def test_too_many_clients_are_refused(member, five_clients, monkeypatch):
    monkeypatch.setattr("console.bulk.selections.MAX_SELECTED", 3)

    response = member(Role.EDITOR).post(URL, ALL)

    assertContains(response, "5 are too many")


def test_back_link_preserves_the_query(member, five_clients):
    sent = {"within": "us/17", "query": "q=till&type=PUBLIC"}
    response = member(Role.EDITOR).post(URL, sent)

    assertContains(response, f'href="{LIST}?q=till&amp;type=PUBLIC"')


def test_incomplete_list_is_reported(member, many_clients):
    answer = many_clients.answer

    def refuse_all_but_the_first(place, request):
        if request.query.get("start") != "0":
            many_clients.fault("status", operation="client.list", status=400, times=1)
        return answer(place, request)

    many_clients.answer = refuse_all_but_the_first
    browser = member(Role.EDITOR)
    response = browser.post(URL, ALL | {"shown": "250"})

    assertContains(browser.get(response["Location"]), "Some matches may be missing")


def test_selection_holds_thousands_of_clients(member, acme, sandbox):
    for number in range(1, 5001):
        sandbox.clients[number] = {"clientId": number, "modifiedAt": 1}
    browser = member(Role.EDITOR)
    response = browser.post(URL, ALL | {"shown": "5000"})

    assertContains(browser.get(response["Location"]), "5,000 selected")


def test_selection_is_encrypted_and_expires(member, acme, five_clients):
    clients = [Client.model_validate(client) for client in five_clients.clients.values()]
    index_clients(acme, "us", 17, clients)
    browser = member(Role.EDITOR)
    browser.post(URL, {"within": "us/17", "object": ["us/17/1"]})
    assert "Till" not in Selection.objects.get().sealed
    Selection.objects.update(changed_at=timezone.now() - SELECTION_LIFETIME)
    old = Selection.objects.get()
    browser.post(URL, {"within": "us/17", "object": ["us/17/2"]})

    assert not Selection.objects.filter(pk=old.pk).exists()
    over = browser.get(f"{URL}{old.pk}/", follow=True)
    assertContains(over, "Selection expired")


def test_selection_belongs_to_one_person(member, five_clients, select_clients):
    path = select_clients(member(Role.EDITOR), 1)

    response = member(Role.ADMIN).get(path, follow=True)

    assertContains(response, "Selection expired")
