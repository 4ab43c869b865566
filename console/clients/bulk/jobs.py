"""Jobs that change clients; every item can be retried.

Imported when the app is ready. An item whose client no longer matches the preview is
skipped and reported.
"""

from django.utils.translation import gettext as _

from console.clients import actions
from console.clients.bulk.bulk_settings import BULK_ACTIONS, BULK_SETTINGS, BulkSetting
from console.clients.bulk.forms import BulkConfirmForm
from console.clients.bulk.selections import CHANGE, BulkPreview, PreviewRow
from console.clients.rotation.staging import RotationExistsError, stage_secret
from console.forms.validation import from_plain, to_plain
from console.inventory.index import index_client
from console.web.access import Member
from tenants.authlete.api.clients import ClientApi
from tenants.authlete.documents.client import Client
from tenants.authlete.errors import StaleVersionError
from tenants.authlete.operation import Effect
from tenants.jobs import control
from tenants.jobs.completion import load_starter, worker_actor
from tenants.jobs.context import JobContext
from tenants.jobs.models import Item, Job, NewItem
from tenants.jobs.registry import ItemResult, job_handler


@job_handler("client.lock", permission=Effect.CHANGE)
def lock(work: JobContext, item: Item) -> ItemResult:
    """Lock a client."""
    return _set_lock(work, item, locked=True)


@job_handler("client.unlock", permission=Effect.CHANGE)
def unlock(work: JobContext, item: Item) -> ItemResult:
    """Unlock a client."""
    return _set_lock(work, item, locked=False)


def _set_lock(work: JobContext, item: Item, *, locked: bool) -> ItemResult:
    changed = actions.set_lock(
        work.connect(item.region),
        work.job.organization,
        item.service_id,
        item.client_id,
        item.label,
        locked=locked,
    )
    if locked:
        return ItemResult(_("Locked.") if changed else _("Already locked."), changed)
    return ItemResult(_("Unlocked.") if changed else _("Already unlocked."), changed)


@job_handler("client.set", permission=Effect.CHANGE)
def set_setting(work: JobContext, item: Item) -> ItemResult:
    """Change a setting that still has the previewed value."""
    setting = BULK_SETTINGS[item.payload["setting"]]
    expected, wanted = from_plain(item.payload["values"])
    api = _client_api(work, item)
    client = api.get()
    now = setting.value_in(client.to_dict())
    if setting.is_same(now, wanted):
        return ItemResult(_("Already had this value."), changed=False)
    if not setting.is_same(now, expected):
        raise StaleVersionError(_changed_message(setting, now), client.to_dict())
    written = api.update(client.modified_at, setting.edits(client.to_dict(), wanted))
    index_client(work.job.organization, item.region, item.service_id, written.reply)
    return ItemResult(_result_message(setting, now, wanted, written.reply))


@job_handler("client.stage_rotation", permission=Effect.REVEAL)
def stage_rotation(work: JobContext, item: Item) -> ItemResult:
    """Stage a new secret; it's revealed once, on the client's page."""
    try:
        stage_secret(
            work.connect(item.region),
            load_starter(work.job, Effect.REVEAL) or worker_actor(work.job),
            work.job.organization,
            service_id=item.service_id,
            client_id=item.client_id,
            label=item.label,
            reason=work.job.reason,
            ticket=work.job.ticket,
        )
    except RotationExistsError:
        return ItemResult(_("A rotation is already in progress."), changed=False)
    return ItemResult(_("Generated. Reveal it once on the client's page."))


def _changed_message(setting: BulkSetting, now: object) -> str:
    details = {"setting": setting.label, "value": setting.describe_value(now)}
    return _("“%(setting)s” is now: %(value)s. Create a new preview.") % details


def _result_message(setting: BulkSetting, was: object, now: object, client: Client) -> str:
    details = {"was": setting.describe_value(was), "now": setting.describe_value(now)}
    if not setting.is_same(setting.value_in(client.to_dict()), now):
        return _("Authlete stored another value. See the client's history.")
    return _("From %(was)s to %(now)s.") % details


def _client_api(work: JobContext, item: Item) -> ClientApi:
    service = work.connect(item.region).service(item.service_id)
    return service.client(item.client_id, item.label)


def start_job(member: Member, preview: BulkPreview, form: BulkConfirmForm) -> Job:
    """Start a job for the clients that the preview would change."""
    return control.start_job(
        member.actor,
        member.organization,
        BULK_ACTIONS[preview.action].job_kind,
        preview.title,
        [_job_item(preview, row) for row in preview.with_status(CHANGE)],
        **form.reason_fields,
    )


def _job_item(preview: BulkPreview, row: PreviewRow) -> NewItem:
    payload = {}
    if preview.edit:
        payload = {"setting": preview.edit.target.name, "values": to_plain([row.before, row.after])}
    return NewItem(
        row.region, row.service_id, row.client_id, row.name, payload=payload, sealed=bool(payload)
    )
