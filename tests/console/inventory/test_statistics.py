"""Counting calls, changes, clients and findings for charts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from console.inventory.statistics import (
    LATENCY_BOUNDS_MS,
    count_all,
    count_calls,
    count_inventory,
    percentile_ms,
)
from console.models import CallCount, Finding, InventoryCount, KnownClient, KnownService, Waiver
from tenants.audit.models import AuditEntry
from tenants.authlete.api.clients import REFRESH_SECRET
from tenants.authlete.outcome import Outcome
from tests.support.audit_entries import EVE, IDA, add_entry
from tests.support.inventory import add_known_service

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def add_call(acme):
    """Add an entry of a call, by default of Acme."""

    def add(who=None, effect="read", end=Outcome.SUCCEEDED, ago=DAY * 0, ms=60, **more):
        details = {"region": "us", "path": "/api/17/service/get", **more}
        actor = who or replace(IDA, organization_id=acme.pk)
        seq = add_entry(actor, effect=effect, end=end, ago=ago, **details)
        entry = AuditEntry.objects.filter(seq=seq)
        entry.update(ended_at=entry.get().at + ms * 1000)

    return add


def add_client(organization, client_id, **more):
    values = {
        "auth_method": "CLIENT_SECRET_BASIC",
        "client_type": "CONFIDENTIAL",
        "grants": "AUTHORIZATION_CODE REFRESH_TOKEN",
        "created_at": int((NOW - 400 * DAY).timestamp() * 1000),
        **more,
    }
    return KnownClient.objects.create(
        organization=organization,
        region="us",
        service_id=17,
        client_id=client_id,
        seen_at=timezone.now(),
        **values,
    )


def test_calls_are_counted_by_day_and_region(acme, sandbox, add_call):
    add_call()
    add_call(end=Outcome.REJECTED)
    add_call(region="eu", ago=DAY)
    add_call(who=replace(EVE, organization_id=acme.pk + 1))  # of another organization
    add_call(effect="change", operation="member.add", path="")  # not a call
    add_call(end=None)  # in progress

    count_calls(acme)

    counts = {(row.day, row.region): row for row in CallCount.objects.filter(organization=acme)}
    today, yesterday = counts[TODAY, "us"], counts[TODAY - DAY, "eu"]
    assert (today.calls, today.failed, yesterday.calls) == (2, 1, 1)
    assert today.latencies[LATENCY_BOUNDS_MS.index(75)] == 2


def test_changes_are_counted_by_outcome(acme, sandbox, add_call):
    add_call(effect="change")
    add_call(effect="destroy", end=Outcome.UNKNOWN)
    add_call(effect="reveal")

    count_calls(acme)

    count = CallCount.objects.get(region="us", day=TODAY)
    assert count.changes == {"done": 1, "unknown": 1}


def test_month_is_counted_once_a_day(acme, sandbox, add_call):
    add_call(ago=10 * DAY)
    count_calls(acme)
    add_call(ago=10 * DAY)
    add_call(ago=DAY)

    count_calls(acme)

    counts = dict(CallCount.objects.filter(region="us").values_list("day", "calls"))
    assert counts == {TODAY: 0, TODAY - DAY: 1, TODAY - 10 * DAY: 1}


@pytest.mark.parametrize(
    ("latencies", "share", "expected"),
    [([], 0.5, None), ([0, 4], 0.5, 7.5), ([1, 0, 1], 0.95, 19), ([0] * 18 + [3], 0.5, 10_000)],
)
def test_percentile_lies_within_its_bucket(latencies, share, expected):
    assert percentile_ms(latencies, share) == expected


def test_objects_at_risk_have_an_open_high_finding(acme, sandbox):
    add_known_service(acme, "us", 17)
    KnownService.objects.update(edition=1)
    for client_id in (1, 2, 3):
        add_client(acme, client_id)
    add_client(acme, 4, auth_method="", grants="")  # listed by name only
    for client_id, rule in (
        *((0, "rfc9700.pkce"), (0, "rfc9700.http-redirect"), (1, "secrets.overdue")),
        (2, "rfc9700.http-redirect"),
    ):
        Finding.objects.create(
            organization=acme, region="us", service_id=17, client_id=client_id, rule=rule, since=NOW
        )
    Waiver.objects.create(
        organization=acme,
        region="us",
        service_id=17,
        client_id=2,
        rule="rfc9700.http-redirect",
        expires_on=TODAY,
    )

    count_inventory(acme)

    count = InventoryCount.objects.get(region="us", day=TODAY)
    assert (count.checked, count.at_risk) == (4, 1)


def test_clients_are_counted_by_grant_and_authentication(acme, sandbox):
    add_client(acme, 1)
    add_client(acme, 2, auth_method="PRIVATE_KEY_JWT", grants="CIBA REFRESH_TOKEN")

    count_inventory(acme)

    count = InventoryCount.objects.get(region="us", day=TODAY)
    assert count.grants == {"AUTHORIZATION_CODE": 1, "CIBA": 1, "REFRESH_TOKEN": 2}
    assert count.auth_methods == {"CLIENT_SECRET_BASIC": 1, "PRIVATE_KEY_JWT": 1}


def test_secret_is_as_old_as_its_last_change(acme, sandbox, add_call):
    add_client(acme, 1)
    add_client(acme, 2)
    add_client(acme, 3, client_type="PUBLIC")
    add_call(effect="change", operation=REFRESH_SECRET.name, service="17", client="2", ago=40 * DAY)

    count_inventory(acme)

    count = InventoryCount.objects.get(region="us", day=TODAY)
    assert count.secret_ages == [0, 1, 0, 0, 1, 0]


def test_counts_older_than_400_days_are_deleted(acme, sandbox):
    for days in (400, 401):
        CallCount.objects.create(
            organization=acme, region="us", day=TODAY - days * DAY, counted_at=NOW
        )

    count_all()

    assert CallCount.objects.filter(day__lt=TODAY - 40 * DAY).count() == 1
