"""Check, save and remove an organization's credentials, with audit entries.

Pages and audit entries contain the token's fingerprint only.
"""

from copy import copy
from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import SecretStr

from tenants.audit import events
from tenants.audit.actor import Actor
from tenants.audit.recorder import AuditLogSink, record_action, record_event
from tenants.authlete.changes import FieldChange
from tenants.authlete.credential_check import CredentialCheck, CredentialProblem, check_credential
from tenants.authlete.errors import UnauthorizedError
from tenants.authlete.outcome import Outcome
from tenants.authlete.redaction.fingerprint import Fingerprint
from tenants.crypto.vault import UnsealError
from tenants.models import Credential, Organization
from tenants.organizations.api_clients import connect_with_credential, fingerprint_credential

# When the credential may be good, and only could not be tried.
INCONCLUSIVE_PROBLEMS = {
    CredentialProblem.UNREACHABLE,
    CredentialProblem.SERVER_ERROR,
    CredentialProblem.RATE_LIMITED,
}
CANNOT_UNSEAL = "unopened"  # beside the problems: no key of ours opens it


class CredentialChangedError(Exception):
    """The credential was changed meanwhile; nothing was changed."""


def find_credential(organization: Organization, region: str) -> Credential | None:
    """Return an organization's credential of a region, if any."""
    return Credential.objects.filter(organization=organization, region=region).first()


def build_credential(
    organization: Organization,
    region: str,
    token: str,
    number: int | None,
    expires_on: date | None = None,
) -> Credential:
    """Return an unsaved credential; a blank token keeps the current one.

    A "Bearer" prefix is removed.
    """
    credential = find_credential(organization, region) or Credential(
        organization=organization, region=region
    )
    credential.number = number
    credential.expires_on = expires_on
    scheme, _space, scheme_value = token.strip().partition(" ")
    token = scheme_value.strip() if scheme.lower() == "bearer" else token.strip()
    if token:
        credential.set_token(SecretStr(token))
    return credential


def probe_credential(actor: Actor, credential: Credential) -> CredentialCheck:
    """Check the credential at Authlete and record an event.

    Raises `UnauthorizedError` if it can't be decrypted.
    """
    probed = copy(credential)
    if probed.number is None:
        probed.number = 0  # the identity provider is asked for no number here
    check = check_credential(
        connect_with_credential(
            probed, AuditLogSink(actor), read_seconds=settings.PAGE_READ_SECONDS
        )
    )
    outcome = Outcome.SUCCEEDED if check.is_usable else Outcome.REJECTED
    record_event(
        actor,
        events.CREDENTIAL_PROBE,
        outcome=outcome,
        region=credential.region,
        object=_fingerprint_text(credential),
        label=check.description,
    )
    return check


def save_credential(
    actor: Actor, credential: Credential, check: CredentialCheck | None
) -> list[FieldChange]:
    """Save the credential and the check; return the changes.

    Without changes, only the check is saved. Raises `CredentialChangedError`.
    """
    before = find_credential(credential.organization, credential.region)
    changes = _diff(before, credential)
    if before is not None and before.pk == credential.pk and not changes:
        _save_probe_result(credential, check)
        return []
    event = events.CREDENTIAL_CHANGE if before else events.CREDENTIAL_ADD
    with (
        record_action(
            actor,
            event,
            region=credential.region,
            object=_fingerprint_text(credential),
            changes=changes,
        ),
        transaction.atomic(),
    ):
        _check_unchanged(before, credential)
        credential.changed_at = timezone.now()
        credential.changed_by = actor.name
        _set_probe_result(credential, check)
        credential.save()
    return changes


def recheck_credential(actor: Actor, credential: Credential) -> CredentialCheck | None:
    """Check a saved credential and store the result; None if it can't be decrypted."""
    try:
        check = probe_credential(actor, credential)
    except UnauthorizedError:
        stored = Credential.objects.filter(pk=credential.pk)
        stored.update(problem=CANNOT_UNSEAL, services=None, tried_at=timezone.now())
        return None
    _save_probe_result(credential, check)
    return check


def remove_credential(actor: Actor, credential: Credential) -> None:
    """Delete the credential; raise `CredentialChangedError`."""
    change = FieldChange("token", _token_fingerprint(credential), None)
    with (
        record_action(
            actor,
            events.CREDENTIAL_REMOVE,
            region=credential.region,
            object=_fingerprint_text(credential),
            changes=[change],
        ),
        transaction.atomic(),
    ):
        _check_unchanged(credential, credential)
        Credential.objects.filter(pk=credential.pk).delete()


def _check_unchanged(expected: Credential | None, credential: Credential) -> None:
    rows = Credential.objects.select_for_update().filter(
        organization=credential.organization_id, region=credential.region
    )
    now = rows.first()
    if (now and now.sealed) != (expected and expected.sealed):
        raise CredentialChangedError(_("Someone else changed this credential. Reload the page."))


def _diff(before: Credential | None, after: Credential) -> list[FieldChange]:
    pairs = {
        "token": (before and _token_fingerprint(before), _token_fingerprint(after)),
        "number": (before and before.number, after.number),
        "expires": (before and _format_expiry(before), _format_expiry(after)),
    }
    return [FieldChange(name, *pair) for name, pair in pairs.items() if pair[0] != pair[1]]


def _format_expiry(credential: Credential) -> str | None:
    return credential.expires_on.isoformat() if credential.expires_on else None


def _token_fingerprint(credential: Credential) -> Fingerprint | None:
    try:
        return fingerprint_credential(credential)
    except UnsealError:
        return None


def _fingerprint_text(credential: Credential) -> str:
    token = _token_fingerprint(credential)
    return token.hex if token else ""


def _save_probe_result(credential: Credential, check: CredentialCheck | None) -> None:
    _set_probe_result(credential, check)
    if check:
        Credential.objects.filter(pk=credential.pk).update(
            tried_at=credential.tried_at, problem=credential.problem, services=credential.services
        )


def _set_probe_result(credential: Credential, check: CredentialCheck | None) -> None:
    """Set the result of a check, or clear it."""
    credential.tried_at = timezone.now() if check else None
    credential.problem = (check.problem or "") if check else ""
    credential.services = check.service_count if check else None
