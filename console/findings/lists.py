"""Lists of violated rules, and of the services and clients that violate one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console.audit_log.change_descriptions import CLIENT_SETTINGS, SERVICE_SETTINGS
from console.forms.value_text import translate
from console.inventory.rules import RULES, SEVERITY_ORDER, SEVERITY_STYLES
from console.lists.definition import ListDefinition
from console.lists.facets import Facet
from console.lists.request import ListColumn
from console.models import Finding
from tenants.authlete.documents.rules import Rule, Severity
from tenants.organizations.regions import REGION_TITLES

SEVERITY_LABELS: Mapping[str, str | Promise] = {
    Severity.HIGH: _("High"),
    Severity.MEDIUM: _("Medium"),
    Severity.LOW: _("Low"),
}
PACK_LABELS: Mapping[str, str | Promise] = {
    "rfc9700": _("OAuth 2.0 security (RFC 9700)"),
    "fapi1": "FAPI 1.0",
    "fapi2": "FAPI 2.0",
    "ciba": "CIBA",
    "haip": "HAIP",
    "keys": _("Keys"),
    "secrets": _("Secrets"),
    "expiry": _("Expiry"),
    "settings": _("Settings"),
}


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A violated rule."""

    rule: Rule
    services: int
    clients: int
    since: datetime  # of the oldest finding

    @property
    def rule_id(self) -> str:
        return self.rule.id

    @property
    def clause(self) -> str:
        return self.rule.clause

    @property
    def title(self) -> str:
        return gettext(self.rule.title)

    @property
    def severity_label(self) -> str | Promise:
        return SEVERITY_LABELS[self.rule.severity]

    @property
    def severity_style(self) -> str:
        return SEVERITY_STYLES[self.rule.severity]


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """A service or client that violates a rule."""

    finding: Finding
    service: str
    organization_slug: str

    @property
    def title(self) -> str:
        return self.finding.name or str(self.finding.client_id or self.finding.service_id)

    @property
    def setting(self) -> str:
        """The label of the setting to fix first."""
        declared = CLIENT_SETTINGS if self.finding.client_id else SERVICE_SETTINGS
        known = declared.get(self.finding.field)
        return translate(known[1].label) if known else ""

    @property
    def path(self) -> str:
        """The path of the object's page."""
        return self._page("show")

    @property
    def fix_path(self) -> str:
        """The path of the form with the values that comply, if the rule declares them."""
        rule = RULES.get(self.finding.rule)
        if not rule or not rule.fix:
            return ""
        declared = CLIENT_SETTINGS if self.finding.client_id else SERVICE_SETTINGS
        section, setting = declared[next(iter(rule.fix))]
        return f"{self._page('edit', section)}?fix={rule.id}#field-{setting.name}"

    def _page(self, page: str, *more: str) -> str:
        finding = self.finding
        args = [self.organization_slug, finding.region, finding.service_id]
        if finding.client_id:
            return reverse(f"clients:{page}", args=[*args, finding.client_id, *more])
        return reverse(f"services:{page}", args=[*args, *more])


RULE_LIST = ListDefinition[RuleRow](
    "findings",
    _("Findings"),
    _("Search findings by rule or specification"),
    _("Rule or specification"),
    columns=(
        ListColumn("severity", _("Severity"), lambda row: SEVERITY_ORDER.index(row.rule.severity)),
        ListColumn("rule", _("Rule"), lambda row: row.title.casefold()),
        ListColumn("services", _("Services"), lambda row: row.services, is_number=True),
        ListColumn("clients", _("Clients"), lambda row: row.clients, is_number=True),
        ListColumn("since", _("Since"), lambda row: row.since),
    ),
    facets=(
        Facet("severity", _("Severity"), lambda row: [row.rule.severity], SEVERITY_LABELS),
        Facet("pack", _("Rules"), lambda row: [row.rule.pack], PACK_LABELS),
    ),
    text=lambda row: f"{row.rule.id} {row.title} {row.rule.clause}",
    fields={
        "severity": lambda row: row.rule.severity,
        "rule": lambda row: row.rule.id,
        "title": lambda row: row.title,
        "clause": lambda row: row.rule.clause,
        "services": lambda row: row.services,
        "clients": lambda row: row.clients,
        "since": lambda row: row.since.isoformat(),
    },
)
OBJECT_LIST = ListDefinition[ObjectRow](
    "affected-objects",
    _("Affected services and clients"),
    _("Search by name, ID or service"),
    _("Name, ID or service"),
    columns=(
        ListColumn("object", _("Name"), lambda row: row.title.casefold()),
        ListColumn("service", _("Service"), lambda row: row.service.casefold()),
        ListColumn("setting", _("Setting"), lambda row: row.setting),
        ListColumn("since", _("Since"), lambda row: row.finding.since),
        ListColumn("waive", "", lambda row: row.title, is_sortable=False),
    ),
    facets=(
        Facet("region", _("Region"), lambda row: [row.finding.region], REGION_TITLES),
        Facet("service", _("Service"), lambda row: [row.service], max_values=20),
    ),
    text=lambda row: (
        f"{row.title} {row.service} {row.finding.service_id} {row.finding.client_id or ''}"
    ),
    fields={
        "rule": lambda row: row.finding.rule,
        "region": lambda row: row.finding.region,
        "service_id": lambda row: row.finding.service_id,
        "service": lambda row: row.service,
        "client_id": lambda row: row.finding.client_id or "",
        "name": lambda row: row.finding.name,
        "field": lambda row: row.finding.field,
        "since": lambda row: row.finding.since.isoformat(),
    },
)
