"""Changes and age of a secret, found without its value."""

from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from console.clients.rotation.lifecycle import check_secret_changed
from console.inventory.secret_age import last_changes, secret_age
from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.audit.recorder import AuditLogSink, EventDetails
from tenants.authlete.errors import AuthleteError
from tenants.organizations.api_clients import connect, load_credentials
from tests.support.clients import OLD

TOLD = EventDetails(region="us", service="17", client="44", label="Ledger sync")


@pytest.fixture
def actor(acme):
    return Actor(1, "ada", "admin", acme.pk, "acme")


@pytest.fixture
def api(acme, actor, ledger):
    authlete = connect(load_credentials(acme), "us", AuditLogSink(actor))
    return authlete.service(17).client(44, "Ledger sync")


def test_unreadable_client_leaves_the_outcome_unknown(api, actor, sandbox):
    sandbox.fault("status", operation="client.get", status=503)

    assert check_secret_changed(api, actor, "0" * 16, TOLD.copy()) is None

    entry = AuditEntry.objects.get(operation="secret.settle")
    assert (entry.outcome, entry.client) == ("unknown", "44")


@pytest.mark.parametrize("call", ["refresh", "set"])
def test_last_own_change_is_found(api, acme, call):
    assert last_changes(acme.pk) == {}

    if call == "refresh":
        api.refresh_secret()
    else:
        api.set_secret(SecretStr("another"))

    assert list(last_changes(acme.pk)) == [("us", 17, 44)]
    assert last_changes(acme.pk, client="4472") == {}
    assert last_changes(acme.pk + 1) == {}


def test_rejected_or_lost_calls_are_no_change(api, actor, acme, sandbox):
    sandbox.fault("status", operation="client.refresh_secret", status=403, times=1)
    sandbox.fault("reset", operation="client.set_secret", times=1)
    before = api.get().get("clientSecret").hex
    for change in (api.refresh_secret, lambda: api.set_secret(SecretStr("another"))):
        with pytest.raises(AuthleteError):
            change()

    assert check_secret_changed(api, actor, before, TOLD.copy()) is False

    assert last_changes(acme.pk) == {}


def test_lost_call_with_effect_is_a_change(api, actor, acme, sandbox):
    sandbox.fault("reset", operation="client.set_secret", after=True, times=1)
    before = api.get().get("clientSecret").hex
    with pytest.raises(AuthleteError):
        api.set_secret(SecretStr("another"))

    assert check_secret_changed(api, actor, before, TOLD.copy()) is True

    assert last_changes(acme.pk)
    assert OLD not in str(list(AuditEntry.objects.values()))


def test_age_counts_from_the_last_change_or_the_creation(settings):
    settings.SECRET_MAX_AGE_DAYS = 365
    now = datetime.now(UTC)
    created_at = 1_500_000_000_000

    assert secret_age(now, created_at).is_exact
    assert not secret_age(now, created_at).is_overdue
    assert not secret_age(None, created_at).is_exact
    assert secret_age(None, created_at).is_overdue
    assert secret_age(None, 0).since is None
    assert not secret_age(None, 0).is_overdue
