from datetime import UTC, datetime, timedelta

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from console.models import ExpiryDigest, ExpiryNotice, KnownClient, Rotation
from console.ops.environment import mailer_config
from tenants.models import Credential
from tenants.organizations.roles import Role
from tests.support.keys import certificate

URL = "/acme/keys/expiry/"
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


@pytest.fixture
def board(acme, member, time_machine):
    """One of each kind, and some that are far off."""
    time_machine.move_to(NOW, tick=False)
    browser = member(Role.ADMIN)
    certificate(acme, NOW - timedelta(days=2), subject="CN=late")
    certificate(acme, NOW + timedelta(days=20), thumbprint="b", subject="CN=soon")
    certificate(acme, NOW + timedelta(days=91), thumbprint="c", subject="CN=far")
    certificate(acme, NOW + timedelta(days=40), "", subject="", kid="dated", service_id=3)

    def client(number, **members):
        columns = {"organization": acme, "region": "us", "service_id": 17}
        KnownClient.objects.create(
            client_id=number, name=f"Client {number}", seen_at=NOW, **columns, **members
        )

    def at(days):
        return int((NOW + timedelta(days=days)).timestamp() * 1000)

    client(1, chain_ends=at(5))
    client(2, document_ends=at(0.5))
    client(3, chain_ends=at(300))
    Credential.objects.update(expires_on=(NOW + timedelta(days=60)).date())
    Rotation.objects.create(
        organization=acme,
        region="us",
        service_id=17,
        client_id=9,
        label="Ledger",
        staged_by="ida",
        reason="r",
        until=NOW + timedelta(days=14),
    )
    return browser


def names(response):
    return [row.item.name for row in response.context["list_page"].rows]


def test_expirations_are_listed_earliest_first(board):
    response = board.get(URL)

    assert names(response) == [
        *("CN=late", "Client 2", "Client 1", "Ledger", "CN=soon", "dated", "")
    ]
    assertContains(response, "expired")
    for kind in ("Trust chain", "Metadata document", "Credential", "Staged secret"):
        assertContains(response, kind)
    assert names(board.get(f"{URL}?within=30")) == ["Ledger", "CN=soon"]
    assert names(board.get(f"{URL}?within=0")) == ["CN=late"]
    assert names(board.get(f"{URL}?kind=certificate&sort=-expires")) == ["CN=soon", "CN=late"]
    exported = board.get(f"{URL}?within=0&download=csv").getvalue().decode().splitlines()
    assert len(exported) == 2
    assert "certificate,CN=late,eu,17,44" in exported[1]


def test_rows_link_where_to_act(board, member):
    response = board.get(URL)
    for path in (
        "/acme/services/eu/17/clients/44/",
        "/acme/services/us/17/clients/9/secret/",
        "/acme/credentials/us/",
    ):
        assertContains(response, f'href="{path}"')
    assertNotContains(member(Role.VIEWER).get(URL), 'href="/acme/credentials/us/"')


def test_recipients_and_sent_notices_are_shown(board, acme, settings):
    assertContains(board.get(URL), "no notifications are sent")
    user = acme.membership_set.get(role=Role.ADMIN).user
    user.email = "ida@acme.example"
    user.save()
    digest = ExpiryDigest.objects.create(organization=acme, day=NOW, sent_at=NOW)
    ExpiryNotice.objects.create(
        digest=digest,
        organization=acme,
        object_key="key/eu/17/44/ab12",
        ends_at=NOW - timedelta(days=2),
        days=0,
    )

    response = board.get(URL)

    assertContains(response, "1 admin or editor gets one email")
    rows = response.context["list_page"].rows
    assert [row.item.name for row in rows if row.notice] == ["CN=late"]
    settings.MAILERS = mailer_config("")
    assertContains(board.get(URL), "Email notifications are off")


def test_empty_list_says_so(acme, member):
    assertContains(member(Role.VIEWER).get(URL), "Nothing expires within 90 days")


def test_home_shows_the_next_expiry(board):
    response = board.get("/acme/")

    assertContains(response, "Client 1")
    assertContains(response, URL)
    assertContains(response, 'href="/acme/services/eu/17/clients/44/"')


def test_expired_certificates_are_louder_than_overdue_secrets(board, acme):
    assertContains(board.get("/acme/"), "Certificate “CN=late” has expired")

    certificate(acme, NOW - timedelta(days=1), thumbprint="d", subject="CN=later")
    KnownClient.objects.filter(client_id=1).update(
        auth_method="CLIENT_SECRET_BASIC", created_at=1, client_type="CONFIDENTIAL"
    )
    page = board.get("/acme/").content.decode()
    assert "2 certificates, keys or other items have expired" in page
    assert page.index('class="notice bad"') < page.index("1 client secret is overdue")
