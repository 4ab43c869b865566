"""Rows that stand for all entries of one request or job."""

import re
from html import unescape
from urllib.parse import urljoin

from pytest_django.asserts import assertContains

from tenants.audit.record_builder import new_entry_id
from tenants.organizations.roles import Role

URL = "/acme/audit/"


def expand(browser, page, **headers):
    (path,) = re.findall(r'hx-get="([^"]*group[^"]*)"', page.content.decode())
    return browser.get(urljoin(page.request["PATH_INFO"], unescape(path)), headers=headers)


def test_entries_of_one_page_are_one_row_that_expands(auditor, update, who):
    actor = who(page=new_entry_id())
    for description in ("A", "B", "C"):
        update({"description": description}, actor=actor)

    page = auditor.get(URL)

    assert len(page.context["lines"]) == 1
    assertContains(expand(auditor, page, **{"HX-Request": "true"}), "Update <bdi>Shop</bdi>", 3)


def test_row_links_its_entries_without_script(auditor, update, who):
    actor = who(page=new_entry_id())
    update({"description": "A"}, actor=actor)
    update({"description": "B"}, actor=actor)

    response = expand(auditor, auditor.get(URL))
    page = auditor.get(response.url)

    assert len(page.context["lines"]) == 2


def test_home_undoes_an_entry_of_a_row(member, update, who):
    actor = who(page=new_entry_id())
    update({"description": "A"}, actor=actor)
    update({"description": "B"}, actor=actor)
    editor = member(Role.EDITOR)

    group = expand(editor, editor.get("/acme/"), **{"HX-Request": "true"})

    assertContains(group, "Undo", 2)
