"""The index of findings: what is checked when, and how long a finding is known."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from console.inventory.findings import check_inventory, count_by_severity, record_counts
from console.inventory.index import index_client, index_clients, index_services, remove_client
from console.models import Finding, FindingCount, KnownClient, KnownKey, Waiver
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.service import Service
from tests.support.clients import make_client
from tests.support.services import SOUND_SERVICE

HTTP = {"redirectUris": ["http://app.example/cb"]}
SOUND = {
    "grantTypes": ["AUTHORIZATION_CODE"],
    "responseTypes": ["CODE"],
    "redirectUris": ["https://app.example/cb"],
}


def client(number, **members):
    return Client.model_validate(make_client(number, **SOUND | members))


def service(number, **members):
    return Service.model_validate(SOUND_SERVICE | {"apiKey": number, **members})


def rules(**filters):
    return sorted(Finding.objects.filter(**filters).values_list("rule", flat=True))


def test_clients_are_checked_when_they_are_indexed(acme):
    index_clients(acme, "us", 17, [client(1, **HTTP), client(2)])

    finding = Finding.objects.get()
    assert (finding.client_id, finding.rule) == (1, "rfc9700.http-redirect")
    assert (finding.name, finding.field) == ("Client 0001", "redirectUris")


def test_finding_keeps_its_time_until_it_is_fixed(acme):
    index_client(acme, "us", 17, client(1, **HTTP, modifiedAt=1_700_000_000_000))
    since = Finding.objects.get().since
    index_client(acme, "us", 17, client(1, **HTTP, clientName="Till", modifiedAt=1_800_000_000_000))

    assert Finding.objects.get().since == since
    assert Finding.objects.get().name == "Till"

    index_client(acme, "us", 17, client(1))
    assert rules() == []


def test_services_are_checked_when_they_change(acme):
    index_services(acme, {"us": [service(17, pkceRequired=False), service(18)]})
    assert rules(service_id=17, client_id=0) == ["rfc9700.pkce"]

    index_services(acme, {"us": [service(17, modifiedAt=2), service(18)]})
    assert rules() == []


def test_list_with_names_only_leaves_findings_unchanged(acme):
    index_services(acme, {"us": [service(17, pkceRequired=False)]})
    index_services(acme, {"us": [Service.model_validate({"apiKey": 17, "serviceName": "New"})]})

    assert rules() == ["rfc9700.pkce"]


def test_findings_of_deleted_objects_are_removed(acme):
    index_services(acme, {"us": [service(17), service(18, pkceRequired=False)]})
    index_clients(acme, "us", 17, [client(1, **HTTP), client(2, **HTTP), client(3, **HTTP)])

    remove_client(acme, "us", 17, 1)
    index_clients(acme, "us", 17, [client(2, **HTTP)])
    assert rules(service_id=17) == ["rfc9700.http-redirect"]

    index_services(acme, {"us": [service(18, pkceRequired=False)]})
    assert rules() == ["rfc9700.pkce"]


def test_overdue_secrets_and_expiry_are_findings(acme, settings):
    settings.SECRET_MAX_AGE_DAYS = 100
    now = timezone.now()
    index_client(acme, "us", 17, client(1, createdAt=1, clientName="Old"))
    for number, days in ((2, -1), (3, 20), (4, 40)):
        KnownKey.objects.create(
            organization=acme,
            region="us",
            service_id=17,
            client_id=number,
            position=0,
            kind="client",
            ends_at=now + timedelta(days=days),
        )

    check_inventory(acme)
    assert rules(client_id=1) == ["secrets.overdue"]
    assert rules(client_id=2) == ["expiry.expired"]
    assert rules(client_id=3) == ["expiry.soon"]
    assert rules(client_id=4) == []

    KnownClient.objects.update(auth_method="PRIVATE_KEY_JWT")
    KnownKey.objects.all().delete()
    check_inventory(acme)
    assert rules() == []


def waive(acme, days):
    return Waiver.objects.create(
        organization=acme,
        region="us",
        service_id=17,
        client_id=1,
        rule="rfc9700.http-redirect",
        reason="Internal network only",
        owner="ida@acme.example",
        expires_on=timezone.localdate() + timedelta(days=days),
    )


@pytest.mark.parametrize(("days", "high"), [(0, 1), (1, 1), (-1, 2)])
def test_waiver_covers_one_finding_until_it_expires(acme, time_machine, days, high):
    time_machine.move_to(datetime(2026, 3, 4, 12, tzinfo=UTC), tick=False)
    index_clients(acme, "us", 17, [client(1, **HTTP), client(2, **HTTP)])
    waive(acme, days)

    assert count_by_severity(acme)["high"] == high


def test_counts_are_stored_once_a_day(acme, time_machine):
    time_machine.move_to(datetime(2026, 3, 4, 12, tzinfo=UTC), tick=False)
    index_clients(acme, "us", 17, [client(1, **HTTP)])
    record_counts(acme)
    index_clients(acme, "us", 17, [])
    record_counts(acme)

    stored = FindingCount.objects.get()
    assert (stored.high, stored.medium, stored.low) == (0, 0, 0)
