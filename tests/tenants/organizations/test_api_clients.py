import pytest

from tenants.authlete.audit_sink import NullAuditSink
from tenants.authlete.errors import UnauthorizedError
from tenants.models import Credential
from tenants.organizations.api_clients import connect, load_credentials


def test_opens_a_connection_with_the_credential(acme, sandbox):
    assert (
        connect(load_credentials(acme), "us", NullAuditSink()).service(17).get().service_name
        == "Shop"
    )


def test_says_so_where_there_is_no_credential(acme):
    for region in ("jp", "mars"):
        with pytest.raises(UnauthorizedError, match="no credential"):
            connect(load_credentials(acme), region, NullAuditSink())


def test_says_so_where_a_credential_does_not_open(acme):
    Credential.objects.update(region="jp")

    with pytest.raises(UnauthorizedError, match="can't be decrypted"):
        connect(load_credentials(acme), "jp", NullAuditSink())
