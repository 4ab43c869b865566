"""What jobs do with clients, one at a time; each may be begun again.

Registered when the app is ready. A preview said what would come of each client: where
that is not so any more, nothing is written, and the item says so.
"""

from django.utils.translation import gettext as _

from console.clients import actions
from console.clients.bulk.settable import PROPERTIES, Property
from console.clients.staging import Taken, stage
from console.editing.known import remember_client
from console.forms.snapshot import real
from tenants.authlete.api.clients import ClientApi
from tenants.authlete.documents.client import Client
from tenants.authlete.errors import Stale
from tenants.authlete.operation import Effect
from tenants.jobs.endings import allowed, worker
from tenants.jobs.kinds import Result, handler
from tenants.jobs.models import Item
from tenants.jobs.work import Work


@handler("client.lock", effect=Effect.CHANGE)
def lock(work: Work, item: Item) -> Result:
    return _set_lock(work, item, locked=True)


@handler("client.unlock", effect=Effect.CHANGE)
def unlock(work: Work, item: Item) -> Result:
    return _set_lock(work, item, locked=False)


def _set_lock(work: Work, item: Item, *, locked: bool) -> Result:
    changed = actions.set_lock(
        work.connect(item.region),
        work.job.organization,
        item.service_id,
        item.client_id,
        item.label,
        locked=locked,
    )
    if locked:
        return Result(_("Locked.") if changed else _("It was locked already."), changed)
    return Result(_("Unlocked.") if changed else _("It was not locked."), changed)


@handler("client.set", effect=Effect.CHANGE)
def set_one(work: Work, item: Item) -> Result:
    """Set one setting, where it still has the value that the preview showed."""
    one = PROPERTIES[item.what["setting"]]
    was, wanted = real(item.what["values"])
    api = _api(work, item)
    client = api.get()
    now = one.of(client.wire())
    if one.same(now, wanted):
        return Result(_("It had this value already."), changed=False)
    if not one.same(now, was):
        raise Stale(_changed(one, now), client.wire())
    written = api.update(client.modified_at, one.edits(client.wire(), wanted))
    remember_client(work.job.organization, item.region, item.service_id, written.reply)
    return Result(_told(one, now, wanted, written.reply))


@handler("client.stage_rotation", effect=Effect.REVEAL)
def stage_rotation(work: Work, item: Item) -> Result:
    """Make a new secret and keep it; it is seen once, on the client's page."""
    try:
        stage(
            work.connect(item.region),
            allowed(work.job, Effect.REVEAL) or worker(work.job),
            work.job.organization,
            service_id=item.service_id,
            client_id=item.client_id,
            label=item.label,
            reason=work.job.reason,
            ticket=work.job.ticket,
        )
    except Taken:
        return Result(_("A rotation of it is under way already."), changed=False)
    return Result(_("Made. See it once, on the page of the client."))


def _changed(one: Property, now: object) -> str:
    said = {"setting": one.label, "value": one.words(now)}
    return _("“%(setting)s” is now: %(value)s. Preview it anew.") % said


def _told(one: Property, was: object, now: object, client: Client) -> str:
    said = {"was": one.words(was), "now": one.words(now)}
    if not one.same(one.of(client.wire()), now):
        return _("Sent, and Authlete made something else of it; see its history.")
    return _("From %(was)s to %(now)s.") % said


def _api(work: Work, item: Item) -> ClientApi:
    service = work.connect(item.region).service(item.service_id)
    return service.client(item.client_id, item.label)
