"""Denials by more than the role."""

import pytest

from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.access import page_path


@pytest.mark.parametrize(
    ("role", "name", "entered"),
    [
        (Role.VIEWER, "tokens:index", {"subject": "ann"}),
        (Role.VIEWER, "users:receipt", {}),
        (Role.HELP_DESK, "tokens:reveal", {}),
    ],
)
def test_denials_within_a_page_are_logged(acme, member, sandbox, role, name, entered):
    assert member(role).post(page_path(name), entered).status_code == 403

    entry = AuditEntry.objects.get(operation="access.denied")
    assert (entry.outcome, entry.object, entry.role) == ("refused", name, role)
    assert not sandbox.calls
