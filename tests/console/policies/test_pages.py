"""Policies are added, edited and removed by admins, and logged with both values."""

import pytest
from pytest_django.asserts import assertContains

from console.models import Policy
from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role

URL = "/acme/policies/"
KEY = {"idempotency_key": "x" * 24}
RULES = {
    "max_secret_age_days": "90",
    "ticket_required": "yes",
    "ticket_pattern": "CHG-####",
    "link_template": "https://tickets.example/{ticket}",
}


@pytest.fixture
def admin(member, sandbox):
    """Return an admin who has seen the service."""
    admin = member(Role.ADMIN)
    admin.get("/acme/services/us/17/")
    return admin


def last_changes(event="policy.change"):
    entry = AuditEntry.objects.filter(operation=event).latest("seq")
    return entry, {row["field"]: (row["before"], row["after"]) for row in entry.changes}


def test_policy_of_a_service_is_saved_and_logged(admin):
    response = admin.post(f"{URL}new/", RULES | KEY | {"scope": "us/17"})

    assert response["Location"] == URL
    policy = Policy.objects.get()
    assert (policy.scope, policy.max_secret_age_days, policy.ticket_required) == ("us/17", 90, True)
    assertContains(admin.get(URL), "90 days")
    entry, changes = last_changes()
    assert (entry.label, entry.region, entry.service) == ("Shop", "us", "17")
    assert changes["ticket_pattern"] == (None, "CHG-####")
    assert changes["ticket_required"] == (None, True)


def test_changed_and_removed_rules_are_logged_with_old_values(admin, acme):
    policy = Policy.objects.create(organization=acme, max_secret_age_days=90, ticket_required=True)

    changed = {"max_secret_age_days": "30", "ticket_required": "no"}
    admin.post(f"{URL}{policy.pk}/edit/", changed | KEY)
    assert last_changes()[1] == {"max_secret_age_days": (90, 30), "ticket_required": (True, False)}
    admin.post(f"{URL}{policy.pk}/remove/", {"idempotency_key": "y" * 24})

    assert not Policy.objects.exists()
    entry, changes = last_changes("policy.remove")
    assert (entry.label, changes["max_secret_age_days"]) == ("Acme", (30, None))


def test_each_scope_is_offered_once(admin, acme):
    Policy.objects.create(organization=acme, region="us", service_id=17, ticket_required=True)

    response = admin.post(f"{URL}new/", RULES | KEY | {"scope": "us/17"})

    assertContains(response, "Select a valid choice", status_code=422)
    assertContains(admin.get(f"{URL}new/"), 'value="us"')


@pytest.mark.parametrize(
    ("rule", "value", "error"),
    [
        ("ticket_pattern", "CHG-[0-9]+", "Use letters"),
        ("ticket_pattern", "CHG||INC", "Use letters"),
        ("link_template", "http://tickets.example/{ticket}", "HTTPS"),
        ("link_template", "https://{ticket}.example/", "HTTPS"),
        ("link_template", "https://tickets.example/{ticket}/{ticket}", "HTTPS"),
        ("link_template", "https://me@tickets.example/{ticket}", "password"),
        ("max_secret_age_days", "0", "greater than or equal to 1"),
    ],
)
def test_unusable_rule_is_refused_at_its_field(admin, rule, value, error):
    response = admin.post(f"{URL}new/", RULES | KEY | {"scope": "*", rule: value})

    assertContains(response, error, status_code=422)
    assert list(response.context["form"].errors) == [rule]
    assert not Policy.objects.exists()


def test_empty_policy_is_refused(admin):
    response = admin.post(f"{URL}new/", KEY | {"scope": "*"})

    assertContains(response, "Fill in at least one field", status_code=422)
