"""An organization's credentials: trying, keeping and removing them, on the record.

The token itself is in none of it: the record and the pages know its fingerprint.
"""

from copy import copy
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import SecretStr

from tenants.audit import events
from tenants.audit.log import AuditLog
from tenants.audit.notes import doing, note
from tenants.audit.who import Who
from tenants.authlete.changes import Change
from tenants.authlete.errors import Outcome, Unauthorized
from tenants.authlete.probe import Finding, Problem, probe
from tenants.authlete.redaction import Fingerprint
from tenants.connect import connect_with, fingerprint
from tenants.models import Credential, Organization
from tenants.vault import Sealed

# When the credential may be good, and only could not be tried.
UNTRIED = {Problem.UNREACHABLE, Problem.FAILING, Problem.TOO_MANY}
UNOPENED = "unopened"  # beside the problems: no key of ours opens it


class Gone(Exception):
    """It was replaced or removed meanwhile, and nothing was changed."""


def find(organization: Organization, region: str) -> Credential | None:
    return Credential.objects.filter(organization=organization, region=region).first()


def offered(
    organization: Organization,
    region: str,
    token: str,
    number: int | None,
    expires_on: date | None = None,
) -> Credential:
    """A credential as it would be kept; a blank token is the one that is kept now.

    One that was copied out of a request brings its "Bearer" along, which is left out.
    """
    made = find(organization, region) or Credential(
        organization=organization, region=region
    )
    made.number = number
    made.expires_on = expires_on
    scheme, _space, rest = token.strip().partition(" ")
    token = rest.strip() if scheme.lower() == "bearer" else token.strip()
    if token:
        made.keep(SecretStr(token))
    return made


def attempt(who: Who, credential: Credential) -> Finding:
    """Call the region with it; what came of it is noted, and kept nowhere else.

    Raises `Unauthorized` when no key of ours opens it.
    """
    tried = copy(credential)
    if tried.number is None:
        tried.number = 0  # the identity provider is asked for no number here
    finding = probe(connect_with(tried, AuditLog(who)))
    outcome = Outcome.DONE if finding.ok else Outcome.REFUSED
    note(
        who,
        events.CREDENTIAL_PROBE,
        outcome=outcome,
        region=credential.region,
        object=_mark(credential),
        label=finding.words,
    )
    return finding


def keep(who: Who, credential: Credential, finding: Finding | None) -> list[Change]:
    """Save it, and what came of trying it; returns what differs from before.

    When nothing does, only the finding is kept. Raises `Gone` when there is another
    one by now, or none.
    """
    before = find(credential.organization, credential.region)
    changes = _changes(before, credential)
    if before is not None and before.pk == credential.pk and not changes:
        _remember(credential, finding)
        return []
    event = events.CREDENTIAL_CHANGE if before else events.CREDENTIAL_ADD
    with (
        doing(
            who,
            event,
            region=credential.region,
            object=_mark(credential),
            changes=changes,
        ),
        transaction.atomic(),
    ):
        _still(before, credential)
        credential.changed_at = timezone.now()
        credential.changed_by = who.actor
        _tell(credential, finding)
        credential.save()
    return changes


def try_again(who: Who, credential: Credential) -> Finding | None:
    """Try a kept one and remember the finding; none when no key of ours opens it."""
    try:
        finding = attempt(who, credential)
    except Unauthorized:
        seen = Credential.objects.filter(pk=credential.pk)
        seen.update(problem=UNOPENED, services=None, tried_at=timezone.now())
        return None
    _remember(credential, finding)
    return finding


def remove(who: Who, credential: Credential) -> None:
    """Raises `Gone` when it was replaced or removed meanwhile."""
    taken = Change("token", _token(credential), None)
    with (
        doing(
            who,
            events.CREDENTIAL_REMOVE,
            region=credential.region,
            object=_mark(credential),
            changes=[taken],
        ),
        transaction.atomic(),
    ):
        _still(credential, credential)
        Credential.objects.filter(pk=credential.pk).delete()


def _still(seen: Credential | None, credential: Credential) -> None:
    rows = Credential.objects.select_for_update().filter(
        organization=credential.organization_id, region=credential.region
    )
    now = rows.first()
    if (now and now.sealed) != (seen and seen.sealed):
        raise Gone(_("Somebody else has changed this credential meanwhile."))


def _changes(before: Credential | None, after: Credential) -> list[Change]:
    pairs = {
        "token": (before and _token(before), _token(after)),
        "number": (before and before.number, after.number),
        "expires": (before and _day(before), _day(after)),
    }
    return [Change(name, *pair) for name, pair in pairs.items() if pair[0] != pair[1]]


def _day(credential: Credential) -> str | None:
    return credential.expires_on.isoformat() if credential.expires_on else None


def _token(credential: Credential) -> Fingerprint | None:
    try:
        return fingerprint(credential.token)
    except Sealed:
        return None


def _mark(credential: Credential) -> str:
    token = _token(credential)
    return token.mark if token else ""


def _remember(credential: Credential, finding: Finding | None) -> None:
    _tell(credential, finding)
    if finding:
        Credential.objects.filter(pk=credential.pk).update(
            tried_at=credential.tried_at,
            problem=credential.problem,
            services=credential.services,
        )


def _tell(credential: Credential, finding: Finding | None) -> None:
    """Nothing is known of one that was not tried."""
    credential.tried_at = timezone.now() if finding else None
    credential.problem = (finding.problem or "") if finding else ""
    credential.services = finding.services if finding else None
