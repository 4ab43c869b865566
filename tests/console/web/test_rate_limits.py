"""Hourly limits per person, and their alerts."""

import json
import logging
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains

from console.models import Lookup, RateLimitUse
from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.clients import CLIENT, SECRET, make_client
from tests.support.forms import URLENCODED, fill_form

BOX = "/acme/subjects/"


@pytest.fixture(autouse=True)
def budgets(settings):
    settings.SUBJECT_SEARCHES_PER_HOUR = 3
    settings.REVEALS_PER_HOUR = 1


def look_up(browser, times=1):
    answers = [browser.post(BOX, {"subject": f"user-{at}"}) for at in range(times)]
    return [response.status_code for response in answers]


def test_too_many_searches_get_429_with_an_explanation(member, sandbox):
    desk = member(Role.HELP_DESK)
    assert look_up(desk, 3) == [302, 302, 302]

    response = desk.post(BOX, {"subject": "user-4"})

    assertContains(response, "limit of 3 user searches", status_code=429)
    assert "user-4" not in response.text
    assert Lookup.objects.count() == 3


def test_limits_are_per_person(member, sandbox):
    assert look_up(member(Role.HELP_DESK), 4)[3] == 429
    assert look_up(member(Role.ADMIN), 3) == [302] * 3


def test_limit_resets_after_an_hour(member, sandbox):
    desk = member(Role.HELP_DESK)
    assert look_up(desk, 4)[3] == 429
    RateLimitUse.objects.update(at=timezone.now() - timedelta(hours=1, seconds=1))

    assert look_up(desk) == [302]
    assert RateLimitUse.objects.count() == 1


def test_exceeded_limit_is_logged_and_alerted(member, sandbox, caplog):
    caplog.set_level(logging.WARNING, "meridian.alert")

    look_up(member(Role.HELP_DESK), 5)

    entries = AuditEntry.objects.filter(operation="budget.exceeded")
    assert {(entry.outcome, entry.object, entry.subject) for entry in entries} == {
        ("refused", "searches", "")
    }
    alerts = [json.loads(record.getMessage()) for record in caplog.records]
    assert {alert["event"] for alert in alerts} == {"budget.exceeded"}
    assert alerts[0]["organization"] == "acme"


def test_secret_reveals_are_limited(member, sandbox):
    sandbox.clients[44] = make_client(44)
    admin, path = member(Role.ADMIN), f"{CLIENT}reveal/"
    bodies = [fill_form(admin.get(path), "reason", reason="Lost") for _ in range(2)]

    first, second = (
        admin.post(path, body, content_type=URLENCODED, follow=True) for body in bodies
    )

    assertContains(first, SECRET)
    assertContains(second, "limit of 1 ", status_code=429)
    assert SECRET not in second.text
    assert AuditEntry.objects.filter(operation="client.reveal_secret").count() == 1
