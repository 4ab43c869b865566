import pytest
from pytest_django.asserts import assertContains, assertNotContains

from console.clients.rotation import staging
from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.audit.recorder import AuditLogSink
from tenants.organizations.api_clients import connect, load_credentials
from tests.support.clients import CLIENT
from tests.support.forms import URLENCODED, fill_form

URL = f"{CLIENT}staged/"


@pytest.fixture
def unseen(admin, acme):
    """Staged by a job, so that no page has shown it."""
    actor = Actor(1, "ada@acme.example", "admin", acme.pk, "acme")
    authlete = connect(load_credentials(acme), "us", AuditLogSink(actor))
    return staging.stage_secret(
        authlete,
        actor,
        acme,
        service_id=17,
        client_id=44,
        label="Ledger sync",
        reason="All of them",
        ticket="CHG-2",
    )


def test_unrevealed_secret_is_shown_once(admin, unseen):
    assertContains(admin.get(CLIENT), "not revealed yet")
    assertNotContains(admin.get(URL), unseen.new_secret)
    body = fill_form(admin.get(URL), "idempotency_key")

    response = admin.post(URL, body, content_type=URLENCODED)

    assertContains(response, unseen.new_secret, count=1)
    assert AuditEntry.objects.get(operation="secret.show").client == "44"
    again = admin.post(URL, body, content_type=URLENCODED)
    assert again["Location"] == f"{CLIENT}secret/"


def test_concurrent_reveals_show_the_secret_once(admin, unseen):
    first, second = (fill_form(admin.get(URL), "idempotency_key") for _ in range(2))

    admin.post(URL, first, content_type=URLENCODED)
    response = admin.post(URL, second, content_type=URLENCODED, follow=True)

    assertNotContains(response, unseen.new_secret)
    assertContains(response, "Someone else continued this rotation")


def test_revealed_secret_is_not_shown_again(admin, staged):
    staged(admin)

    assert admin.get(URL)["Location"] == f"{CLIENT}secret/"
