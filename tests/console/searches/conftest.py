from functools import cache

import pytest

from tenants.organizations.roles import Role


@pytest.fixture
def browser(member):
    """A browser of somebody of a role, always the same person."""
    return cache(member)


@pytest.fixture
def auditor(browser):
    return browser(Role.AUDITOR)


@pytest.fixture
def save(browser):
    """Save a search as somebody of a role."""

    def save(name="Lifetimes", query="field=accessTokenDuration", role=Role.AUDITOR, **more):
        given = {"name": name, "query": query} | more
        return browser(role).post("/acme/audit/searches/new/", given)

    return save
