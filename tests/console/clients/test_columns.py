import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tenants.organizations.roles import Role

URL = "/acme/clients/columns/"
LIST = "/acme/services/us/17/clients/"


def test_chosen_columns_apply_to_all_lists(member, five_clients):
    browser = member(Role.VIEWER)

    response = browser.post(URL, {"column": ["id", "type"], "next": LIST})

    assert response["Location"] == LIST
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
