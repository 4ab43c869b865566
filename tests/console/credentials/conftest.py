import pytest

from tenants.models import Credential
from tenants.organizations.roles import Role
from tenants.sandbox.api_tokens import ApiToken

VIEW = ("view_service", "modify_service")


@pytest.fixture
def admin(member, sandbox):
    return member(Role.ADMIN)


@pytest.fixture
def accept(sandbox):
    """Let the sandbox take a token of acme's, with some rights or in some regions."""

    def accepted(value, permissions=VIEW, **options):
        acme = sandbox.state.tokens["t0p"].organization
        sandbox.state.accept(ApiToken(value, acme, permissions, **options))
        return value

    return accepted


@pytest.fixture
def post_token(admin):
    """Return a function that posts a token for a region."""

    def posted(token, region="jp", **more):
        return admin.post(f"/acme/credentials/{region}/", {"token": token, **more})

    return posted


@pytest.fixture
def stored_token(acme):
    """Return a region's stored token, or None."""

    def token(region="jp"):
        credential = Credential.objects.filter(organization=acme, region=region).first()
        return credential and credential.token.get_secret_value()

    return token
