"""A client's secret: what uses it, and whether it has changed."""

from contextlib import suppress

from django.utils.translation import gettext_lazy as _

from console.inventory.secret_age import CHANGED, UNCHANGED
from tenants.audit.actor import Actor
from tenants.audit.events import SECRET_RESOLVE
from tenants.audit.recorder import EventDetails, record_event
from tenants.authlete.api.clients import (
    ClientApi,
)
from tenants.authlete.changes import FieldChange
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.client.rules.authentication import CLIENT_SECRET_METHODS
from tenants.authlete.documents.enums import (
    JWE_ALG,
    JWE_ALG_ASYMMETRIC,
    JWS_ALG_SYMMETRIC,
)
from tenants.authlete.errors import AuditUnavailableError, AuthleteError, Outcome
from tenants.authlete.json.reader import make_storable
from tenants.authlete.redaction.redactor import Fingerprint

# Signed or encrypted with a key that is made of the secret (OpenID Connect Core,
# section 10.2).
SYMMETRIC_ALGORITHMS = {
    *JWS_ALG_SYMMETRIC,
    *(JWE_ALG.keys() - JWE_ALG_ASYMMETRIC.keys()),
}
DERIVED_KEY_USES = {
    "idTokenSignAlg": _("Signing ID tokens"),
    "userInfoSignAlg": _("Signing UserInfo"),
    "authorizationSignAlg": _("Signing authorization responses"),
    "requestSignAlg": _("Signing request objects"),
    "idTokenEncryptionAlg": _("Encrypting ID tokens"),
    "userInfoEncryptionAlg": _("Encrypting UserInfo"),
    "authorizationEncryptionAlg": _("Encrypting authorization responses"),
    "requestEncryptionAlg": _("Encrypting request objects"),
}


def client_label(client: Client) -> str:
    """Return the client's name for audit entries."""
    return make_storable(client.client_name).strip() or str(client.client_id)


def secret_fingerprint(client: Client) -> str:
    """Return the fingerprint of a client's secret; "" without a secret."""
    found = client.get("clientSecret")
    return found.hex if isinstance(found, Fingerprint) else ""


def secret_uses(client: Client) -> list[str]:
    """Return what the secret is used for; empty if it isn't used."""
    if client.client_type == "PUBLIC":
        return []
    found = [_("Client authentication")] if client.auth_method in CLIENT_SECRET_METHODS else []
    found += [
        words
        for member, words in DERIVED_KEY_USES.items()
        if client.get_text(member) in SYMMETRIC_ALGORITHMS
    ]
    return [str(one) for one in found]


def secret_change(before: str, after: str) -> FieldChange:
    """Return the audited change of a secret, by fingerprints."""
    return FieldChange("clientSecret", Fingerprint(before), Fingerprint(after))


def check_secret_changed(
    api: ClientApi, who: Actor, before: str, audit_fields: EventDetails
) -> bool | None:
    """Check whether the secret changed after a lost response; audits the result.

    Returns None if that can't be determined.
    """
    try:
        now = secret_fingerprint(api.get())
    except AuthleteError:
        record_finding(who, None, audit_fields)
        return None
    if now != before:
        audit_fields["changes"] = [secret_change(before, now)]
    record_finding(who, now != before, audit_fields)
    return now != before


def record_finding(who: Actor, changed: bool | None, audit_fields: EventDetails) -> None:
    """Audit whether the secret changed; a failure to audit is ignored."""
    fate = Outcome.UNKNOWN if changed is None else Outcome.SUCCEEDED
    known = {True: CHANGED, False: UNCHANGED, None: ""}[changed]
    with suppress(AuditUnavailableError):
        audit_fields["object"] = known
        record_event(who, SECRET_RESOLVE, outcome=fate, **audit_fields)
