"""The columns, filters and export of the list of batches."""

from django.db.models import OuterRef, Subquery, Sum
from django.utils.translation import gettext_lazy as _

from console.lists.definition import ListDefinition
from console.lists.export import iso_time
from console.lists.facets import Facet
from console.lists.request import ListColumn
from console.models import Batch, BatchRequest
from tenants.models import Organization
from tenants.organizations.regions import REGION_TITLES

STATES = list(Batch.State)


def list_batches(organization: Organization) -> list[Batch]:
    """Return the organization's batches with their numbers of created tokens, newest first."""
    created = (
        BatchRequest.objects.filter(batch=OuterRef("pk"), is_dry=False)
        .exclude(batch__state=Batch.State.UNKNOWN)
        .order_by()
        .values("batch")
        .annotate(total=Sum("count"))
        .values("total")
    )
    batches = Batch.objects.filter(organization=organization)
    return list(batches.defer("faults_json", "counts").annotate(created_tokens=Subquery(created)))


def _created_tokens(batch: Batch) -> int | None:
    """Return the number of created tokens, if it's known."""
    number: int | None = getattr(batch, "created_tokens", None)
    return number


def _service(batch: Batch) -> str:
    return batch.service_name or str(batch.service_id)


BATCHES = ListDefinition[Batch](
    "batches",
    _("Batches"),
    _("Search batches by file, service, person, reason or ticket"),
    _("File, service, person, reason or ticket"),
    columns=(
        ListColumn("batch", _("Batch"), lambda row: row.name.casefold()),
        ListColumn("on", _("Service"), lambda row: _service(row).casefold()),
        ListColumn("state", _("State"), lambda row: STATES.index(Batch.State(row.state))),
        ListColumn("tokens", _("Tokens"), lambda row: row.tokens, is_number=True),
        ListColumn("created", _("Created"), lambda row: _created_tokens(row) or 0, is_number=True),
        ListColumn("by", _("Uploaded by"), lambda row: row.actor.casefold()),
        ListColumn("uploaded", _("Uploaded"), lambda row: row.created_at),
        ListColumn("finished", _("Finished"), lambda row: iso_time(row.ended_at)),
    ),
    facets=(
        Facet(
            "state",
            _("State"),
            lambda row: [row.state],
            {state.value: state.label for state in STATES},
            is_quick=True,
        ),
        Facet("region", _("Region"), lambda row: [row.region], REGION_TITLES),
        Facet("on", _("Service"), lambda row: [_service(row)], max_values=20),
        Facet("by", _("Uploaded by"), lambda row: [row.actor], max_values=20),
    ),
    text=lambda row: (
        f"{row.name} {_service(row)} {row.service_id} {row.actor} {row.reason} {row.ticket}"
    ),
    fields={
        "id": lambda row: str(row.pk),
        "region": lambda row: row.region,
        "service_id": lambda row: row.service_id,
        "service": lambda row: row.service_name,
        "file": lambda row: row.file_name,
        "state": lambda row: row.state,
        "tokens": lambda row: row.tokens,
        "created_tokens": _created_tokens,
        "uploaded_by": lambda row: row.actor,
        "reason": lambda row: row.reason,
        "ticket": lambda row: row.ticket,
        "uploaded_at": lambda row: iso_time(row.created_at),
        "finished_at": lambda row: iso_time(row.ended_at),
    },
)
