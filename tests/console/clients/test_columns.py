import csv
import json

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tenants.organizations.roles import Role

URL = "/acme/clients/columns/"
LIST = "/acme/services/us/17/clients/"


def test_chosen_columns_apply_to_all_lists(member, five_clients):
    browser = member(Role.VIEWER)

    response = browser.post(URL, {"column": ["id", "type"], "next": LIST})

    assert response["Location"] == f"{LIST}?columns=id%2Ctype"
    page = browser.get(LIST)
    assert [column.name for column in page.context["columns"]] == ["name", "type", "id"]
    assertNotContains(page, 'data-label="Grants"')


def test_form_shows_the_current_columns(member, five_clients):
    browser = member(Role.VIEWER)
    form = browser.get(URL).context["form"]
    assert form["column"].value() == ["type", "grants", "redirects", "changed"]
    browser.post(URL, {"column": ["id"], "next": LIST})
    assertContains(browser.get(URL), 'value="id" id="id_column_5" checked')


def test_columns_are_chosen_per_person(member, five_clients):
    member(Role.VIEWER).post(URL, {"column": ["id"]})

    assertContains(member(Role.EDITOR).get(LIST), 'data-label="Grants"')


@pytest.mark.parametrize("column", ["clientSecret", ""])
def test_unknown_column_is_refused(member, five_clients, column):
    assert member(Role.VIEWER).post(URL, {"column": [column]}).status_code == 200


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "x"])
def test_redirect_stays_in_the_console(member, five_clients, where):
    response = member(Role.VIEWER).post(URL, {"next": where})

    assert response["Location"].startswith("/acme/")


def test_settings_are_columns_of_pages_and_exports(member, five_clients):
    five_clients.clients[1]["contacts"] = ["ops@acme.com", "it@acme.com"]
    browser = member(Role.VIEWER)
    chosen = {"column": ["type"], "setting": ["pkceRequired", "contacts"], "next": "/acme/clients/"}

    browser.get("/acme/clients/")
    response = browser.post(URL, chosen)

    assert response["Location"] == "/acme/clients/?columns=type%2CpkceRequired%2Ccontacts"
    for url in (response["Location"], LIST):
        page = browser.get(url, query_params={"q": "till"} if url == LIST else None)
        assertContains(page, "ops@acme.com, it@acme.com")
        assertContains(page, 'data-label="Require PKCE"')
        export = browser.get(url, {"columns": "contacts,pkceRequired", "download": "jsonl"})
        rows = [json.loads(line) for line in export.getvalue().decode().splitlines()]
        till = next(row for row in rows if row["name"] == "Till")
        assert till["contacts"] == ["ops@acme.com", "it@acme.com"]
        assert till["pkceRequired"] is True
        assert [row["pkceRequired"] for row in rows].count(False) == 4


def test_columns_of_the_url_win(member, five_clients):
    browser = member(Role.VIEWER)
    browser.post(URL, {"column": ["type"]})

    page = browser.get(LIST, {"columns": "PKCErequired,nothing,clientSecret"})

    assert [column.name for column in page.context["setting_columns"]] == ["pkceRequired"]
    assertNotContains(page, 'data-label="Type"')


def test_services_have_columns_and_exports(member, sandbox):
    sandbox.services[17] |= {"accessTokenDuration": 7200, "supportedGrantTypes": ["CIBA"]}
    browser = member(Role.VIEWER)

    response = browser.post(
        "/acme/services/columns/", {"setting": ["accessTokenDuration", "supportedGrantTypes"]}
    )

    assert response["Location"].startswith("/acme/services/?columns=")
    assertContains(browser.get("/acme/services/"), "2 hours")
    export = browser.get("/acme/services/", {"download": "csv", "q": "shop"})
    head, row = csv.reader(export.getvalue().decode().splitlines())
    assert dict(zip(head, row, strict=True))["supportedGrantTypes"] == "CIBA"
