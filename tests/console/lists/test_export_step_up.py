"""Exports need a recent sign-in."""

import pytest

from tenants.organizations.roles import Role
from tests.support.authentication import expire_authentication


@pytest.mark.parametrize(
    "path",
    [
        "/acme/clients/?download=csv",
        "/acme/clients/?download=jsonl",
        "/acme/services/us/17/clients/?download=csv",
        "/acme/keys/?download=csv",
        "/acme/members/?download=csv",
        "/acme/audit/access/?format=csv",
    ],
)
def test_stolen_session_exports_no_list(member, sandbox, path):
    browser = member(Role.ADMIN)
    assert browser.get(path).has_header("Content-Disposition")

    response = expire_authentication(browser).get(path)

    assert response["Location"].startswith("/accounts/")
    assert not response.has_header("Content-Disposition")
