"""Threat: a revocation counts as confirmed although the user still has valid tokens."""

import pytest

from console.models import ReceiptService
from console.users.receipt_lines import ReceiptLine, ServiceReceipt
from console.users.revocation import UserRevocation
from tenants.authlete.api.grants import AuthorizedClientPage, GrantsApi
from tenants.authlete.audit_sink import NullAuditSink
from tenants.authlete.errors import AuthleteError
from tenants.organizations.api_clients import connect, load_credentials
from tests.support.clients import make_client
from tests.support.users import SUBJECT, issue


@pytest.fixture
def revocation(acme, sandbox, monkeypatch):
    """The revocation of a user whose only app is missing from the list of apps."""
    empty = AuthorizedClientPage(start=0, end=0, total_count=0)
    monkeypatch.setattr(GrantsApi, "list_authorized_clients", lambda *_, **__: empty)
    sandbox.clients[44] = make_client(44)
    issue(sandbox, 44)
    service = connect(load_credentials(acme), "us", NullAuditSink()).service(17)
    receipt = ServiceReceipt(ReceiptService(region="us", service_id=17), {})
    monkeypatch.setattr(ServiceReceipt, "save", lambda self, **_: None)
    return UserRevocation(service, SUBJECT, receipt)


def test_app_that_only_the_token_list_names_is_revoked(revocation, sandbox):
    revocation.revoke_all()

    assert revocation.receipt.is_confirmed
    assert list(revocation.receipt.lines) == [44]
    assert not sandbox.region("us").tokens[17]


def test_nothing_is_confirmed_unless_tokens_were_listed(revocation, sandbox):
    sandbox.fault("status", operation="token.list", status=403)

    with pytest.raises(AuthleteError):
        revocation.revoke_all()

    assert not revocation.receipt.is_confirmed


def test_one_app_is_not_confirmed_by_the_list_of_apps_alone(revocation, sandbox):
    revocation.receipt.lines[44] = ReceiptLine(44, "Till")

    revocation.revoke_one(44)

    assert revocation.receipt.is_confirmed
    assert not sandbox.region("us").tokens[17]
