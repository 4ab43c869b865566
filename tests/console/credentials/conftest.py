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
def put(admin):
    """Post a token for a region, jp unless another is named."""

    def posted(token, region="jp", **more):
        return admin.post(f"/acme/credentials/{region}/", {"token": token, **more})

    return posted


@pytest.fixture
def held(acme):
    """The token that is kept for a region, or none."""

    def token(region="jp"):
        found = Credential.objects.filter(organization=acme, region=region).first()
        return found and found.token.get_secret_value()

    return token
