"""The violated rules of an organization, and the services and clients that violate one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console.audit_log.change_descriptions import CLIENT_SETTINGS, SERVICE_SETTINGS
from console.forms.value_text import translate
from console.inventory.coverage import organization_coverage
from console.inventory.rules import RULES
from console.inventory.services import service_name_lookup
from console.lists.definition import ListDefinition, render_list
from console.lists.facets import Facet
from console.lists.request import ListColumn
from console.models import Finding
from console.models.findings import open_findings
from console.web.access import ConsoleRequest, Member, organization_page
from tenants.authlete.documents.rules import Rule, Severity
from tenants.authlete.operation import Effect
from tenants.organizations.regions import REGION_TITLES

MAX_OBJECTS = 5_000  # rows of one rule's list; an export has all of them
SEVERITY_LABELS: Mapping[str, str | Promise] = {
    Severity.HIGH: _("High"),
    Severity.MEDIUM: _("Medium"),
    Severity.LOW: _("Low"),
}
SEVERITY_STYLES = {Severity.HIGH: "bad", Severity.MEDIUM: "warn", Severity.LOW: ""}
SEVERITY_ORDER = list(Severity)
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
        finding = self.finding
        args = [self.organization_slug, finding.region, finding.service_id]
        if finding.client_id:
            return reverse("clients:show", args=[*args, finding.client_id])
        return reverse("services:show", args=args)


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


@organization_page(Effect.READ)
def index(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """List the violated rules, the most severe first, from the index."""
    groups = (
        _visible_findings(member)
        .filter(rule__in=RULES)
        .order_by()
        .values_list("rule")
        .annotate(
            services=Count("pk", filter=Q(client_id=0)), total=Count("pk"), oldest=Min("since")
        )
    )
    rows = [
        RuleRow(RULES[rule], services, total - services, since)
        for rule, services, total, since in groups
    ]
    rows.sort(key=lambda row: (SEVERITY_ORDER.index(row.rule.severity), row.rule.id))
    return render_list(request, member, RULE_LIST, rows, "findings/index.html", _coverage(member))


@organization_page(Effect.READ)
def show(request: ConsoleRequest, member: Member, rule: str) -> HttpResponseBase:
    """List the services and clients that violate a rule, the oldest finding first."""
    if rule not in RULES:
        raise Http404
    findings = _visible_findings(member).filter(rule=rule).order_by("since", "pk")
    total = findings.count()
    if "download" not in request.GET:
        findings = findings[:MAX_OBJECTS]
    service_name = service_name_lookup(member.organization)
    slug = member.organization.slug
    rows = [
        ObjectRow(finding, service_name(finding.region, finding.service_id), slug)
        for finding in findings
    ]
    context = {
        "rule_id": rule,
        "clause": RULES[rule].clause,
        "title": gettext(RULES[rule].title),
        "severity_label": SEVERITY_LABELS[RULES[rule].severity],
        "severity_style": SEVERITY_STYLES[RULES[rule].severity],
        "hidden_count": total - len(rows),
        **_coverage(member),
    }
    return render_list(request, member, OBJECT_LIST, rows, "findings/show.html", context)


def _visible_findings(member: Member) -> QuerySet[Finding]:
    regions = [region.name for region in member.regions()]
    return open_findings(member.organization).filter(region__in=regions)


def _coverage(member: Member) -> dict[str, object]:
    regions = [region.name for region in member.regions()]
    return {"coverage": organization_coverage(member.organization, regions)}
