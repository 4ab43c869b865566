import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tenants.organizations.roles import Role

URL = "/acme/clients/columns/"
LIST = "/acme/services/us/17/clients/"


def test_shows_the_columns_that_were_chosen_everywhere(member, few):
    browser = member(Role.VIEWER)

    response = browser.post(URL, {"column": ["id", "type"], "next": LIST})

    assert response["Location"] == LIST
    page = browser.get(LIST)
    assert [one.name for one in page.context["columns"]] == ["name", "type", "id"]
    assertNotContains(page, 'data-label="Grants"')


def test_ticks_what_is_shown_now(member, few):
    browser = member(Role.VIEWER)
    form = browser.get(URL).context["form"]
    assert form["column"].value() == ["type", "grants", "redirects", "changed"]
    browser.post(URL, {"column": ["id"], "next": LIST})
    assertContains(browser.get(URL), 'value="id" id="id_column_5" checked')


def test_one_persons_choice_is_nobody_elses(member, few):
    member(Role.VIEWER).post(URL, {"column": ["id"]})

    assertContains(member(Role.EDITOR).get(LIST), 'data-label="Grants"')


@pytest.mark.parametrize("column", ["clientSecret", ""])
def test_refuses_a_column_that_there_is_not(member, few, column):
    assert member(Role.VIEWER).post(URL, {"column": [column]}).status_code == 200


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "x"])
def test_leads_nowhere_else(member, few, where):
    response = member(Role.VIEWER).post(URL, {"next": where})

    assert response["Location"].startswith("/acme/")
