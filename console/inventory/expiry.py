"""Certificates, keys, credentials and secrets that expire, from the index.

Certificates and keys, trust chains, metadata documents, the organization's own
credentials, and secrets that are staged. What is at Authlete is as it was last seen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.models import KnownClient, KnownKey, Rotation
from console.web.access import Member
from tenants.models import Credential, Organization
from tenants.organizations.roles import ConsolePermission

WARNING_DAYS = (0, 1, 7, 30, 90)  # before expiry; one notification each
MAX_WARNING = timedelta(days=WARNING_DAYS[-1])


class ExpiryKind(StrEnum):
    """The kind of an expiring item."""

    CERTIFICATE = "certificate"
    KEY = "key"
    CHAIN = "trust chain"
    DOCUMENT = "metadata document"
    CREDENTIAL = "credential"
    SECRET = "staged secret"  # noqa: S105  the name of a kind


EXPIRY_KIND_LABELS: Mapping[str, str | Promise] = {
    ExpiryKind.CERTIFICATE: _("Certificate"),
    ExpiryKind.KEY: _("Key"),
    ExpiryKind.CHAIN: _("Trust chain"),
    ExpiryKind.DOCUMENT: _("Metadata document"),
    ExpiryKind.CREDENTIAL: _("Credential"),
    ExpiryKind.SECRET: _("Staged secret"),
}


@dataclass(frozen=True, slots=True)
class ExpiringItem:
    """An item and its expiry time."""

    kind: ExpiryKind
    key: str  # names it among all of the organization
    name: str  # empty for a region's credential
    ends_at: datetime
    region: str
    service_id: int = 0
    client_id: int = 0
    owner: str = ""  # who holds it, where that is not its own name

    def reached_warning_days(self, now: datetime) -> int | None:
        """Return the smallest of `WARNING_DAYS` reached: None if none, 0 if expired."""
        remaining = self.ends_at - now
        return next((day for day in WARNING_DAYS if remaining <= timedelta(days=day)), None)

    @property
    def title(self) -> str:
        return self.name or str(self.kind_label)

    @property
    def kind_label(self) -> str | Promise:
        return EXPIRY_KIND_LABELS[self.kind]

    @property
    def has_expired(self) -> bool:
        return self.ends_at <= timezone.now()


def list_expiring(
    organization: Organization, within: timedelta = MAX_WARNING
) -> list[ExpiringItem]:
    """Return distinct items that expire before ``until`` or have expired, soonest first."""
    until = timezone.now() + within
    items = [
        *_keys(organization, until),
        *_clients(organization, until),
        *_credentials(organization, until),
        *_secrets(organization, until),
    ]
    once = {(item.key, item.ends_at): item for item in items}
    return sorted(
        once.values(), key=lambda expiring_item: (expiring_item.ends_at, expiring_item.key)
    )


def _keys(organization: Organization, until: datetime) -> Iterator[ExpiringItem]:
    rows = KnownKey.objects.filter(organization=organization, ends_at__lte=until)
    for row in rows.iterator():
        identifier = row.thumbprint or f"{row.kid[:60]}-{row.position}"
        location = f"{row.region}/{row.service_id}/{row.client_id}"
        yield ExpiringItem(
            ExpiryKind.CERTIFICATE if row.subject else ExpiryKind.KEY,
            f"key/{location}/{identifier}",
            row.subject or row.kid,
            row.ends_at or until,
            row.region,
            row.service_id,
            row.client_id,
            row.owner,
        )


def _clients(organization: Organization, until: datetime) -> Iterator[ExpiringItem]:
    columns = {"chain_ends": ExpiryKind.CHAIN, "document_ends": ExpiryKind.DOCUMENT}
    most = int(until.timestamp() * 1000)
    for column, kind in columns.items():
        rows = KnownClient.objects.filter(
            organization=organization, **{f"{column}__gt": 0, f"{column}__lte": most}
        ).values_list("region", "service_id", "client_id", "name", "alias", column)
        for region, service_id, client_id, name, alias, moment in rows.iterator():
            yield ExpiringItem(
                kind,
                f"{kind.name.lower()}/{region}/{service_id}/{client_id}",
                name or alias,
                datetime.fromtimestamp(moment / 1000, UTC),
                region,
                service_id,
                client_id,
            )


def _credentials(organization: Organization, until: datetime) -> Iterator[ExpiringItem]:
    """Yield the credentials that expire; a token is valid until the end of its last day."""
    credentials = Credential.objects.filter(organization=organization, expires_on__isnull=False)
    for credential in credentials:
        assert credential.expires_on is not None
        last = credential.expires_on + timedelta(days=1)
        ends_at = timezone.make_aware(
            datetime.combine(last, time()), timezone.get_default_timezone()
        )
        if ends_at <= until:
            name = f"credential/{credential.region}"
            yield ExpiringItem(ExpiryKind.CREDENTIAL, name, "", ends_at, credential.region)


def _secrets(organization: Organization, until: datetime) -> Iterator[ExpiringItem]:
    """Yield staged secrets that are discarded unless activated."""
    staged = Rotation.objects.filter(
        organization=organization, state=Rotation.State.STAGED, until__lte=until
    ).defer("new_sealed", "old_sealed")
    for rotation in staged:
        yield ExpiringItem(
            ExpiryKind.SECRET,
            f"secret/{rotation.pk}",
            rotation.label or str(rotation.client_id),
            rotation.until,
            rotation.region,
            rotation.service_id,
            rotation.client_id,
        )


def renewal_path(member: Member, item: ExpiringItem) -> str:
    """Return the path of the page where the item can be renewed, if the member may open it."""
    region_args = [member.organization.slug, item.region]
    match item.kind:
        case ExpiryKind.CREDENTIAL:
            is_admin = member.can(ConsolePermission.ADMINISTRATION)
            return reverse("credentials:edit", args=region_args) if is_admin else ""
        case ExpiryKind.SECRET:
            return reverse("clients:secret", args=[*region_args, item.service_id, item.client_id])
        case _ if item.client_id:
            return reverse("clients:show", args=[*region_args, item.service_id, item.client_id])
        case _:
            return reverse("services:show", args=[*region_args, item.service_id])
