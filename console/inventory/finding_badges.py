"""Open findings of listed services and clients, as badges."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from console.inventory.rules import SEVERITY_ORDER, SEVERITY_STYLES, severity_of
from console.models.findings import open_findings
from tenants.authlete.documents.rules import Severity
from tenants.authlete.object_ref import ObjectRef
from tenants.models import Organization


@dataclass(frozen=True, slots=True)
class FindingBadge:
    """The number of an object's open findings, and the worst severity."""

    count: int
    severity: Severity

    @property
    def style(self) -> str:
        return SEVERITY_STYLES[self.severity]


def find_badges(
    organization: Organization, refs: Collection[ObjectRef]
) -> Mapping[str, FindingBadge]:
    """Return the badges of objects with open findings, by `ObjectRef.key`."""
    listed = {ref.key for ref in refs}
    findings = open_findings(organization).filter(
        service_id__in={ref.service_id for ref in refs},
        client_id__in={ref.client_id for ref in refs},
    )
    severities = defaultdict(list)
    columns = ("region", "service_id", "client_id", "rule")
    for region, service_id, client_id, rule in findings.order_by().values_list(*columns):
        severities[ObjectRef(region, service_id, client_id).key].append(severity_of(rule))
    return {
        key: FindingBadge(len(found), min(found, key=SEVERITY_ORDER.index))
        for key, found in severities.items()
        if key in listed
    }
