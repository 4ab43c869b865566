"""Bulk changes of clients: their actions and previews."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from functools import partial

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from console.bulk.bulk_settings import Members, group_settings
from console.bulk.documents import RegionApis
from console.bulk.kinds import (
    SET,
    AffectedCount,
    BulkAction,
    BulkKind,
    Impact,
    ImpactMeasure,
    RowPreviewer,
)
from console.bulk.objects import CANNOT, SAME, PreviewRow
from console.bulk.preview import is_limited
from console.clients.bulk import resolver
from console.clients.rotation.lifecycle import open_rotations, secret_uses
from console.documents.kinds import CLIENT_KIND
from console.inventory.setting_values import CLIENT_SETTINGS, read_values
from console.web.access import Member
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.client.rules import CLIENT_RULES
from tenants.authlete.documents.impacts import CLIENT_IMPACTS
from tenants.authlete.documents.service import Service
from tenants.authlete.errors import AuthleteError
from tenants.authlete.fanout import gather
from tenants.authlete.object_ref import ObjectRef
from tenants.authlete.operation import Effect

UNIQUE_MEMBERS = {"clientIdAlias"}  # no two clients of a service can have the same
MAX_TOKEN_COUNTS = 100  # clients of which the tokens are counted, a call each

# Registration sources whose clients can overwrite their own settings.
OVERWRITE_WARNINGS: Mapping[str, str | Promise] = {
    "DYNAMIC_REGISTRATION": gettext_lazy(
        "Registered dynamically; the client may change this back."
    ),
    "AUTOMATIC_REGISTRATION": gettext_lazy(
        "Registered by a federation, which may change this back."
    ),
    "EXPLICIT_REGISTRATION": gettext_lazy(
        "Registered by a federation, which may change this back."
    ),
    "METADATA_DOCUMENT": gettext_lazy("Its metadata document may change this back."),
}


def impact_measure(member: Member, refs: Sequence[ObjectRef]) -> ImpactMeasure:
    """Return how to find what the services of the clients reject, and who overwrites a change."""
    service_refs = list(dict.fromkeys(ref._replace(client_id=0) for ref in refs))
    connected = list(RegionApis(member).pairs_for(service_refs))
    replies = gather((api, api.service(ref.service_id).get) for ref, api in connected)
    services = {ref: reply for (ref, _api), reply in zip(connected, replies, strict=True)}

    def measure(ref: ObjectRef, client: Client, after: Members) -> Impact:
        notes = []
        service = services.get(ref._replace(client_id=0))
        if isinstance(service, Service):
            values = [read_values(fields, CLIENT_SETTINGS) for fields in (client.to_dict(), after)]
            conflicts = CLIENT_IMPACTS.new_conflicts(service.to_dict(), *values)
            notes = [_(impact.message) for impact in conflicts]
        if warning := _overwrite_warning(client):
            notes.append(warning)
        return Impact(notes)

    return measure


def _overwrite_warning(client: Client) -> str:
    """Return who might overwrite a change of the client, or an empty text."""
    source = client.source
    if source not in OVERWRITE_WARNINGS and client.get("dynamicallyRegistered") is True:
        source = "DYNAMIC_REGISTRATION"
    return str(OVERWRITE_WARNINGS.get(source, ""))


def _preview_lock(row: PreviewRow, client: Client, *, is_locked: bool) -> PreviewRow:
    if is_limited(client):
        note = _("The credential can't read whether it's locked.")
        return replace(row, after=is_locked, notes=[note])
    if client.is_locked is is_locked:
        reason = _("Already locked.") if is_locked else _("Not locked.")
        return replace(row, status=SAME, reason=reason)
    return replace(row, before=client.is_locked, after=is_locked)


def _lock_previewer(_member: Member) -> RowPreviewer:
    return partial(_preview_lock, is_locked=True)


def _unlock_previewer(_member: Member) -> RowPreviewer:
    return partial(_preview_lock, is_locked=False)


def _rotation_previewer(member: Member) -> RowPreviewer:
    return partial(_preview_rotation, taken=open_rotations(member.organization).keys())


def _preview_rotation(
    row: PreviewRow, client: Client, *, taken: Container[ObjectRef]
) -> PreviewRow:
    if row.ref in taken:
        return replace(row, status=SAME, reason=_("A rotation is already in progress."))
    if is_limited(client):
        note = _("The credential can't read whether the secret is used.")
        return replace(row, notes=[note])
    if not secret_uses(client):
        return replace(row, status=CANNOT, reason=_("The secret isn't used."))
    return row


def count_tokens(member: Member, refs: Sequence[ObjectRef]) -> Mapping[ObjectRef, int]:
    """Count the active tokens of each client; failed counts are left out."""
    connected = list(RegionApis(member).pairs_for(refs[:MAX_TOKEN_COUNTS]))
    counts = gather(
        (api, partial(api.service(service).tokens.count, client))
        for (_, service, client), api in connected
    )
    return {
        ref: count
        for (ref, _), count in zip(connected, counts, strict=True)
        if not isinstance(count, AuthleteError)
    }


ACTIONS = (
    BulkAction(
        "lock",
        "client.lock",
        Effect.CHANGE,
        "lock",
        gettext_lazy("Lock"),
        gettext_lazy(
            "The clients can't get new tokens until they are unlocked. Existing tokens are "
            "not revoked."
        ),
        ngettext_lazy("Lock %(count)d client", "Lock %(count)d clients", "count"),
        _lock_previewer,
        AffectedCount(
            "active_tokens",
            gettext_lazy("Active tokens"),
            ngettext_lazy(
                "%(count)d active token is affected.",
                "%(count)d active tokens are affected.",
                "count",
            ),
            ngettext_lazy(
                "At least %(count)d active token is affected.",
                "At least %(count)d active tokens are affected.",
                "count",
            ),
        ),
        count_tokens,
        is_dangerous=True,
    ),
    BulkAction(
        "unlock",
        "client.unlock",
        Effect.CHANGE,
        "unlock",
        gettext_lazy("Unlock"),
        gettext_lazy("The clients can be used again."),
        ngettext_lazy("Unlock %(count)d client", "Unlock %(count)d clients", "count"),
        _unlock_previewer,
    ),
    BulkAction(
        SET,
        "client.set",
        Effect.CHANGE,
        "edit",
        gettext_lazy("Change a setting"),
        gettext_lazy("Set the same value for all clients, or add and remove list entries."),
        ngettext_lazy(
            "Set “%(setting)s” of %(count)d client",
            "Set “%(setting)s” of %(count)d clients",
            "count",
        ),
    ),
    BulkAction(
        "rotate",
        "client.stage_rotation",
        Effect.REVEAL,
        "key",
        gettext_lazy("Stage new secrets"),
        gettext_lazy(
            "Generate a new secret for each client. The current secret works until you "
            "activate the new one on the client's page."
        ),
        ngettext_lazy(
            "Start %(count)d staged rotation", "Start %(count)d staged rotations", "count"
        ),
        _rotation_previewer,
    ),
)
CLIENT_BULK = BulkKind(
    CLIENT_KIND,
    gettext_lazy("Client"),
    gettext_lazy("Clients"),
    group_settings(CLIENT_KIND, UNIQUE_MEMBERS),
    {action.name: action for action in ACTIONS},
    tuple(CLIENT_RULES),
    resolver.resolve_all_clients,
    resolver.build_client_matcher,
    resolver.fetch_client_lists,
    resolver.client_list_url,
    resolver.find_client_names,
    impact_measure,
)
