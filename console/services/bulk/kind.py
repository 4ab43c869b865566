"""Bulk changes of services: their action, and the clients that a change affects."""

from collections.abc import Sequence
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from console.bulk.bulk_settings import Members, group_settings
from console.bulk.kinds import SET, AffectedCount, BulkAction, BulkKind, Impact, ImpactMeasure
from console.documents.kinds import SERVICE_KIND
from console.inventory.blast_radius import AffectedClients, BlastRadius, measure_blast_radius
from console.services.bulk import resolver
from console.web.access import Member
from tenants.authlete.documents.impacts.declaration import ImpactLevel
from tenants.authlete.documents.service import Service
from tenants.authlete.documents.service.rules import SERVICE_RULES
from tenants.authlete.object_ref import ObjectRef
from tenants.authlete.operation import Effect

# Services with the same issuer or private keys could be taken for each other.
EXCLUDED = {"issuer", "jwks", "secret", "sns"}
MAX_CLIENT_NAMES = 3  # that a warning lists


def impact_measure(member: Member, _refs: Sequence[ObjectRef]) -> ImpactMeasure:
    """Return how to measure which clients a change affects."""
    return partial(_measure_impact, member)


def _measure_impact(member: Member, ref: ObjectRef, service: Service, after: Members) -> Impact:
    location = (member.organization, ref.region, ref.service_id)
    radius = measure_blast_radius(*location, service.to_dict(), after)
    notes = [_(item.impact.message) for item in radius.impacts]
    if radius.is_checked and not radius.synced_at:
        notes.append(_("Its clients were never read, so some may be affected."))
    return Impact(notes, [_count_clients(item) for item in radius.impacts], _affected_count(radius))


def _affected_count(radius: BlastRadius) -> int | None:
    is_known = not radius.is_checked or (radius.synced_at and not radius.unchecked_count)
    return radius.affected_count if is_known else None


def _count_clients(item: AffectedClients) -> str:
    count = len(item.clients)
    text = {
        ImpactLevel.BREAKS: ngettext(
            "Breaks %(count)d client: %(names)s", "Breaks %(count)d clients: %(names)s", count
        ),
        ImpactLevel.MAY_BREAK: ngettext(
            "May break %(count)d client: %(names)s", "May break %(count)d clients: %(names)s", count
        ),
        ImpactLevel.ADAPTS: ngettext(
            "%(count)d client adapts: %(names)s", "%(count)d clients adapt: %(names)s", count
        ),
    }[item.impact.level]
    names = [
        client.name or client.alias or str(client.client_id)
        for client in item.clients[:MAX_CLIENT_NAMES]
    ]
    more = "…" if count > MAX_CLIENT_NAMES else "."
    return text % {"count": count, "names": ", ".join(names)} + more


ACTIONS = (
    BulkAction(
        SET,
        "service.set",
        Effect.CHANGE,
        "edit",
        gettext_lazy("Change a setting"),
        gettext_lazy("Set the same value for all services, or add and remove list entries."),
        ngettext_lazy(
            "Set “%(setting)s” of %(count)d service",
            "Set “%(setting)s” of %(count)d services",
            "count",
        ),
        affected=AffectedCount(
            "affected_clients",
            gettext_lazy("Affected clients"),
            ngettext_lazy(
                "%(count)d client is affected.", "%(count)d clients are affected.", "count"
            ),
            ngettext_lazy(
                "At least %(count)d client is affected.",
                "At least %(count)d clients are affected.",
                "count",
            ),
        ),
    ),
)
SERVICE_BULK = BulkKind(
    SERVICE_KIND,
    gettext_lazy("Service"),
    gettext_lazy("Services"),
    group_settings(SERVICE_KIND, EXCLUDED),
    {action.name: action for action in ACTIONS},
    tuple(SERVICE_RULES),
    resolver.resolve_all_services,
    resolver.build_service_matcher,
    resolver.fetch_service_lists,
    resolver.service_list_url,
    resolver.find_service_names,
    impact_measure,
)
