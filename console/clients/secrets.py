"""A client's secret: what needs it, and whether it was changed."""

from contextlib import suppress

from django.utils.translation import gettext_lazy as _

from console.editing.secret_ages import CHANGED, UNCHANGED
from tenants.audit.events import SECRET_SETTLE
from tenants.audit.notes import Told, note
from tenants.audit.who import Who
from tenants.authlete.api.clients import (
    ClientApi,
)
from tenants.authlete.changes import Change
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.client.rules.proof import SECRETS
from tenants.authlete.documents.enums import (
    JWE_ALG,
    JWE_ALG_ASYMMETRIC,
    JWS_ALG_SYMMETRIC,
)
from tenants.authlete.errors import AuthleteError, NotRecorded, Outcome
from tenants.authlete.reading import storable
from tenants.authlete.redaction import Fingerprint

# Signed or encrypted with a key that is made of the secret (OpenID Connect Core,
# section 10.2).
SYMMETRIC = {*JWS_ALG_SYMMETRIC, *(JWE_ALG.keys() - JWE_ALG_ASYMMETRIC.keys())}
DERIVED = {
    "idTokenSignAlg": _("ID tokens are signed with it"),
    "userInfoSignAlg": _("User info is signed with it"),
    "authorizationSignAlg": _("Authorization responses are signed with it"),
    "requestSignAlg": _("Request objects are signed with it"),
    "idTokenEncryptionAlg": _("ID tokens are encrypted with it"),
    "userInfoEncryptionAlg": _("User info is encrypted with it"),
    "authorizationEncryptionAlg": _("Authorization responses are encrypted with it"),
    "requestEncryptionAlg": _("Request objects are encrypted with it"),
}


def label(client: Client) -> str:
    return storable(client.client_name).strip() or str(client.client_id)


def mark(client: Client) -> str:
    """The fingerprint of a client's secret; empty where it has none."""
    found = client.get("clientSecret")
    return found.mark if isinstance(found, Fingerprint) else ""


def uses(client: Client) -> list[str]:
    """What needs the secret, in words; nothing where it is not used."""
    if client.client_type == "PUBLIC":
        return []
    found = [_("It proves with it who it is")] if client.auth_method in SECRETS else []
    found += [
        words for member, words in DERIVED.items() if client.text(member) in SYMMETRIC
    ]
    return [str(one) for one in found]


def replaced(before: str, after: str) -> Change:
    """What the record says of a secret that is replaced, by their fingerprints."""
    return Change("clientSecret", Fingerprint(before), Fingerprint(after))


def settle(api: ClientApi, who: Who, before: str, told: Told) -> bool | None:
    """Whether the secret is another than ``before``, after a reply that was lost.

    None where that cannot be found out either. The record keeps what was found.
    """
    try:
        now = mark(api.get())
    except AuthleteError:
        found(who, None, told)
        return None
    if now != before:
        told["changes"] = [replaced(before, now)]
    found(who, now != before, told)
    return now != before


def found(who: Who, changed: bool | None, told: Told) -> None:
    """Keep what was found out; what cannot be kept is said all the same."""
    fate = Outcome.UNKNOWN if changed is None else Outcome.DONE
    known = {True: CHANGED, False: UNCHANGED, None: ""}[changed]
    with suppress(NotRecorded):
        told["object"] = known
        note(who, SECRET_SETTLE, outcome=fate, **told)
