"""How old clients' secrets are, as far as it is known here, and which are too old.

Authlete does not say when a secret was changed. The record does, of what was done
from here; of all others no more is known than that they were made with the client, or
later.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Max, QuerySet
from django.utils import timezone

from console.models import KnownClient, Rotation
from tenants.audit.events import SECRET_SETTLE
from tenants.audit.models import AuditEntry
from tenants.authlete.api.clients import REFRESH_SECRET, SET_SECRET
from tenants.authlete.documents.client.rules.proof import SECRETS
from tenants.authlete.times import time_of
from tenants.models import Organization

CHANGES = [REFRESH_SECRET.name, SET_SECRET.name, SECRET_SETTLE.name]
# What a lost reply came to, in the record's `object`.
CHANGED, UNCHANGED = "changed", "not changed"

type Place = tuple[str, int, int]  # region, service, client


@dataclass(frozen=True, slots=True)
class Age:
    """How long a secret has been in use."""

    since: datetime | None  # none where not even Authlete says when it was made
    is_exact: bool  # changed from here then; else made with the client, or later

    @property
    def days(self) -> int:
        return (timezone.now() - self.since).days if self.since else 0

    @property
    def is_overdue(self) -> bool:
        return self.since is not None and self.since < limit()


@dataclass(frozen=True, slots=True)
class Overdue:
    """A client whose secret is too old."""

    pk: int  # of the `KnownClient`
    age: Age


def limit() -> datetime:
    """Secrets that were made before are overdue."""
    return timezone.now() - timedelta(days=settings.SECRET_MAX_AGE_DAYS)


def changed_at(
    organization: int, region: str = "", service: str = "", client: str = ""
) -> dict[Place, datetime]:
    """When secrets were last changed from here, by client."""
    told = {"region": region, "service": service, "client": client}
    rows = (
        AuditEntry.objects.filter(
            organization_id=organization,
            operation__in=CHANGES,
            outcome=AuditEntry.Outcome.DONE,
            client__gt="",
            **{name: value for name, value in told.items() if value},
        )
        .exclude(operation=SECRET_SETTLE.name, object=UNCHANGED)
        .order_by()
        .values_list("region", "service", "client")
        .annotate(Max("at"))
    )
    known = {
        (region, int(service), int(client)): datetime.fromtimestamp(at / 1e6, UTC)
        for region, service, client, at in rows
    }
    return _without_undone(organization, known)


def _without_undone(
    organization: int, known: dict[Place, datetime]
) -> dict[Place, datetime]:
    """A secret that was put back is as old as it was before."""
    undone = Rotation.objects.filter(
        organization_id=organization, state=Rotation.State.UNDONE
    )
    rows = undone.order_by("-changed_at").values_list(
        "region", "service_id", "client_id", "changed_at", "old_since"
    )
    for region, service, client, ended_at, old_since in rows:
        place = (region, service, client)
        if place not in known or known[place] > ended_at:
            continue  # it was changed again since
        del known[place]
        if old_since:
            known[place] = old_since
    return known


def age(known: datetime | None, created_at: int) -> Age:
    """``known`` is when it was changed from here, ``created_at`` the milliseconds
    since 1970 at which the client was made."""
    if known:
        return Age(known, is_exact=True)
    return Age(time_of(created_at), is_exact=False)


def overdue(organization: Organization) -> list[Overdue]:
    """Clients that prove with a secret who they are and whose secret is too old, the
    oldest first; as they were last seen."""
    known = changed_at(organization.pk)
    rows = _old(organization).order_by("rank", "pk")
    found = [
        Overdue(pk, age(known.get((region, service, client)), created_at))
        for pk, region, service, client, created_at in rows.values_list(
            "pk", "region", "service_id", "client_id", "created_at"
        ).iterator()
    ]
    late = [one for one in found if one.age.is_overdue]
    return sorted(late, key=lambda one: one.age.since or limit())


def count_overdue(organization: Organization) -> int:
    """How many those are, without reading them."""
    since = limit()
    known = changed_at(organization.pk)
    young = {place for place, at in known.items() if at >= since}
    old = _old(organization)
    some = old.filter(client_id__in=[client for _, _, client in young])
    places = set(some.values_list("region", "service_id", "client_id"))
    return old.count() - len(places & young)


def _old(organization: Organization) -> QuerySet[KnownClient]:
    """Clients with a secret that were made before; younger ones cannot be overdue."""
    return KnownClient.objects.filter(
        organization=organization,
        auth_method__in=SECRETS,
        created_at__gt=0,
        created_at__lt=int(limit().timestamp() * 1000),
    ).exclude(client_type="PUBLIC")
