"""One item: begun by one worker, tried, and kept with what became of it.

An item that is running belongs to the lease under which it was begun, and only that
lease writes its end: a worker that lost the job meanwhile writes nothing.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from tenants.authlete.errors import AuthleteError
from tenants.jobs import judging
from tenants.jobs.judging import Then
from tenants.jobs.kinds import Handler, Later
from tenants.jobs.models import Fate, Item, Job, fit
from tenants.jobs.work import Lost, Work

log = logging.getLogger(__name__)


def begin(job: Job, lease: UUID) -> Item | None:
    """The next item: those first that have not failed yet. None if none is due."""
    ready = Q(again_at=None) | Q(again_at__lte=Now())
    pending = Item.objects.filter(ready, job=job, state=Fate.PENDING)
    item = pending.order_by("tries", "position").first()
    if item is None:
        return None
    mine = Item.objects.filter(pk=item.pk, state=Fate.PENDING)
    before = {"entry": "", "text": "", "code": "", "again_at": None}
    if not mine.update(**before, state=Fate.RUNNING, lease=lease, begun=F("begun") + 1):
        raise Lost  # it was skipped meanwhile
    item.refresh_from_db()
    return item


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the job does next, and what the trouble is with a whole region."""

    then: Then = Then.GO_ON
    trouble: str = ""


def attempt(work: Work, item: Item, handler: Handler) -> Attempt:
    """Run one item, and keep what became of it."""
    failures = work.job.failures
    try:
        result = handler.run(work, item)
    except AuthleteError as error:
        return _failed(work, item, handler, error, failures)
    except Later as later:
        put_back(item, again_at=Now() + timedelta(seconds=later.seconds))
        return Attempt()
    except (Lost, DatabaseError):
        raise
    except Exception:
        log.exception("job %s failed at item %s", item.job_id, item.position)
        fate = Fate.UNKNOWN if work.watch.sent else Fate.NOT_SENT
        text = _("The console failed here; its log says how.")
        end(item, fate, text=text, **_entry(item, handler))
        return Attempt(Then.STOP)
    fate = Fate.DONE if result.changed else Fate.SAME
    told = _entry(item, handler) | ({"inputs": ""} if item.sealed else {})
    end(item, fate, text=result.text, **told)
    if work.job.failures:
        Job.objects.filter(pk=work.job.pk).update(failures=0)
        work.job.failures = 0
    return Attempt()


def _entry(item: Item, handler: Handler) -> dict[str, str]:
    """The call that changed it; what must not be begun again has noted it before."""
    return {"entry": item.entry} if handler.repeatable else {}


def end(item: Item, fate: Fate, *, text: str = "", **more: Any) -> None:
    """Keep an end; raises `Lost` when the item is not this lease's any more."""
    if not mine(item).update(state=fate, text=fit(text, 400), ended_at=Now(), **more):
        raise Lost


def put_back(item: Item, **more: Any) -> None:
    """Let it be begun again."""
    if not mine(item).update(state=Fate.PENDING, **more):
        raise Lost


def mine(item: Item) -> QuerySet[Item]:
    return Item.objects.filter(pk=item.pk, state=Fate.RUNNING, lease=item.lease)


def _failed(
    work: Work, item: Item, handler: Handler, error: AuthleteError, failures: int
) -> Attempt:
    found = judging.verdict(
        error,
        touched=bool(work.watch.sent),
        repeatable=handler.repeatable,
        tries=item.tries,
    )
    told: dict[str, Any] = {
        "text": fit(f"{_(error.title)}: {error.message}", 400),
        "code": fit(error.code, 20),
        "entry": error.request_id or item.entry,
    }
    if found.fate is not Fate.PENDING:
        end(item, found.fate, **told)
        return Attempt(found.then)
    trouble = fit(f"{item.region.upper()}: {_(error.title)}", 400)
    told["tries"] = item.tries + found.counts
    if found.then is Then.STOP:
        put_back(item, **told)
        return Attempt(found.then, trouble)
    again = Now() + timedelta(seconds=judging.pause(error, failures))
    put_back(item, again_at=again, **told)
    if found.then is Then.WAIT:
        region = Item.objects.filter(job=work.job, region=item.region)
        region.filter(state=Fate.PENDING).update(again_at=again)
    # Those that failed at the same time count as one failure.
    work.job.failures = failures + 1
    Job.objects.filter(pk=work.job.pk).update(failures=failures + 1, trouble=trouble)
    return Attempt(found.then, trouble)
