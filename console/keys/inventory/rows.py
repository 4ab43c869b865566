"""One key or certificate in the inventory, as last synced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console.audit_log.change_descriptions import CLIENT_SETTINGS, SERVICE_SETTINGS
from console.lists.export import ExportFields
from console.models import KnownKey
from console.web.navigation import optional_path
from tenants.authlete.documents.jwks.analysis import KeyIssue
from tenants.authlete.documents.jwks.inventory import KeyLocation

# The page that manages the keys of a kind; kinds without one link to their owner.
PAGE_BY_KIND: Mapping[str, str] = {
    KeyLocation.HARDWARE: "keys:hsm_keys",
    KeyLocation.SERVICE: "keys:jwks",
}
EXPIRY_WARNING_DAYS = 30  # before a key expires, it is highlighted


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A row of the list of keys."""

    key: KnownKey
    service: str  # name of the service
    organization_slug: str
    is_stale: bool = False  # its region could not be read just now

    @property
    def title(self) -> str:
        return self.key.kid or self.key.subject

    @property
    def kind(self) -> str | Promise:
        return KIND_LABELS.get(self.key.kind, self.key.kind)

    @property
    def use(self) -> str | Promise:
        return USE_LABELS.get(self.key.use, self.key.use)

    @property
    def shape(self) -> str:
        return self.key.shape or self.key.kty

    @property
    def issues(self) -> Sequence[tuple[str | Promise, str]]:
        """Return the label of each issue and the style of its badge."""
        return [
            (ISSUE_LABELS.get(issue, issue), "bad" if issue in CRITICAL_ISSUES else "warn")
            for issue in self.key.issues.split()
        ]

    @property
    def used_by(self) -> Sequence[tuple[str, str]]:
        """Return the label and the Authlete name of each setting that names the key."""
        return [(setting_label(member), member) for member in self.key.used_by.split()]

    @property
    def has_expired(self) -> bool:
        return self.key.ends_at is not None and self.key.ends_at <= timezone.now()

    @property
    def expires_soon(self) -> bool:
        ends_at = self.key.ends_at
        return ends_at is not None and (ends_at - timezone.now()).days < EXPIRY_WARNING_DAYS

    @property
    def expires_at(self) -> datetime | None:
        return self.key.ends_at

    @property
    def path(self) -> str:
        """Return the path of the page where the key can be viewed and changed."""
        key = self.key
        args = (self.organization_slug, key.region, str(key.service_id))
        return optional_path(PAGE_BY_KIND.get(key.kind, ""), *args) or self.owner_path

    @property
    def owner_path(self) -> str:
        key = self.key
        args = [self.organization_slug, key.region, key.service_id]
        if key.client_id:
            return reverse("clients:show", args=[*args, key.client_id])
        return reverse("services:show", args=args)

    @property
    def service_path(self) -> str:
        args = [self.organization_slug, self.key.region, self.key.service_id]
        return reverse("services:show", args=args)


EXPORT_FIELDS: ExportFields[KeyRow] = {
    "region": lambda row: row.key.region,
    "service_id": lambda row: row.key.service_id,
    "service": lambda row: row.service,
    "client_id": lambda row: row.key.client_id or "",
    "owner": lambda row: row.key.owner,
    "kind": lambda row: row.key.kind,
    "kid": lambda row: row.key.kid,
    "kty": lambda row: row.key.kty,
    "use": lambda row: row.key.use,
    "alg": lambda row: row.key.alg,
    "shape": lambda row: row.key.shape,
    "thumbprint": lambda row: row.key.thumbprint,
    "subject": lambda row: row.key.subject,
    "ends_at": lambda row: row.expires_at.isoformat() if row.expires_at else "",
    "issues": lambda row: row.key.issues,
    "used_by": lambda row: row.key.used_by,
    "is_stale": lambda row: row.is_stale,
}


type Labels = Mapping[str, str | Promise]

KIND_LABELS: Labels = {
    KeyLocation.SERVICE: _("Service JWK Set"),
    KeyLocation.HARDWARE: _("HSM"),
    KeyLocation.FEDERATION: _("Federation JWK Set"),
    KeyLocation.CREDENTIAL: _("Credential JWK Set"),
    KeyLocation.TRUST_ANCHOR: _("Trust anchor"),
    KeyLocation.CLIENT: _("Client JWK Set"),
    KeyLocation.TRUSTED_ROOT: _("Trusted root"),
    KeyLocation.CHAIN: _("Chain certificate"),
}
ISSUE_LABELS: Labels = {
    KeyIssue.PRIVATE_IN_PUBLIC_SET: _("private key in public set"),
    KeyIssue.SHORT_RSA: _("RSA below 2048 bits"),
    KeyIssue.SYMMETRIC: _("symmetric key"),
    KeyIssue.ALG_NONE: _("no signature (alg none)"),
    KeyIssue.WEAK_HASH: _("SHA-1 or MD5 signature"),
    KeyIssue.DUPLICATE_KID: _("duplicate key ID"),
    KeyIssue.NOT_IN_SET: _("missing key"),
    KeyIssue.CERTIFICATE_MISMATCH: _("certificate mismatch"),
    KeyIssue.UNREADABLE: _("unreadable"),
    KeyIssue.NO_KID: _("no key ID"),
    KeyIssue.UNKNOWN_TYPE: _("unknown type or curve"),
}
# Issues that let an attacker in; the others are oddities.
CRITICAL_ISSUES = frozenset(
    {KeyIssue.PRIVATE_IN_PUBLIC_SET, KeyIssue.SHORT_RSA, KeyIssue.ALG_NONE, KeyIssue.WEAK_HASH}
)
EXPIRY_LABELS: Labels = {
    "0": _("expired"),
    "7": _("within 7 days"),
    "30": _("within 30 days"),
    "90": _("within 90 days"),
}
USE_LABELS: Labels = {"sig": _("signature"), "enc": _("encryption")}


def setting_label(member: str) -> str:
    """Return the label of a setting that names a key."""
    declared = SERVICE_SETTINGS.get(member) or CLIENT_SETTINGS.get(member)
    return gettext(declared[1].label) if declared else member
