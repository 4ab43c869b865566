"""Export of everything known about a user."""

import pytest
from pytest_django.asserts import assertContains

from tenants.audit.models import AuditEntry
from tests.support.authentication import expire_authentication
from tests.support.forms import URLENCODED, fill_form
from tests.support.users import SUBJECT, issue

WHY = {"reason": "Asked for it by letter", "ticket": "DSAR-7"}


@pytest.fixture
def export(help_desk, look_up, world):
    def export(subject=SUBJECT):
        path = f"{look_up(subject)}export/"
        body = fill_form(help_desk.get(path), "reason", **WHY)
        return help_desk.post(path, body, content_type=URLENCODED)

    return export


def test_export_contains_every_region(export):
    response = export()

    file = response.json()
    assert file["subject"] == SUBJECT
    assert file["complete"] is True
    assert file["not_connected"] == ["br"]
    names = {region["region"]: [a["name"] for a in region["apps"]] for region in file["regions"]}
    assert names == {"us": ["Till", "<b>Web shop</b>"], "jp": ["Ledger"], "eu": []}
    till = file["regions"][0]["apps"][0]
    assert till["tokens_in_all"] == len(till["tokens"]) == 2
    assert till["scopes"]["orders"] == "Read your orders"
    assert till["tokens"][0]["access_ends_at"].startswith("2100-01-01")


def test_export_contains_no_token_and_no_staff_name(export, world):
    text = export().text

    assert "hash-" not in text
    assert "HELP_DESK" not in text
    assert "of-another" not in text


def test_headers_do_not_contain_the_subject(export):
    response = export()

    assert SUBJECT not in str(response.headers)
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Disposition"].startswith('attachment; filename="subject-')


def test_unchecked_services_are_listed(export, world):
    world.fault("down", region="jp")

    response = export()

    _, jp, _ = response.json()["regions"]
    assert (jp["complete"], jp["apps"]) == (False, [])
    assert "connection" in jp["not_checked"][0]["why"]
    assert response.json()["complete"] is False
    assert "-incomplete.json" in response["Content-Disposition"]


def test_truncated_token_lists_are_marked(export, world, monkeypatch):
    monkeypatch.setattr("console.users.user_search.MAX_TOKENS_PER_APP", 20)
    for _ in range(30):
        issue(world, 45)

    assert export().json()["complete"] is False


def test_export_is_logged_before_the_first_call(export):
    export()

    (entry,) = AuditEntry.objects.filter(operation="subject.export")
    assert (entry.subject, entry.reason, entry.ticket) == (SUBJECT, *WHY.values())
    assert entry.effect == "reveal"
    calls = AuditEntry.objects.filter(operation="authorization.list_post")
    assert entry.seq < min(call.seq for call in calls)


def test_reason_is_required(help_desk, look_up, world):
    response = help_desk.post(f"{look_up()}export/", {"reason": " "})

    assertContains(response, "Enter a reason", status_code=422)
    assert not world.calls


def test_recent_sign_in_is_required(help_desk, look_up, world):
    path = f"{look_up()}export/"
    expire_authentication(help_desk)

    response = help_desk.post(path, WHY)

    assert response.status_code == 302
    assert "reauthenticate" in response["Location"]
    assert not world.calls


def test_hourly_limit_applies(export, settings):
    settings.REVEALS_PER_HOUR = 1
    assert export().status_code == 200

    assertContains(export(), "limit of 1 ", status_code=429)


def test_export_contains_the_whole_action_history(export, monkeypatch):
    monkeypatch.setattr("console.audit_log.export_formats.PAGE_SIZE", 1)
    export()

    done = export().json()["done_here"]

    assert [row["what"] for row in done] == ["subject.export"] * 2
