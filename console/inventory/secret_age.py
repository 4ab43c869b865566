"""Age of client secrets, and which are overdue for rotation.

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
from tenants.audit.events import SECRET_RESOLVE
from tenants.audit.models import AuditEntry
from tenants.authlete.api.clients import REFRESH_SECRET, SET_SECRET
from tenants.authlete.documents.client.rules.authentication import CLIENT_SECRET_METHODS
from tenants.authlete.object_ref import ObjectRef
from tenants.authlete.outcome import Outcome
from tenants.authlete.timestamps import datetime_from_ms
from tenants.models import Organization

CHANGE_OPERATIONS = [REFRESH_SECRET.name, SET_SECRET.name, SECRET_RESOLVE.name]
# The resolution of a lost response, in the audit entry's `object`.
CHANGED, UNCHANGED = "changed", "not changed"


@dataclass(frozen=True, slots=True)
class SecretAge:
    """How long a secret has been in use."""

    since: datetime | None  # None: unknown to Authlete too
    is_exact: bool  # changed in the console; otherwise the client's creation

    @property
    def days(self) -> int:
        return (timezone.now() - self.since).days if self.since else 0

    @property
    def is_overdue(self) -> bool:
        return self.since is not None and self.since < overdue_before()


def overdue_before() -> datetime:
    """Return the time before which secrets are overdue."""
    return timezone.now() - timedelta(days=settings.SECRET_MAX_AGE_DAYS)


def last_changes(
    organization: int, region: str = "", service: str = "", client: str = ""
) -> dict[ObjectRef, datetime]:
    """Return when secrets were last changed in the console, by client."""
    details = {"region": region, "service": service, "client": client}
    rows = (
        AuditEntry.objects.filter(
            organization_id=organization,
            operation__in=CHANGE_OPERATIONS,
            outcome=Outcome.SUCCEEDED,
            client__gt="",
            **{name: value for name, value in details.items() if value},
        )
        .exclude(operation=SECRET_RESOLVE.name, object=UNCHANGED)
        .order_by()
        .values_list("region", "service", "client")
        .annotate(Max("at"))
    )
    changed_at = {
        ObjectRef(region, int(service), int(client)): datetime.fromtimestamp(changed_at / 1e6, UTC)
        for region, service, client, changed_at in rows
    }
    return _without_undone(organization, changed_at)


def _without_undone(
    organization: int, changed_at: dict[ObjectRef, datetime]
) -> dict[ObjectRef, datetime]:
    """Leave out changes that were undone: a restored secret is as old as before."""
    undone = Rotation.objects.filter(organization_id=organization, state=Rotation.State.UNDONE)
    rows = undone.order_by("-changed_at").values_list(
        "region", "service_id", "client_id", "changed_at", "old_since"
    )
    for region, service, client, ended_at, old_since in rows:
        ref = ObjectRef(region, service, client)
        if ref not in changed_at or changed_at[ref] > ended_at:
            continue  # it was changed again since
        del changed_at[ref]
        if old_since:
            changed_at[ref] = old_since
    return changed_at


def secret_age(changed_at: datetime | None, created_at: int) -> SecretAge:
    """Return the age of a secret.

    ``changed_at`` is its last change in the console, ``created_at`` the client's creation
    time in milliseconds since 1970.
    """
    if changed_at:
        return SecretAge(changed_at, is_exact=True)
    return SecretAge(datetime_from_ms(created_at), is_exact=False)


def list_overdue(organization: Organization) -> list[tuple[KnownClient, SecretAge]]:
    """Return the clients in the index whose secret is too old, the oldest secret first.

    Only clients that authenticate with their secret count.
    """
    changed_at = last_changes(organization.pk)
    clients = _clients_past_limit(organization).order_by("rank", "pk").defer("words", "hosts")
    ages = []
    for client in clients.iterator():
        ref = ObjectRef(client.region, client.service_id, client.client_id)
        ages.append((client, secret_age(changed_at.get(ref), client.created_at)))
    overdue = [(client, age) for client, age in ages if age.is_overdue]
    return sorted(overdue, key=lambda pair: pair[1].since or overdue_before())


def count_overdue(organization: Organization) -> int:
    """Count the clients of `list_overdue`, without reading them."""
    since = overdue_before()
    changed_at = last_changes(organization.pk)
    young = {ref for ref, moment in changed_at.items() if moment >= since}
    old = _clients_past_limit(organization)
    candidates = old.filter(client_id__in=[client for _, _, client in young])
    refs = set(candidates.values_list("region", "service_id", "client_id"))
    return old.count() - len(refs & young)


def _clients_past_limit(organization: Organization) -> QuerySet[KnownClient]:
    """Return clients created before the limit, in regions with a credential."""
    return KnownClient.objects.filter(
        organization=organization,
        region__in=organization.credential_set.values("region"),
        auth_method__in=CLIENT_SECRET_METHODS,
        created_at__gt=0,
        created_at__lt=int(overdue_before().timestamp() * 1000),
    ).exclude(client_type="PUBLIC")
