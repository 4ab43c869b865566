import runpy
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from pydantic import SecretStr
from pytest_django.asserts import (
    assertContains,
    assertNotContains,
    assertRedirects,
    assertTemplateNotUsed,
)

from console.audit.views import entries as views
from console.audit_log.search_language import MAX_SEARCH_CHARS
from console.models.searches import MAX_QUERY_CHARS
from tenants.audit.models import AuditEntry, AuditHead
from tenants.audit.recorder import AuditLogSink
from tenants.authlete.errors import AuthleteError
from tenants.authlete.fanout import gather
from tenants.models import Credential, Organization
from tenants.organizations.api_clients import connect, load_credentials
from tenants.organizations.roles import Role
from tests.support.markup import compact

URL = "/acme/audit/"


def titles(response):
    """Return the titles of the entries, newest first."""
    return [row.title for row in response.context["rows"]]


# Lines


def test_entries_are_grouped_by_day(member, add_entry, time_machine):
    time_machine.move_to("2026-11-24T00:30:00Z", tick=False)
    for minutes, label in ((100, "C"), (40, "B"), (10, "A")):
        add_entry(label=label, ago=timedelta(minutes=minutes))
    auditor = member(Role.AUDITOR)
    auditor.post("/help/zone/", {"zone": "Europe/Paris"})

    response = auditor.get(URL)

    days = [[row.entry_row.title for row in day] for day in response.context["days"]]
    assert days == [["Update A", "Update B"], ["Update C"]]
    assertContains(response, "Today, Tuesday, 24 November 2026")
    assertContains(response, "<small>+01:00</small>")
    assertContains(response, ">01:20:00</time>")
    assertContains(response, "Yesterday, Monday, 23 November 2026")


def test_row_shows_actor_action_place_and_reason(auditor, update):
    update({"accessTokenDuration": 600}, ticket="CHG-2107")

    response = auditor.get(URL)

    (row,) = response.context["rows"]
    assert row.title == "Update Shop"
    for words in ("ida@acme.example", "Editor", "CHG-2107", "service.update", "done"):
        assertContains(response, words)
    assertContains(response, '<del class="old-value"><bdi>1 hour</bdi></del>')
    assertContains(response, '<ins class="new-value"><bdi>10 minutes</bdi></ins>')


def test_rejected_call_is_not_shown_as_succeeded(auditor, update, sandbox):
    sandbox.fault("status", operation="service.update", status=400)
    with pytest.raises(AuthleteError):
        update({"accessTokenDuration": 600})

    response = auditor.get(URL)

    assert titles(response) == ["Update Shop"]
    assertContains(response, 'data-outcome="refused"')


def test_known_service_is_shown_by_name(auditor, update, add_service):
    add_service("us", 17, "Web shop")
    update({"accessTokenDuration": 600})

    assertContains(auditor.get(URL), "Web shop")
    query = {"operation": "service.get"}
    assert "Read the settings of Web shop" in titles(auditor.get(URL, query))


def test_reads_of_several_regions_are_one_row(auditor, acme, sandbox, make_actor):
    Credential(organization=acme, region="eu").set_token(SecretStr("t0p")).save()
    watch = AuditLogSink(make_actor())
    clients = [connect(load_credentials(acme), region, watch) for region in ("us", "eu")]
    gather((client, client.services.list) for client in clients)

    response = auditor.get(URL, {"operation": "service.list"})

    (line,) = response.context["rows"]
    assert (line.title, line.group.count) == ("Read the list of services", 2)
    assert sorted(line.regions) == ["eu", "us"]
    page = auditor.get(URL, {"page": line.entry.page})
    assert len(page.context["rows"]) == 2


def test_subject_is_hidden(auditor, add_entry):
    add_entry("token.list", "read", subject="anna@customer.example", service="17")

    assertNotContains(auditor.get(URL, {"reads": "1"}), "anna@customer")


