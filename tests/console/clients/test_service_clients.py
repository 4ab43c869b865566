import csv
import io
import json
from dataclasses import replace

import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertTemplateNotUsed

from console.models import KnownClient, KnownService
from tenants.audit.models import AuditEntry
from tenants.authlete import listing
from tenants.organizations.roles import Role
from tests.support.clients import SECRET, make_client

URL = "/acme/services/us/17/clients/"


def names(response):
    return [row.name for row in response.context["list_page"].rows]


def requested_pages(sandbox):
    """Return ``(start, end)`` of each page of clients requested."""
    assert {call.operation for call in sandbox.calls} <= {"client.list"}
    return [(int(call.query["start"]), int(call.query["end"])) for call in sandbox.calls]


def counts(response, facet):
    links = {one.name: links for one, links in response.context["facets"]}[facet]
    return {link.label: link.count for link in links}


def test_one_page_is_read_and_its_range_shown(member, many_clients):
    response = member(Role.VIEWER).get(URL, {"size": "100", "page": "2"})

    assert requested_pages(many_clients) == [(100, 200)]
    assertContains(response, "101 to 200 of 250")
    assertContains(response, "Client 0101")
    assertContains(response, "?size=100&amp;page=1")
    assertContains(response, "?size=100&amp;page=3")


def test_page_beyond_the_end_redirects_to_the_last(member, many_clients):
    response = member(Role.VIEWER).get(URL, {"size": "100", "page": "9"})

    assert response["Location"] == f"{URL}?size=100&page=3"


@pytest.mark.parametrize(
    "address", [{"q": "client"}, {"type": "CONFIDENTIAL"}, {"sort": "-name"}, {"all": "yes"}]
)
def test_searching_and_sorting_read_all_pages(member, many_clients, address):
    response = member(Role.VIEWER).get(URL, address)

    assert sorted(requested_pages(many_clients)) == [(0, 100), (100, 200), (200, 250)]
    assert response.context["list_page"].total == 250
    assert counts(response, "type") == {"Confidential": 250}


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ({"q": "till"}, ["Till"]),
        ({"q": "app-3"}, ["Ledger sync"]),
        ({"q": "old.example.com/cb"}, ["Web shop"]),
        ({"q": "tokenAuthMethod:none"}, ["Web shop"]),
        ({"q": "auth:private_key_jwt"}, ["Partner"]),
        ({"q": "pkceRequired:true"}, ["Till"]),
        ({"q": "type:public grant:refresh_token"}, ["Web shop"]),
        ({"q": "locked:yes"}, ["Ledger sync"]),
        ({"q": "source:dynamic"}, ["Partner"]),
        ({"q": "redirect:old.example.com"}, ["Web shop"]),
        ({"q": "redirect:example.org"}, ["Web shop"]),
        ({"q": "redirect:none"}, ["Ledger sync"]),
        ({"q": "region:us service:17 clientId>4"}, ["=HYPERLINK(1)"]),
        ({"q": "region:eu"}, []),
        ({"type": "PUBLIC"}, ["Web shop"]),
        ({"auth": ["NONE", "PRIVATE_KEY_JWT"]}, ["Web shop", "Partner"]),
        ({"locked": "yes"}, ["Ledger sync"]),
        ({"redirect": "com.acme.app:"}, ["=HYPERLINK(1)"]),
        ({"grant": "CLIENT_CREDENTIALS", "source": "DYNAMIC_REGISTRATION"}, []),
        ({"sort": "-changed", "type": "CONFIDENTIAL", "locked": "no"},
         ["=HYPERLINK(1)", "Partner", "Till"]),
        ({"sort": "name"},
         ["=HYPERLINK(1)", "Ledger sync", "Partner", "Till", "Web shop"]),
    ],
)  # fmt: skip
def test_list_is_searched_sorted_and_filtered(member, five_clients, address, expected):
    assert names(member(Role.VIEWER).get(URL, address)) == expected


