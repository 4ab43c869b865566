"""Kinds of keys, and what is weak or odd about one, in words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from console.audit_log.change_descriptions import CLIENT_SETTINGS, SERVICE_SETTINGS
from tenants.authlete.documents.jwks.analysis import KeyIssue
from tenants.authlete.documents.jwks.inventory import KeyLocation

type Labels = Mapping[str, str | Promise]

KIND_LABELS: Labels = {
    KeyLocation.SERVICE: _("Service set"),
    KeyLocation.HARDWARE: _("Hardware"),
    KeyLocation.FEDERATION: _("Federation set"),
    KeyLocation.CREDENTIAL: _("Credential set"),
    KeyLocation.TRUST_ANCHOR: _("Trust anchor"),
    KeyLocation.CLIENT: _("Client set"),
    KeyLocation.TRUSTED_ROOT: _("Trusted root"),
    KeyLocation.CHAIN: _("Chain certificate"),
}
ISSUE_LABELS: Labels = {
    KeyIssue.PRIVATE_IN_PUBLIC_SET: _("private part in a public set"),
    KeyIssue.SHORT_RSA: _("RSA below 2048 bits"),
    KeyIssue.SYMMETRIC: _("shared key"),
    KeyIssue.ALG_NONE: _("signs nothing (none)"),
    KeyIssue.WEAK_HASH: _("signed over SHA-1 or MD5"),
    KeyIssue.DUPLICATE_KID: _("key ID twice in its set"),
    KeyIssue.NOT_IN_SET: _("named, and in no set"),
    KeyIssue.CERTIFICATE_MISMATCH: _("certificate of another key"),
    KeyIssue.UNREADABLE: _("cannot be read"),
    KeyIssue.NO_KID: _("no key ID"),
    KeyIssue.UNKNOWN_TYPE: _("unknown type or curve"),
}
# What lets somebody in; the others are odd.
CRITICAL_ISSUES = frozenset(
    {
        KeyIssue.PRIVATE_IN_PUBLIC_SET,
        KeyIssue.SHORT_RSA,
        KeyIssue.ALG_NONE,
        KeyIssue.WEAK_HASH,
    }
)
EXPIRY_LABELS: Labels = {
    "0": _("has ended"),
    "7": _("within 7 days"),
    "30": _("within 30 days"),
    "90": _("within 90 days"),
}
USE_LABELS: Labels = {"sig": _("signs"), "enc": _("decrypts")}


def setting_label(member: str) -> str:
    """What a setting that names a key is called."""
    found = SERVICE_SETTINGS.get(member) or CLIENT_SETTINGS.get(member)
    return translated(found[1].label) if found else member
