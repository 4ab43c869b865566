import pytest
from pydantic import SecretStr

from tenants.models import Credential
from tests.support.inventory import add_known_service
from tests.support.twins import PRODUCTION, STAGING


@pytest.fixture
def eu(acme):
    """A credential for a second region."""
    Credential(organization=acme, region="eu").set_token(SecretStr("t0p")).save()


@pytest.fixture
def twins(sandbox, acme, eu):
    """A production service in us and its staging twin in eu, alike but for expected values."""
    sandbox.services[17] = dict(PRODUCTION)
    sandbox.region("eu").services[18] = dict(STAGING)
    add_known_service(acme, "eu", 18, "Shop staging")
    return sandbox.services[17], sandbox.region("eu").services[18]