def test_entries_of_other_organizations_are_hidden(auditor, add_entry, make_actor):
    other = Organization.objects.create(slug="other", name="Other")
    add_entry(label="Theirs", actor=make_actor("eve@other.example", organization=other))

    response = auditor.get(URL, {"reads": "1"})

    assertNotContains(response, "Theirs")
    assertNotContains(response, "eve@other.example")


# Reads


def test_reads_are_hidden_by_default(auditor, update):
    update({"accessTokenDuration": 600})

    response = auditor.get(URL)

    assert titles(response) == ["Update Shop"]
    assertContains(response, "Reads are hidden")


def test_reads_can_be_shown(auditor, update):
    update({"accessTokenDuration": 600})

    response = auditor.get(URL, {"reads": "1"})

    (line,) = [line for line in response.context["rows"] if line.title == "Update Shop"]
    assert line.group.count > 1
    assertNotContains(response, "Reads are hidden")


@pytest.mark.parametrize(
    "operation", [{"operation": "service.get"}, {"effect": "read"}, {"outcome": "done"}]
)
def test_filter_by_read_operation_shows_reads(auditor, update, operation):
    update({"accessTokenDuration": 600})
    page = AuditEntry.objects.filter(operation="service.get").latest("seq").page

    assert "Read the settings of Shop" in titles(auditor.get(URL, operation | {"page": page}))


# Pages


@pytest.fixture
def pages_of_two(monkeypatch):
    monkeypatch.setattr(views, "ENTRIES_PER_PAGE", 2)


def test_pages_link_forward_and_back(auditor, add_entry, pages_of_two):
    for number in range(5):
        add_entry(label=str(number), ticket="T")

    first = auditor.get(URL, {"ticket": "T"})
    second = auditor.get(URL + first.context["older"])
    add_entry(label="new", ticket="T")
    third = auditor.get(URL + second.context["older"])
    back = auditor.get(URL + third.context["newer"])

    assert [titles(page) for page in (first, second, third, back)] == [
        ["Update 4", "Update 3"],
        ["Update 2", "Update 1"],
        ["Update 0"],
        ["Update 2", "Update 1"],
    ]
    assert first.context["newer"] == third.context["older"] == ""
    assertContains(second, "Older")


def test_count_stops_at_its_limit(auditor, add_entry, monkeypatch):
    monkeypatch.setattr("tenants.audit.search.entries.MAX_COUNTED", 3)
    monkeypatch.setattr(views, "MAX_COUNTED", 3)
    for _ in range(4):
        add_entry()

    assertContains(auditor.get(URL), "More than 3 entries")


@pytest.mark.parametrize("cursor", ["x", "o0", "n", "o" + "f" * 40])
def test_invalid_cursor_starts_at_the_newest_entry(auditor, add_entry, cursor):
    add_entry(label="Shop")

    assert titles(auditor.get(URL, {"at": cursor})) == ["Update Shop"]


# Nothing to show


def test_empty_log_says_so(auditor):
    assertContains(auditor.get(URL), "No changes yet")


def test_no_matches_says_so(auditor, add_entry):
    add_entry()

    response = auditor.get(URL, {"ticket": "T"})

    assertContains(response, "No matching entries")
    assertNotContains(response, "No changes yet")


def test_unreadable_log_is_reported(auditor, monkeypatch):
    def search(*_, **__):
        raise OperationalError("the disk is on fire")

    monkeypatch.setattr(views, "search_groups", search)
    response = auditor.get(URL)

    assertContains(response, "Audit log unavailable")
    assertNotContains(response, "No changes yet")
    assertNotContains(response, "on fire")


def test_readable_while_the_log_cannot_be_written(auditor, add_entry):
    add_entry(label="Shop")
    AuditHead.objects.update(mac="forged")

    response = auditor.get(URL)

    assert titles(response) == ["Update Shop"]
    assertContains(response, "Audit log isn't accepting entries")


