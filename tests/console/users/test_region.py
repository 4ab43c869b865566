"""The results of one region for a user."""

import json
import re

import pytest
from django.db import connection
from pytest_django.asserts import assertContains, assertNotContains, assertTemplateNotUsed

from console.models import KnownService
from tenants.audit.models import AuditEntry
from tenants.authlete.transport import retries
from tenants.sandbox.state import StoredGrant
from tests.support.clients import make_client
from tests.support.users import SUBJECT, issue

PART = {"HX-Request": "true"}


@pytest.fixture
def ask(help_desk, look_up, world):
    """Ask one region, as a browser with scripts does."""

    def ask(region="us", subject=SUBJECT, headers=PART):
        path = f"{look_up(subject)}regions/{region}/"
        return help_desk.get(path, headers=headers)

    return ask


def rows(response):
    """What the table says, row by row, as text."""
    body = response.text.partition("<tbody")[2].partition(">")[2].partition("</tbody>")[0]
    return [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip()
        for row in body.split("</tr>")[:-1]
    ]


def test_apps_with_active_tokens_come_first(ask):
    till, shop = rows(ask())

    assert "Till Shop" in till
    assert "Read your orders orders" in till
    assert "Sign the user in openid" in till
    assert "1 active" in till
    assert "1 expired" in till
    assert "of-another" not in till
    assert "&lt;b&gt;Web shop&lt;/b&gt;" in shop
    assert "live" not in shop


def test_htmx_gets_a_part_and_others_a_page(ask):
    assertTemplateNotUsed(ask(), "base.html")
    assertContains(ask(headers={}), "<html")


def test_other_regions_are_not_called(ask, world):
    ask("jp")

    assert {call.region for call in world.calls} == {"jp"}


def test_no_connected_apps_is_shown_when_all_services_answered(ask):
    assertContains(ask("eu"), "No connected apps")
    assertContains(ask("us", "nobody-knows-me"), "No connected apps")


@pytest.mark.parametrize("region", ["br", "nope", "us1"])
def test_region_without_credential_is_not_found(ask, region):
    assert ask(region).status_code == 404


def test_unavailable_region_is_shown_as_not_checked(ask, world):
    world.fault("down", region="us")

    response = ask()

    assertContains(response, "was not checked")
    assertNotContains(response, "No connected apps")
    assertNotContains(response, "0 apps")


def test_failing_service_is_not_checked_and_others_are(ask, world):
    world.services[18] = {"apiKey": 18, "serviceName": "Broken", "modifiedAt": 1}
    world.fault("status", status=503, path="/18/client/authorization", region="us")

    response = ask()

    assertContains(response, "1 service was not checked")
    assertContains(response, "Broken")
    assertContains(response, "HTTP 503")
    assert len(rows(response)) == 2
    assertNotContains(response, "No connected apps")


def test_region_without_services_says_so(ask, world):
    world.services.clear()

    response = ask()

    assertContains(response, "Acme has no services in this region.")
    assertNotContains(response, "All 0 services")


def test_unchecked_service_is_not_reported_as_no_apps(ask, world):
    world.services[18] = {"apiKey": 18, "serviceName": "Broken", "modifiedAt": 1}
    world.fault("status", status=503, path="/18/client/authorization", region="us")

    response = ask(subject="nobody-knows-me")

    assertContains(response, "The checked services have no tokens")
    assertNotContains(response, "No connected apps")


@pytest.mark.parametrize(
    ("operation", "message"),
    [("token.list", "not checked"), ("granted_scopes.get_post", "not checked")],
)
def test_forbidden_details_of_an_app_are_shown_as_unknown(ask, world, operation, message):
    world.fault("status", status=403, code="A001217", operation=operation)

    response = ask()

    assert [message in row for row in rows(response)] == [True, True]


def test_known_services_are_searched_when_the_list_fails(ask, world):
    ask()
    world.fault("status", status=503, operation="service.list")

    response = ask()

    assertContains(response, "Services may be missing")
    assert len(rows(response)) == 2


def test_deleted_service_is_not_listed(ask, world, acme):
    ask()
    assert KnownService.objects.filter(organization=acme, service_id=17).exists()
    del world.services[17]

    response = ask()

    assertContains(response, "No connected apps")


def test_tokens_of_several_pages_are_counted(ask, world):
    for _ in range(44):
        issue(world, 45)

    assert "44 active" in rows(ask())[1] + rows(ask())[0]


def test_apps_are_read_while_a_slow_service_is_pending(ask, world):
    world.services[18] = {"apiKey": 18, "serviceName": "Slow", "modifiedAt": 1}
    ask()
    world.fault("delay", path="/18/client/authorization", delay=400, times=1)

    ask()

    slow = AuditEntry.objects.filter(service="18").latest("seq")
    entry = AuditEntry.objects.filter(operation="token.list").latest("seq")
    assert (entry.ended_at or 0) < (slow.ended_at or 0)


