"""Resolve creations and deletions of services, clients and HSM keys."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tenants.audit.models import AuditEntry
from tenants.audit.reconciliation import evidence
from tenants.audit.reconciliation.evidence import (
    NOTHING_RECORDED,
    Evidence,
    UnresolvedCall,
    conclude_conflicting,
    conclude_failed,
    conclude_inconclusive,
    conclude_succeeded,
)
from tenants.authlete.errors import NotFoundError
from tenants.authlete.listing import list_all_clients, list_all_services
from tenants.authlete.outcome import Outcome


def check_client_deleted(call: UnresolvedCall) -> Evidence:
    """Check whether the client exists."""
    try:
        call.client.get()
    except NotFoundError as error:
        if not error.is_from_authlete:  # a gateway says so, which knows nothing of it
            raise
        deletions = evidence.find_competing_calls(call, "client.delete", "idp.remove_service")
        return _conclude_deleted(call, deletions, _("The client doesn't exist anymore."))
    return conclude_failed(_("The client still exists."))


def check_service_deleted(call: UnresolvedCall) -> Evidence:
    """Check the list, since a credential may not see the service."""
    (listed,) = list_all_services([call.authlete])
    if int(call.entry.service) in listed.items_by_id:
        return conclude_failed(_("The service still exists."))
    if listed.error:
        raise listed.error
    deletions = evidence.find_competing_calls(call, "idp.remove_service")
    return _conclude_deleted(call, deletions, _("The service doesn't exist anymore."))


def _conclude_deleted(
    call: UnresolvedCall, competing: Sequence[AuditEntry], reason: str | Promise
) -> Evidence:
    """Conclude success unless another call may have deleted it.

    Authlete rejects deleting a missing object, so what was deleted later had existed.
    """
    same_operation = [entry for entry in competing if entry.operation == call.entry.operation]
    if any(entry.outcome == Outcome.SUCCEEDED for entry in same_operation):
        return conclude_failed(_("Another call deleted it later."))
    return evidence.AMBIGUOUS if competing else conclude_succeeded(reason)


def check_service_created(call: UnresolvedCall) -> Evidence:
    """Check for a new service with the intended name."""
    (listed,) = list_all_services([call.authlete])
    if listed.error:
        raise listed.error
    name = call.value_after("serviceName")
    return _check_created(
        call,
        ("idp.create_service", "idp.remove_service"),
        [
            CreationCandidate(
                str(service.api_key),
                service.service_name or "",
                service.service_name == name,
                service.get("createdAt") or 0,
            )
            for service in listed.items
        ],
    )


def check_client_created(call: UnresolvedCall) -> Evidence:
    """Check for a new client with the intended name."""
    (listed,) = list_all_clients([(call.authlete, int(call.entry.service))])
    if listed.error:
        raise listed.error
    expected = {
        name: call.value_after(name)
        for name in ("clientName", "clientIdAlias")
        if call.value_after(name)
    }
    return _check_created(
        call,
        ("client.create", "client.delete"),
        [
            CreationCandidate(
                str(client.client_id),
                client.client_name or "",
                all(client.get(name) == value for name, value in expected.items()),
                client.created_at or 0,
            )
            for client in listed.items
        ],
    )


@dataclass(frozen=True, slots=True)
class CreationCandidate:
    """An object that the call may have created."""

    id: str
    name: str
    has_expected_name: bool  # as was intended
    created_at_ms: int  # milliseconds since 1970; 0 if unknown


def _check_created(
    call: UnresolvedCall, calls: tuple[str, str], candidates: Iterable[CreationCandidate]
) -> Evidence:
    """Check for a new object; ``calls`` are the creating and deleting operations."""
    make, remove = calls
    excluded = set(call.hints.get("others", ()))  # ids created by known calls
    fits = [
        candidate
        for candidate in candidates
        if candidate.id not in excluded
        and (
            not candidate.created_at_ms
            or evidence.is_within_call_time(call, candidate.created_at_ms)
        )
    ]
    names = [candidate.id for candidate in fits if candidate.has_expected_name]
    timed = _without_known_creator(
        call, make, [candidate for candidate in fits if not candidate.has_expected_name]
    )
    rivals = [
        entry
        for entry in evidence.find_calls_with_same_label(call, make)
        if evidence.is_nearby(call, entry) and entry.entry not in call.hints.get("told", ())
    ]
    if len(names) == 1 and all(
        candidate.created_at_ms for candidate in fits if candidate.has_expected_name
    ):
        if rivals:
            return conclude_inconclusive(
                _("Another call tried to create one with the same name at the same time."), names
            )
        return conclude_succeeded(
            gettext("It exists and was created at that time: %(id)s.") % {"id": names[0]}
        )
    if names:
        return conclude_inconclusive(_("Several match by name or creation time."), names)
    if evidence.find_calls_with_same_label(call, remove):
        return conclude_conflicting(_("None with this name exists. One was deleted since."))
    if timed:
        return conclude_inconclusive(
            _("None with this name was created at that time, but one with another name was."), timed
        )
    return conclude_failed(_("None with this name was created at that time."))


def _without_known_creator(
    call: UnresolvedCall, operation: str, candidates: Sequence[CreationCandidate]
) -> list[str]:
    """Return candidates of another name that no other call created."""
    done = Counter(entry.label for entry in evidence.find_succeeded_nearby(call, operation))
    counts = Counter(candidate.name for candidate in candidates)
    return [
        candidate.id
        for candidate in candidates
        if candidate.created_at_ms and not 0 < counts[candidate.name] <= done[candidate.name]
    ]


def check_key_created(call: UnresolvedCall) -> Evidence:
    """Check for a key with the ``kid``; the console never creates a second one."""
    kid = call.value_after("kid")
    entries = evidence.find_competing_calls(call, "key.create", "key.delete")
    if any(entry.label == kid for entry in entries):
        return evidence.AMBIGUOUS
    if any(key.kid == kid for key in call.service.hardware_keys.list()):
        return conclude_succeeded(_("A key with this name exists."))
    return conclude_failed(_("No key with this name exists."))


def check_key_deleted(call: UnresolvedCall) -> Evidence:
    """Check whether the key exists."""
    handle = call.hints.get("handle")
    if not handle:
        return NOTHING_RECORDED
    if any(key.handle == handle for key in call.service.hardware_keys.list()):
        return conclude_failed(_("The key still exists."))
    ends = [
        competing_call
        for competing_call in evidence.find_competing_calls(call, "key.delete")
        if competing_call.reconciliation_hints.get("handle") == handle
    ]
    return _conclude_deleted(call, ends, _("The key doesn't exist anymore."))


def check_batch_created(call: UnresolvedCall) -> Evidence:
    """Check the batch's status.

    Its ID is only in the response, and Authlete has no list of batches.
    """
    request_id = call.hints.get("request_id")
    if not request_id:
        return conclude_inconclusive(
            _(
                "The request ID is only in the response, and Authlete has no list of batches. "
                "If you know the ID, enter it on the page of the batch."
            )
        )
    try:
        status = call.service.token_batches.status(request_id)
    except NotFoundError as error:
        if not error.is_from_authlete:
            raise
        return conclude_inconclusive(_("Authlete has no batch with this ID."))
    size = call.hints.get("size", 0)
    match status.result:
        case "SUCCEEDED" if status.token_count == size:
            return conclude_succeeded(_("Authlete created all tokens."))
        case "FAILED" if status.token_count == 0:
            return conclude_failed(_("The batch failed before the first token."))
        case "SUCCEEDED" | "FAILED":
            return conclude_conflicting(_("Authlete created some of the tokens."))
        case None | "":
            return conclude_inconclusive(_("The batch is still running."))
        case _:
            return conclude_inconclusive(_("Authlete returned an unknown result."))
