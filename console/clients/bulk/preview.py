"""Preview what a bulk action does to each client."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.clients.bulk.bulk_settings import LOCK, ROTATE, SET, Members, SettingEdit
from console.clients.bulk.resolver import (
    ClientMatcher,
    FetchedClient,
    build_matcher,
    client_ref,
    count_tokens_by_client,
    fetch_clients,
    fetch_services,
)
from console.clients.bulk.selections import (
    CANNOT,
    CHANGE,
    SAME,
    UNREAD,
    BulkPreview,
    ClientSelection,
    PreviewRow,
    SelectedClient,
)
from console.clients.rotation.lifecycle import open_rotations, secret_uses
from console.inventory.setting_values import CLIENT_SETTINGS, read_values
from console.web.access import Member
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.client.rules import check_client
from tenants.authlete.documents.impacts import CLIENT_IMPACTS
from tenants.authlete.documents.service import Service
from tenants.authlete.errors import AuthleteError
from tenants.authlete.object_ref import ObjectRef

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


def build_preview(
    member: Member, choice: ClientSelection, action: str, edit: SettingEdit | None = None
) -> BulkPreview:
    """Fetch every selected client and preview the action; nothing changes."""
    clients = fetch_clients(member, [client_ref(client) for client in choice.clients])
    is_matching, preview_change = (
        build_matcher(member, choice),
        _row_previewer(member, choice.clients, action, edit),
    )
    rows = [
        _preview_row(client, clients[client_ref(client)], is_matching, preview_change)
        for client in choice.clients
    ]
    if action == LOCK:
        rows = _count_tokens(member, rows)
    return BulkPreview(action, rows, timezone.now(), edit)


type RowPreviewer = Callable[[PreviewRow, Client], PreviewRow]


def _row_previewer(
    member: Member, clients: Sequence[SelectedClient], action: str, edit: SettingEdit | None
) -> RowPreviewer:
    """Return the function that previews the action for one of the clients."""
    if action == ROTATE:
        return partial(_preview_rotation, taken=open_rotations(member.organization).keys())
    if action == SET:
        assert edit is not None
        return partial(_preview_setting, edit=edit, services=fetch_services(member, clients))
    return partial(_preview_lock, is_locked=action == LOCK)


def _preview_row(
    client: SelectedClient,
    fetched: FetchedClient,
    is_matching: ClientMatcher,
    preview_change: RowPreviewer,
) -> PreviewRow:
    row = PreviewRow(client.region, client.service_id, client.client_id, client.name)
    if fetched is None:
        return replace(row, status=CANNOT, reason=_("Deleted."))
    if isinstance(fetched, AuthleteError):
        details = {"title": _(fetched.title), "message": fetched.message}
        return replace(row, status=UNREAD, reason=_("%(title)s: %(message)s") % details)
    row = replace(row, name=fetched.client_name or fetched.alias)
    if not _is_limited(fetched) and not is_matching(client_ref(client), fetched):
        reason = _("No longer matches the search.")
        return replace(row, status=CANNOT, reason=reason)
    return preview_change(row, fetched)


def _is_limited(client: Client) -> bool:
    """Return whether the credential can read only the name."""
    return client.get("modifiedAt") is None


def _preview_lock(row: PreviewRow, client: Client, *, is_locked: bool) -> PreviewRow:
    if _is_limited(client):
        note = _("The credential can't read whether it's locked.")
        return replace(row, after=is_locked, notes=[note])
    if client.is_locked is is_locked:
        reason = _("Already locked.") if is_locked else _("Not locked.")
        return replace(row, status=SAME, reason=reason)
    return replace(row, before=client.is_locked, after=is_locked)


def _preview_setting(
    row: PreviewRow,
    client: Client,
    *,
    edit: SettingEdit,
    services: Mapping[ObjectRef, Service | AuthleteError],
) -> PreviewRow:
    if _is_limited(client):
        reason = _("The credential can read only part of the client. Saving would erase the rest.")
        return replace(row, status=CANNOT, reason=reason)
    setting = edit.target
    before = setting.value_in(client.to_dict())
    after = edit.apply_to(before)
    if setting.is_same(before, after):
        return replace(row, status=SAME, reason=_("Already has this value."), before=before)
    if problems := setting.problems(after, before):
        return replace(row, status=CANNOT, reason=" ".join(problems), before=before, after=after)
    service = services.get(ObjectRef(row.region, row.service_id))
    notes = list(_warnings(client, setting.edits(client.to_dict(), after), service))
    return replace(row, notes=notes, before=before, after=after)


def _warnings(
    client: Client, edits: Members, service: Service | AuthleteError | None
) -> Iterator[str]:
    """Yield what the change would break, and who might overwrite it."""
    before = client.to_dict()
    violations = set(check_client(before))
    after = {n: v for n, v in (before | dict(edits)).items() if v is not None}
    for finding in check_client(after):
        if finding not in violations:
            yield _(finding.message)
    if isinstance(service, Service):
        values = [read_values(members, CLIENT_SETTINGS) for members in (before, after)]
        for impact in CLIENT_IMPACTS.new_conflicts(service.to_dict(), *values):
            yield _(impact.message)
    if words := OVERWRITE_WARNINGS.get(client.source):
        yield str(words)
    elif client.get("dynamicallyRegistered") is True:
        yield str(OVERWRITE_WARNINGS["DYNAMIC_REGISTRATION"])


def _preview_rotation(
    row: PreviewRow, client: Client, *, taken: Container[ObjectRef]
) -> PreviewRow:
    if client_ref(row) in taken:
        return replace(row, status=SAME, reason=_("A rotation is already in progress."))
    if _is_limited(client):
        note = _("The credential can't read whether the secret is used.")
        return replace(row, notes=[note])
    if not secret_uses(client):
        return replace(row, status=CANNOT, reason=_("The secret isn't used."))
    return row


def _count_tokens(member: Member, rows: Sequence[PreviewRow]) -> list[PreviewRow]:
    """Add the number of active tokens to the rows that would be locked."""
    counts = count_tokens_by_client(
        member, [client_ref(row) for row in rows if row.status == CHANGE]
    )
    return [replace(row, tokens=counts.get(client_ref(row))) for row in rows]