def test_filter_counts_reflect_other_filters(member, five_clients):
    response = member(Role.VIEWER).get(URL, {"type": "CONFIDENTIAL"})

    assert counts(response, "type") == {"Confidential": 4, "Public": 1}
    assert counts(response, "auth") == {"Client secret (Basic)": 3, "Private key JWT": 1}
    assert counts(response, "locked") == {"Locked": 1, "Not locked": 3}
    assert counts(response, "redirect") == {"app1.example.com": 2, "com.acme.app:": 1}


def test_single_page_is_counted_at_once(member, five_clients):
    response = member(Role.VIEWER).get(URL)

    assert requested_pages(five_clients) == [(0, 50)]
    assert counts(response, "type") == {"Confidential": 4, "Public": 1}


def test_filters_are_offered_before_counting(member, many_clients):
    response = member(Role.VIEWER).get(URL)

    assert requested_pages(many_clients) == [(0, 50)]
    assert counts(response, "type") == {"Confidential": None, "Public": None}
    assertContains(response, "Load all 250 clients")


@pytest.mark.parametrize(
    ("q", "message"),
    [
        ("tokenAuthMetod:none", "Did you mean “tokenAuthMethod”?"),
        ("gant:ciba", "Did you mean “grant”?"),
        ("clientSecret:x", "Unknown setting “clientSecret”."),
    ],
)
def test_invalid_query_shows_an_error_and_no_rows(member, five_clients, q, message):
    response = member(Role.VIEWER).get(URL, {"q": q})

    assert names(response) == []
    assertContains(response, message)
    assertContains(response, "Correct the search above")


def test_locked_and_registered_clients_have_badges(member, five_clients):
    response = member(Role.VIEWER).get(URL)

    assertContains(response, '<span class="badge bad">locked</span>', 1)
    assertContains(response, '<span class="badge info">Dynamic registration</span>', 1)


def test_empty_list_differs_from_no_matches(member, acme, sandbox):
    browser = member(Role.VIEWER)

    assertContains(browser.get(URL), "No clients yet")
    sandbox.clients[1] = make_client(1)
    assertContains(browser.get(URL, {"q": "x-x"}), "No matching clients")


def test_failed_later_page_is_reported(member, many_clients):
    answer = many_clients.answer
    odd = {"operation": "client.list", "status": 500, "code": "A028001", "times": 1}
    faults = iter([odd])

    def refuse_one(place, request):
        if request.query.get("start") != "0":
            for fault in faults:
                many_clients.fault("status", **fault)
        return answer(place, request)

    many_clients.answer = refuse_one
    response = member(Role.VIEWER).get(URL, {"q": "client"})

    assertContains(response, "Incomplete list")
    assertContains(response, "A028001")
    assertContains(response, "request <span")
    assert not KnownClient.objects.exists()


def test_truncated_list_is_reported(member, many_clients, monkeypatch):
    monkeypatch.setattr(listing, "CLIENT_LIST", replace(listing.CLIENT_LIST, max_items=200))

    browser = member(Role.VIEWER)
    response = browser.get(URL, {"q": "client"})

    assertContains(response, "Searched 200 of 250 clients")
    assert response.context["list_page"].total == 200
    assert browser.get(URL, {"download": "csv"}).status_code == 502


@pytest.mark.parametrize("kind", ["html502", "garbage", "wrong_type", "cut", "nan"])
@pytest.mark.parametrize("address", [{}, {"q": "till"}])
def test_unreadable_list_is_reported(member, five_clients, kind, address):
    five_clients.fault(kind, operation="client.list")

    response = member(Role.VIEWER).get(URL, address)

    assert response.status_code == 502
    assertNotContains(response, "No clients yet", status_code=502)


