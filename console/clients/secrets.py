"""A client's secret: what needs it, how old it is, and whether it was changed."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.audit.events import SECRET_SETTLE
from tenants.audit.models import AuditEntry
from tenants.audit.notes import Told, note
from tenants.audit.who import Who
from tenants.authlete.api.clients import (
    REFRESH_SECRET,
    SET_SECRET,
    ClientApi,
)
from tenants.authlete.changes import Change
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.enums import (
    JWE_ALG,
    JWE_ALG_ASYMMETRIC,
    JWS_ALG_SYMMETRIC,
)
from tenants.authlete.errors import AuthleteError, NotRecorded, Outcome
from tenants.authlete.redaction import Fingerprint

METHODS = {"CLIENT_SECRET_BASIC", "CLIENT_SECRET_POST", "CLIENT_SECRET_JWT"}
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
CHANGES = [REFRESH_SECRET.name, SET_SECRET.name, SECRET_SETTLE.name]
# What a lost reply came to, in the record's `object`.
CHANGED, UNCHANGED = "changed", "not changed"

type Place = tuple[str, int, int]  # region, service, client


@dataclass(frozen=True)
class Age:
    """How long a secret has been in use, as far as it is known here."""

    since: datetime | None  # none where not even Authlete says when it was made
    is_exact: bool  # changed from here then; else made with the client, or later

    @property
    def days(self) -> int:
        return (timezone.now() - self.since).days if self.since else 0

    @property
    def is_overdue(self) -> bool:
        limit = timedelta(days=settings.SECRET_MAX_AGE_DAYS)
        return self.since is not None and timezone.now() - self.since > limit


def label(client: Client) -> str:
    return client.client_name.strip() or str(client.client_id)


def mark(client: Client) -> str:
    """The fingerprint of a client's secret; empty where it has none."""
    found = client.get("clientSecret")
    return found.mark if isinstance(found, Fingerprint) else ""


def uses(client: Client) -> list[str]:
    """What needs the secret, in words; nothing where it is not used."""
    if client.client_type == "PUBLIC":
        return []
    found = [_("It proves with it who it is")] if client.auth_method in METHODS else []
    found += [
        words for member, words in DERIVED.items() if client.text(member) in SYMMETRIC
    ]
    return [str(one) for one in found]


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
    return {
        (region, int(service), int(client)): datetime.fromtimestamp(at / 1e6, UTC)
        for region, service, client, at in rows
    }


def age(known: datetime | None, created_at: int) -> Age:
    """``known`` is when it was changed from here, ``created_at`` the milliseconds
    since 1970 at which the client was made."""
    if known:
        return Age(known, is_exact=True)
    made = datetime.fromtimestamp(created_at / 1000, UTC) if created_at else None
    return Age(made, is_exact=False)


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
        change = Change("clientSecret", Fingerprint(before), Fingerprint(now))
        told["changes"] = [change]
    found(who, now != before, told)
    return now != before


def found(who: Who, changed: bool | None, told: Told) -> None:
    """Keep what was found out; what cannot be kept is said all the same."""
    fate = Outcome.UNKNOWN if changed is None else Outcome.DONE
    known = {True: CHANGED, False: UNCHANGED, None: ""}[changed]
    with suppress(NotRecorded):
        told["object"] = known
        note(who, SECRET_SETTLE, outcome=fate, **told)
