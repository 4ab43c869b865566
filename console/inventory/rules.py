"""All rules by ID: those about documents, and those about secrets and expiry."""

from collections.abc import Mapping

from tenants.authlete.documents.client.rules import CLIENT_RULES
from tenants.authlete.documents.rules import Rule, Severity
from tenants.authlete.documents.service.rules import SERVICE_RULES
from tenants.authlete.messages import gettext_noop as _

OVERDUE_SECRET = Rule(
    "secrets.overdue", Severity.MEDIUM, "SECRET_MAX_AGE_DAYS", _("Client secret too old")
)
EXPIRED = Rule(
    "expiry.expired", Severity.MEDIUM, "RFC 5280, section 4.1.2.5", _("Expired key or document")
)
EXPIRING = Rule(
    "expiry.soon",
    Severity.LOW,
    "RFC 5280, section 4.1.2.5",
    _("Key or document that expires within 30 days"),
)
INVENTORY_RULES = (OVERDUE_SECRET, EXPIRED, EXPIRING)
RULES: Mapping[str, Rule] = {
    rule.id: rule for rule in (*SERVICE_RULES, *CLIENT_RULES, *INVENTORY_RULES)
}
SEVERITY_STYLES = {Severity.HIGH: "bad", Severity.MEDIUM: "warn", Severity.LOW: ""}
SEVERITY_ORDER = list(Severity)


def severity_of(rule: str) -> Severity:
    """Return the severity of a rule; low for a rule that no longer exists."""
    return RULES[rule].severity if rule in RULES else Severity.LOW
