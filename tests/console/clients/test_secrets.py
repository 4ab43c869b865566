"""What is found out about a secret without knowing it."""

from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from console.clients.secrets import settle
from console.editing.secret_ages import age, changed_at
from tenants.audit.log import AuditLog
from tenants.audit.models import AuditEntry
from tenants.audit.notes import Told
from tenants.audit.who import Who
from tenants.authlete.errors import AuthleteError
from tenants.connect import connect, credentials
from tests.console.clients.conftest import OLD

TOLD = Told(region="us", service="17", client="44", label="Ledger sync")


@pytest.fixture
def who(acme):
    return Who(1, "ada", "admin", acme.pk, "acme")


@pytest.fixture
def api(acme, who, ledger):
    authlete = connect(credentials(acme), "us", AuditLog(who))
    return authlete.service(17).client(44, "Ledger sync")


def test_nobody_knows_when_the_client_cannot_be_read_either(api, who, sandbox):
    sandbox.fault("status", operation="client.get", status=503)

    assert settle(api, who, "0" * 16, TOLD.copy()) is None

    entry = AuditEntry.objects.get(operation="secret.settle")
    assert (entry.outcome, entry.client) == ("unknown", "44")


@pytest.mark.parametrize("call", ["refresh", "set"])
def test_the_last_change_from_here_is_known(api, acme, call):
    assert changed_at(acme.pk) == {}

    if call == "refresh":
        api.refresh_secret()
    else:
        api.set_secret(SecretStr("another"))

    assert list(changed_at(acme.pk)) == [("us", 17, 44)]
    assert changed_at(acme.pk, client="4472") == {}
    assert changed_at(acme.pk + 1) == {}


def test_what_was_refused_or_lost_without_effect_is_no_change(api, who, acme, sandbox):
    sandbox.fault("status", operation="client.refresh_secret", status=403, times=1)
    sandbox.fault("reset", operation="client.set_secret", times=1)
    before = api.get().get("clientSecret").mark
    for change in (api.refresh_secret, lambda: api.set_secret(SecretStr("another"))):
        with pytest.raises(AuthleteError):
            change()

    assert settle(api, who, before, TOLD.copy()) is False

    assert changed_at(acme.pk) == {}


def test_what_was_lost_but_done_is_a_change(api, who, acme, sandbox):
    sandbox.fault("reset", operation="client.set_secret", after=True, times=1)
    before = api.get().get("clientSecret").mark
    with pytest.raises(AuthleteError):
        api.set_secret(SecretStr("another"))

    assert settle(api, who, before, TOLD.copy()) is True

    assert changed_at(acme.pk)
    assert OLD not in str(list(AuditEntry.objects.values()))


def test_the_age_is_counted_from_the_change_or_at_most_from_the_client(settings):
    settings.SECRET_MAX_AGE_DAYS = 365
    now = datetime.now(UTC)
    made = 1_500_000_000_000

    assert age(now, made).is_exact
    assert not age(now, made).is_overdue
    assert not age(None, made).is_exact
    assert age(None, made).is_overdue
    assert age(None, 0).since is None
    assert not age(None, 0).is_overdue
