import pytest

from tenants.authlete.audit_sink import NullAuditSink
from tenants.authlete.errors import UnauthorizedError
from tenants.models import Credential
from tenants.organizations.api_clients import connect, load_credentials


def test_client_uses_the_credential(acme, sandbox):
    assert (
        connect(load_credentials(acme), "us", NullAuditSink()).service(17).get().service_name
        == "Shop"
    )


def test_missing_credential_is_an_error(acme):
    for region in ("jp", "mars"):
        with pytest.raises(UnauthorizedError, match="no credential"):
            connect(load_credentials(acme), region, NullAuditSink())


def test_undecryptable_credential_is_an_error(acme):
    Credential.objects.update(region="jp")

    with pytest.raises(UnauthorizedError, match="can't be decrypted"):
        connect(load_credentials(acme), "jp", NullAuditSink())
