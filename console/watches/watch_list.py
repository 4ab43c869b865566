"""The list of a member's watches."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from console.history.object_names import load_object_names
from console.lists.definition import ListDefinition
from console.lists.export import iso_time
from console.lists.facets import Facet
from console.lists.request import ListColumn
from console.models import Watch
from console.models.watches import DeliveryChoice
from console.watches.targets import WatchTarget, object_target, rule_target, search_target
from console.web.access import Member
from console.web.paths import parse_object_ref
from tenants.organizations.regions import REGION_TITLES

MUTED_LABELS = {"yes": _("Muted"), "no": _("Not muted")}


@dataclass(frozen=True, slots=True)
class WatchRow:
    """A watch and its target."""

    watch: Watch
    target: WatchTarget

    @property
    def kind_label(self) -> str:
        return str(Watch.Kind(self.watch.kind).label)


def build_watch_rows(member: Member, watches: Iterable[Watch]) -> list[WatchRow]:
    """Return the rows of watches with the current names of their targets."""
    listed = list(watches)
    refs = {watch.pk: ref for watch in listed if (ref := parse_object_ref(watch.target))}
    names = load_object_names(member.organization, refs.values()) if refs else {}
    rows = []
    for watch in listed:
        if watch.search:
            target = search_target(member, watch.search)
        elif ref := refs.get(watch.pk):
            target = object_target(member, ref, names.get(ref) or watch.name or ref.key)
        else:
            target = rule_target(member, watch.target)
        rows.append(WatchRow(watch, target))
    return sorted(rows, key=lambda row: row.target.name.casefold())


WATCH_LIST = ListDefinition[WatchRow](
    "watches",
    _("Watches"),
    _("Search watches by name or ID"),
    _("Name or ID"),
    columns=(
        ListColumn("name", _("Name"), lambda row: row.target.name.casefold()),
        ListColumn("kind", _("Kind"), lambda row: row.kind_label),
        ListColumn("delivery", _("Delivery"), lambda row: row.watch.delivery),
        ListColumn("since", _("Since"), lambda row: row.watch.created_at),
        ListColumn("", "", lambda row: "", is_sortable=False),
    ),
    facets=(
        Facet(
            "kind",
            _("Kind"),
            lambda row: [row.watch.kind],
            {kind.value: kind.label for kind in Watch.Kind},
        ),
        Facet(
            "delivery",
            _("Delivery"),
            lambda row: [row.watch.delivery],
            {choice.value: choice.label for choice in DeliveryChoice},
            allow_empty=True,
        ),
        Facet(
            "muted", _("Muted"), lambda row: ["yes" if row.watch.is_muted else "no"], MUTED_LABELS
        ),
        Facet(
            "region",
            _("Region"),
            lambda row: [row.target.region] if row.target.region else [],
            REGION_TITLES,
        ),
    ),
    text=lambda row: f"{row.target.name} {row.watch.target}",
    fields={
        "name": lambda row: row.target.name,
        "kind": lambda row: row.watch.kind,
        "target": lambda row: row.watch.target,
        "delivery": lambda row: row.watch.delivery or "inbox",
        "muted": lambda row: "yes" if row.watch.is_muted else "no",
        "since": lambda row: iso_time(row.watch.created_at),
    },
)
