"""Start bulk jobs, and change one setting in them; every item can be retried.

An item whose object no longer matches the preview is skipped and reported.
"""

from django.utils.translation import gettext as _

from console.bulk.bulk_settings import BulkSetting
from console.bulk.forms import BulkConfirmForm
from console.bulk.kinds import BulkKind
from console.bulk.objects import CHANGE, PreviewRow
from console.bulk.selections import BulkPreview
from console.forms.validation import from_plain, to_plain
from console.web.access import Member
from tenants.authlete.documents.base import Document
from tenants.authlete.errors import StaleVersionError
from tenants.authlete.object_ref import ObjectRef
from tenants.jobs import control
from tenants.jobs.context import JobContext
from tenants.jobs.models import Item, Job, NewItem
from tenants.jobs.registry import ItemResult


def start_job(member: Member, preview: BulkPreview, form: BulkConfirmForm) -> Job:
    """Start a job for the objects that the preview would change."""
    return control.start_job(
        member.actor,
        member.organization,
        preview.action.job_kind,
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


def change_setting(kind: BulkKind, work: JobContext, item: Item) -> ItemResult:
    """Change a setting that still has the previewed value."""
    setting = kind.settings[item.payload["setting"]]
    expected, wanted = from_plain(item.payload["values"])
    ref = ObjectRef(item.region, item.service_id, item.client_id)
    api = kind.document.api(work.connect(item.region), ref)
    document = api.get()
    fields = document.to_dict()
    now = setting.value_in(fields)
    if setting.is_same(now, wanted):
        return ItemResult(_("Already had this value."), changed=False)
    if not setting.is_same(now, expected):
        raise StaleVersionError(_changed_message(setting, now), fields)
    written = api.update(document.modified_at, setting.edits(fields, wanted))
    kind.document.remember(work.job.organization, ref, written.reply)
    return ItemResult(_result_message(setting, now, wanted, written.reply))


def _changed_message(setting: BulkSetting, now: object) -> str:
    details = {"setting": setting.label, "value": setting.describe_value(now)}
    return _("“%(setting)s” is now: %(value)s. Create a new preview.") % details


def _result_message(setting: BulkSetting, was: object, now: object, document: Document) -> str:
    details = {"was": setting.describe_value(was), "now": setting.describe_value(now)}
    if not setting.is_same(setting.value_in(document.to_dict()), now):
        return _("Authlete stored another value. See the object's history.")
    return _("From %(was)s to %(now)s.") % details
