"""What a job does to revoke everything of a subject, one service at a time."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.models import Receipt
from console.subjects import keeping
from console.subjects.everywhere import KIND, service_item
from console.subjects.lines import Kept, Overtaken, Trouble, opened
from console.subjects.noting import note_made
from console.subjects.revoking import Revoking
from tenants.authlete.errors import (
    AuthleteError,
    Distrusted,
    Forbidden,
    Unauthorized,
)
from tenants.authlete.listing import all_services
from tenants.jobs.endings import worker
from tenants.jobs.kinds import Result, handler
from tenants.jobs.models import Item, Job
from tenants.jobs.work import Lost, Work
from tenants.roles import Right

AT_ONCE = 32  # services, of all regions in turn; half of what a search asks of one


def made(job: Job) -> None:
    """The receipt is whole, until something is tried again."""
    if receipt := Receipt.objects.filter(job=job.pk).first():
        note_made(worker(job), receipt.pk)


@handler(KIND, effect=Right.DESK, at_once=AT_ONCE, ended=made, of_a_subject=True)
def revoke_all(work: Work, item: Item) -> Result:
    """End all that acts for the subject at one service; begun again, it goes on from
    what it has kept."""
    receipt = Receipt.objects.get(pk=item.what["receipt"])
    keeping.done_by(receipt, work.job)
    try:
        if not item.service_id:
            return _list(work, item)
        return _revoke(work, item, receipt)
    except (Unauthorized, Distrusted) as error:
        # A credential of one region must not hold up the others.
        refused = Forbidden(error.message, status=error.status, code=error.code)
        refused.request_id = error.request_id
        raise refused from None


def _revoke(work: Work, item: Item, receipt: Receipt) -> Result:
    kept = opened(receipt, item.region, item.service_id)
    try:
        service = work.connect(item.region).service(item.service_id)
        Revoking(service, item.what["subject"], kept).everything()
    except Overtaken:
        raise Lost from None
    except AuthleteError as error:
        if not kept.troubles:
            kept.trouble = Trouble.of(error)
            kept.keep(is_over=True)
        raise
    return _said(kept)


def _said(kept: Kept) -> Result:
    """In numbers; every reader of the job sees it."""
    if not kept.lines:
        return Result(_("Nothing was there."), changed=False)
    apps = len(kept.lines)
    tokens = sum(line.revoked or 0 for line in kept.lines.values())
    said = (
        ngettext("%(count)d app", "%(count)d apps", apps) % {"count": apps},
        ngettext("%(count)d token ended", "%(count)d tokens ended", tokens)
        % {"count": tokens},
    )
    return Result(", ".join(said) + ".")


def _list(work: Work, item: Item) -> Result:
    """List the services of a region, and have each done that is not to be done yet."""
    (listed,) = all_services([work.connect(item.region)])
    count = work.add(
        service_item(item.region, one.api_key, one.service_name, item.what)
        for one in listed.all
    )
    if listed.error:
        raise listed.error
    said = ngettext(
        "%(count)d service was added.", "%(count)d services were added.", count
    )
    return Result(said % {"count": count}, changed=bool(count))
