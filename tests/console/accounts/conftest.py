import pytest
from allauth.mfa.totp.internal import auth as totp

from tenants.audit.actor import Actor
from tenants.organizations.members import add_member
from tenants.organizations.roles import Role
from tests.support.accounts import PASSWORD


@pytest.fixture
def ann(acme):
    """An admin of Acme with a password, and no second factor yet."""
    setup = Actor(0, "setup", organization_id=acme.pk, organization=acme.slug)
    user = add_member(setup, acme, "ann@acme.example", Role.ADMIN, "Ann").membership.user
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def code_at(totp_step_start):
    """The code that an authenticator shows, some steps of 30 s away from now."""

    def code(seed, step=0):
        now = [*totp.yield_hotp_counters_from_time()][1]
        return totp.format_hotp_value(totp.hotp_value(seed, now + step))

    return code


@pytest.fixture
def with_factor(ann):
    """Give Ann a second factor and return its seed."""
    seed = totp.generate_totp_secret()
    totp.TOTP.activate(ann, seed)
    return seed
