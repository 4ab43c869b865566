from functools import cache

import pytest

from tenants.organizations.roles import Role


@pytest.fixture
def signed_in_client(member):
    """A browser of somebody of a role, always the same person."""
    return cache(member)


@pytest.fixture
def auditor(signed_in_client):
    return signed_in_client(Role.AUDITOR)


@pytest.fixture
def save(signed_in_client):
    """Save a search as somebody of a role."""

    def save(name="Lifetimes", query="field=accessTokenDuration", role=Role.AUDITOR, **more):
        data = {"name": name, "query": query} | more
        return signed_in_client(role).post("/acme/audit/searches/new/", data)

    return save
