"""Rows that stand for all entries of one request or job."""

import re
from html import unescape
from urllib.parse import urljoin

import pytest
from pytest_django.asserts import assertContains

from console.history import groups
from tenants.audit.record_builder import new_entry_id
from tenants.organizations.roles import Role

URL = "/acme/audit/"
HTMX = {"HX-Request": "true"}


def expand(browser, page, **headers):
    (path,) = re.findall(r'hx-get="([^"]*group[^"]*)"', page.content.decode())
    return browser.get(urljoin(page.request["PATH_INFO"], unescape(path)), headers=headers)


def test_entries_of_one_page_are_one_row_that_expands(auditor, update, make_actor):
    actor = make_actor(page=new_entry_id())
    for description in ("A", "B", "C"):
        update({"description": description}, actor=actor)

    page = auditor.get(URL)

    assert len(page.context["rows"]) == 1
    assertContains(expand(auditor, page, **HTMX), "Update <bdi>Shop</bdi>", 3)


@pytest.mark.parametrize("query", ["?q=lost", "?reason=lost"])
def test_words_find_one_row_for_a_page(auditor, update, make_actor, query):
    actor = make_actor(page=new_entry_id())
    for description, reason in (("A", "Lost phone"), ("B", "Lost phone"), ("C", "Other")):
        update({"description": description}, actor=actor, reason=reason)

    page = auditor.get(URL + query)

    assert [row.group.count for row in page.context["rows"]] == [2]
    assertContains(expand(auditor, page, **HTMX), "Update <bdi>Shop</bdi>", 2)


def test_row_links_its_entries_without_script(auditor, update, make_actor):
    actor = make_actor(page=new_entry_id())
    update({"description": "A"}, actor=actor)
    update({"description": "B"}, actor=actor)

    response = expand(auditor, auditor.get(URL))
    page = auditor.get(response.url)

    assert len(page.context["rows"]) == 2


def test_home_undoes_an_entry_of_a_row(member, update, make_actor):
    actor = make_actor(page=new_entry_id())
    update({"description": "A"}, actor=actor)
    update({"description": "B"}, actor=actor)
    editor = member(Role.EDITOR)

    group = expand(editor, editor.get("/acme/"), **HTMX)

    assertContains(group, "Undo", 2)


@pytest.mark.parametrize(("url", "role"), [(URL, Role.AUDITOR), ("/acme/", Role.EDITOR)])
def test_row_shows_all_of_its_entries_in_steps(member, update, make_actor, monkeypatch, url, role):
    monkeypatch.setattr(groups, "ENTRIES_PER_STEP", 2)
    actor = make_actor(page=new_entry_id())
    for description in ("A", "B", "C", "D", "E"):
        update({"description": description}, actor=actor)
    browser = member(role)

    response, steps = expand(browser, browser.get(url), **HTMX), []
    while True:
        steps.append([item.row.entry.seq for item in response.context["expanded_group"].entries])
        more = re.search(r'hx-get="([^"]*)"', response.content.decode())
        if not more:
            break
        response = browser.get(unescape(more[1]), headers=HTMX)

    assert [len(step) for step in steps] == [2, 2, 1]
    assert len({number for step in steps for number in step}) == 5