def test_rate_limited_call_is_retried_once(ask, world, monkeypatch):
    monkeypatch.setattr(retries, "RATE_LIMIT_DELAY_SECONDS", 0)
    world.fault("html429", path="authorization", times=1)

    assert len(rows(ask())) == 2


def test_subject_is_in_no_request_path(ask, world):
    ask(subject="../../x?y=1#z")

    assert {call.status for call in world.calls} == {200}
    assert not [call for call in world.calls if "x?y" in call.path]
    entries = AuditEntry.objects.filter(operation="authorization.list_post")
    assert {entry.subject for entry in entries} == {"../../x?y=1#z"}
    assert not [entry for entry in entries if "x?y" in entry.path]


def test_unavailable_region_shows_no_counts(ask, world):
    world.fault("status", status=503, path="authorization", region="us")

    response = ask()

    assertContains(response, "1 service was not checked")
    assertNotContains(response, "0 apps")


def test_region_result_updates_the_summary(look_up, help_desk, world):
    page = look_up()
    world.fault("down", region="jp")

    assertContains(help_desk.get(page), "checking", count=2 * 3)
    for region, text in (("us", "2 apps"), ("jp", "not checked"), ("eu", "0 apps")):
        part = help_desk.get(f"{page}regions/{region}/", headers=PART)
        line = part.text.partition(f'<li id="sum-{region}" hx-swap-oob="true">')[2]
        assert text in line.partition("</li>")[0]


def test_apps_are_searched_filtered_and_sorted(help_desk, look_up, world):
    path = f"{look_up()}regions/us/"

    def apps(query):
        return [row.split()[0] for row in rows(help_desk.get(path + query, headers=PART))]

    assert apps("?q=till") == ["Till"]
    assert apps("?tokens=active") == ["Till"]
    assert apps("?scope=openid") == ["Till"]
    assert apps("?sort=-app")[0] == "Till"
    assert apps("?sort=app")[0] != "Till"
    assertContains(help_desk.get(f"{path}?q=nothing", headers=PART), "2 rows don't match.")


def test_many_apps_are_paged_with_links_to_their_region(help_desk, look_up, world):
    for number in range(100, 155):
        world.clients[number] = make_client(number, clientName=f"App {number}")
        issue(world, number)

    page = help_desk.get(f"{look_up()}?whole=yes")

    assertContains(page, "1 to 50 of 57")
    assertContains(page, "regions/us/?page=2")
    assertContains(page, 'id="us-find"')
    second = help_desk.get(f"{look_up()}regions/us/?page=2")
    assert len(rows(second)) == 7


def test_other_views_of_a_list_reuse_the_result(ask, help_desk, look_up, world):
    path = f"{look_up()}regions/us/"
    world.region("us").granted[17][44, SUBJECT] = StoredGrant(["old"], ["old"], 1)
    assertNotContains(help_desk.get(path, headers=PART), "Checked")
    calls = len(world.calls)

    filtered = help_desk.get(f"{path}?tokens=active", headers=PART)

    assert rows(filtered)[0].startswith("Till Shop Read your orders orders")
    assertContains(filtered, "1 active")
    assertContains(filtered, "<code>old</code>")
    assertContains(filtered, "Checked")
    assert len(world.calls) == calls
    help_desk.get(path, headers=PART)
    assert len(world.calls) > calls


def test_incomplete_result_is_read_again(help_desk, look_up, world):
    path = f"{look_up()}regions/us/"
    world.fault("status", status=503, operation="token.list")
    help_desk.get(path, headers=PART)
    calls = len(world.calls)

    assertNotContains(help_desk.get(f"{path}?sort=app", headers=PART), "Checked")
    assert len(world.calls) > calls


def test_stored_results_of_users_are_encrypted(help_desk, look_up, world):
    help_desk.get(f"{look_up()}regions/us/", headers=PART)

    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM cache WHERE cache_key LIKE %s", ["%user-apps%"])
        ((value,),) = cursor.fetchall()
    assert "Till" not in value
    assert SUBJECT not in value


def test_matching_apps_are_exported(help_desk, look_up, world):
    path = f"{look_up()}regions/us/"

    csv = help_desk.get(f"{path}?q=till&download=csv")
    jsonl = help_desk.get(f"{path}?download=jsonl").getvalue().decode().splitlines()

    header, till = csv.getvalue().decode().splitlines()
    assert header.startswith("region,service_id,service,client_id,app,scopes,active_tokens")
    assert till.startswith("us,17,Shop,44,Till,")
    assert [json.loads(line)["active_tokens"] for line in jsonl] == [1, 0]
    entry = AuditEntry.objects.filter(operation="list.exported").earliest("seq")
    assert (entry.subject, entry.region, entry.object) == (SUBJECT, "us", "q=till")


def test_export_of_an_incomplete_result_is_named_so(help_desk, look_up, world):
    world.fault("status", status=503, operation="token.list")

    response = help_desk.get(f"{look_up()}regions/us/?download=csv")

    assert "connected-apps-incomplete-" in response["Content-Disposition"]
