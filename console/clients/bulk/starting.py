"""Handing what was previewed over to a job."""

from console.access import Member
from console.clients.bulk.deeds import DEEDS
from console.clients.bulk.forms import ConfirmForm
from console.clients.bulk.kept import CHANGE, Preview, Row
from console.forms.snapshot import plain
from tenants.jobs import steering
from tenants.jobs.models import Job
from tenants.jobs.steering import NewItem


def start(member: Member, preview: Preview, form: ConfirmForm) -> Job:
    """Have the rows done that would change; what was seen of each goes along."""
    return steering.start(
        member.who,
        member.organization,
        DEEDS[preview.deed].kind,
        preview.title,
        [_item(preview, row) for row in preview.of(CHANGE)],
        reason=form.cleaned_data["reason"],
        ticket=form.cleaned_data["ticket"],
    )


def _item(preview: Preview, row: Row) -> NewItem:
    what = {}
    if preview.edit:
        what = {
            "setting": preview.edit.about.name,
            "values": plain([row.was, row.now]),
        }
    return NewItem(
        row.region,
        row.service_id,
        row.client_id,
        row.name,
        what=what,
        sealed=bool(what),
    )