# Who


def test_reading_is_logged(auditor):
    auditor.get(URL, {"ticket": "T"})

    entry = AuditEntry.objects.get(operation="audit.read")
    assert (entry.actor, entry.object, entry.effect) == ("AUDITOR", "ticket:T", "read")


def test_search_words_are_not_logged(auditor):
    auditor.get(URL, {"q": "anna@customer.example"})

    assert AuditEntry.objects.get(operation="audit.read").object == "…"


@pytest.mark.parametrize("role", Role)
def test_needs_access_to_the_audit_log(member, role):
    allowed = role in (Role.ADMIN, Role.AUDITOR)
    assert member(role).get(URL).status_code == (200 if allowed else 403)


def test_anonymous_visitor_is_sent_to_sign_in(client, django_user_model, acme):
    assertRedirects(client.get(URL), f"/accounts/login/?next={URL}", fetch_redirect_response=False)
    client.force_login(django_user_model.objects.create_user("eve"))
    assert client.get(URL).status_code == 404


# htmx


def test_htmx_gets_the_list_only(auditor, add_entry):
    add_entry(label="Shop")

    response = auditor.get(URL, {"ticket": "", "effect": "change"}, headers={"HX-Request": "true"})

    assertContains(response, "Update <bdi>Shop</bdi>")
    assertTemplateNotUsed(response, "base.html")
    assert response["HX-Push-Url"] == f"{URL}?effect=change"


def test_htmx_gets_filter_errors(auditor):
    response = auditor.get(URL, {"effect": "x"}, headers={"HX-Request": "true"})

    assertContains(response, "field-error", status_code=422)
    assertTemplateNotUsed(response, "base.html")


@pytest.mark.parametrize(
    "headers",
    [{}, {"HX-Request": "true"}, {"HX-Request": "true", "HX-Boosted": "true"}],
    ids=["whole", "htmx", "boosted"],
)
def test_title_names_the_search(auditor, headers):
    response = auditor.get(URL, {"effect": "destroy"}, headers=headers)

    title = "<title>effect:destroy · Audit log · Meridian</title>"
    assert compact(response).count(title) == 1


def test_its_box_takes_all_that_a_search_may_be(auditor):
    """A browser would cut what is pasted, and with it filters."""
    assertContains(auditor.get(URL), f'maxlength="{MAX_SEARCH_CHARS}"')


def test_chooses_in_each_list_what_was_asked_for_and_next_time_nothing(auditor):
    first = {"operation": "service.update", "role": "admin", "effect": "reveal"}
    for query, checked in ((first, 1), ({"role": "viewer"}, 0)):
        page = compact(auditor.get(URL, query))

        for value in (query.get("operation", ""), query["role"], ""):
            assert f'<option value="{value}" selected>' in page
        assert page.count(" selected>") == 3  # the region is any
        assert page.count('value="reveal" id="id_effect_1" checked>') == checked


def test_query_longer_than_a_url_is_refused(auditor):
    response = auditor.post(URL, {"q": "\u624b" * 500})
    assert (response.status_code, auditor.get(response.url).status_code) == (302, 200)
    server = runpy.run_path("gunicorn.conf.py")["limit_request_line"]
    assert len(response.url) < MAX_QUERY_CHARS < server - 1000
    way_in = Client().get(response.url)["Location"]
    assert len(way_in) < server - 100

    tickets = ",".join("\u624b" * 55 + str(number) for number in range(20))
    response = auditor.post(URL, {"q": f"ticket:{tickets}"})

    assertContains(response, "The search is too long", status_code=422)


def test_links_to_the_first_row_where_there_is_one(auditor, add_entry):
    assertNotContains(auditor.get(URL), 'href="#rows"')

    add_entry(label="A")

    assertContains(auditor.get(URL), '<a class="skip" href="#rows">Skip to list</a>')
