"""Labels of the key inventory: kinds, issues, uses and expiry."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console.audit_log.change_descriptions import CLIENT_SETTINGS, SERVICE_SETTINGS
from tenants.authlete.documents.jwks.analysis import KeyIssue
from tenants.authlete.documents.jwks.inventory import KeyLocation

type Labels = Mapping[str, str | Promise]

KIND_LABELS: Labels = {
    KeyLocation.SERVICE: _("Service key set"),
    KeyLocation.HARDWARE: _("HSM"),
    KeyLocation.FEDERATION: _("Federation key set"),
    KeyLocation.CREDENTIAL: _("Credential key set"),
    KeyLocation.TRUST_ANCHOR: _("Trust anchor"),
    KeyLocation.CLIENT: _("Client key set"),
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
    {
        KeyIssue.PRIVATE_IN_PUBLIC_SET,
        KeyIssue.SHORT_RSA,
        KeyIssue.ALG_NONE,
        KeyIssue.WEAK_HASH,
    }
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