def test_limited_credential_is_reported(member, five_clients):
    for token in five_clients.state.tokens.values():
        token.permissions = ("view_client",)

    response = member(Role.VIEWER).get(URL)

    assertContains(response, "Limited credential")
    assertContains(response, "Ledger sync")
    assert not KnownClient.objects.exists()


@pytest.mark.parametrize(
    "odd",
    [
        {"modifiedAt": 10**30, "createdAt": 10**30},
        {"clientName": "a\0b\ud800", "clientIdAlias": None},
        {"clientType": 7, "grantTypes": "x", "redirectUris": [{}, "http://["]},
        {"clientType": "TELEPATHIC", "clientSource": "NEW"},
        {"clientNames": [{"value": None}, 7]},
    ],
)
@pytest.mark.parametrize("address", [{}, {"q": "client"}, {"download": "csv"}])
def test_unexpected_values_are_listed(member, five_clients, odd, address):
    five_clients.clients[5] |= odd

    assert member(Role.VIEWER).get(URL, address).status_code == 200


def test_complete_reads_update_the_inventory(member, many_clients):
    browser = member(Role.VIEWER)
    browser.get(URL)
    assert not KnownClient.objects.exists()

    browser.get(URL, {"q": "0007"})

    assert KnownClient.objects.count() == 250
    assert KnownService.objects.get(service_id=17).clients_at


def test_csv_contains_filtered_rows_without_formulas(member, five_clients):
    response = member(Role.VIEWER).get(URL, {"download": "csv", "q": "type:confidential"})

    text = b"".join(response).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["name"] for row in rows] == ["Till", "Ledger sync", "Partner", "'=HYPERLINK(1)"]
    assert rows[0]["modified_at"] == "2025-06-15T15:06:40.001+00:00"
    assert rows[0]["redirect_hosts"] == "app1.example.com"
    assert SECRET not in text
    assert response["Content-Disposition"].startswith('attachment; filename="clients-us-17-')


def test_json_lines_contain_the_same_rows(member, five_clients):
    response = member(Role.VIEWER).get(URL, {"download": "jsonl", "locked": "yes"})

    (row,) = (json.loads(line) for line in b"".join(response).decode().splitlines())
    assert row["name"] == "Ledger sync"
    assert row["grant_types"] == ["CLIENT_CREDENTIALS"]
    assert row["locked"] is True


def test_export_is_logged(member, five_clients):
    member(Role.VIEWER).get(URL, {"download": "csv", "locked": "yes", "page": "3"})

    entry = AuditEntry.objects.get(operation="clients.exported")
    assert (entry.object, entry.label) == ("locked=yes", "1 clients, csv")
    assert (entry.region, entry.service, entry.outcome) == ("us", "17", "done")
    fields = {change["field"]: change["after"] for change in entry.changes}
    assert fields == {"query": "locked=yes", "rows": 1}


def test_failed_read_exports_no_file(member, many_clients):
    many_clients.fault("status", operation="client.list", status=500, times=1)

    assert member(Role.VIEWER).get(URL, {"download": "csv"}).status_code == 502
    assert not AuditEntry.objects.filter(operation="clients.exported").exists()


def test_no_secret_is_shown(member, five_clients):
    browser = member(Role.ADMIN)

    for address in ({}, {"q": "till"}, {"all": "yes"}):
        assertNotContains(browser.get(URL, address), SECRET[:16])


def test_htmx_gets_the_list_only(member, five_clients):
    response = member(Role.VIEWER).get(
        URL, headers={"HX-Request": "true", "HX-Trigger": "facet-type-PUBLIC"}
    )

    assertContains(response, "Ledger sync")
    assertContains(response, "<details open>")
    assertTemplateNotUsed(response, "base.html")


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.VIEWER, 200), (Role.AUDITOR, 200), (Role.EDITOR, 200), (Role.HELP_DESK, 403)],
)
def test_needs_a_role_that_may_read(member, five_clients, role, status):
    assert member(role).get(URL).status_code == status
