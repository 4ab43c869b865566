"""Jobs that change clients; every item can be retried.

Imported when the app is ready.
"""

from django.utils.translation import gettext as _

from console.bulk.jobs import change_setting
from console.clients import actions
from console.clients.bulk.kind import CLIENT_BULK
from console.clients.rotation.staging import RotationExistsError, stage_secret
from tenants.authlete.operation import Effect
from tenants.jobs.completion import load_starter, worker_actor
from tenants.jobs.context import JobContext
from tenants.jobs.models import Item
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
    return change_setting(CLIENT_BULK, work, item)


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
