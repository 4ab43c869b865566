"""Looking how batches go, until each is done: by a job, so that nobody has to wait."""

from datetime import timedelta
from time import monotonic

from django.db.models import F, Min, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from console.batches.words import masked
from console.models import Batch, Chunk, Sending
from tenants.audit.lost.settling import settled
from tenants.audit.who import Who
from tenants.authlete import Authlete
from tenants.authlete.documents.tokens import TokenStatus
from tenants.authlete.errors import (
    AuthleteError,
    Distrusted,
    NotFound,
    Outcome,
    Unauthorized,
)
from tenants.authlete.operation import Effect
from tenants.jobs.kinds import Later, Result, handler
from tenants.jobs.models import OPEN, Item, Job
from tenants.jobs.models import Fate as ItemFate
from tenants.jobs.steering import NewItem, hurry, start
from tenants.jobs.work import Work

FIRST, LONGEST = 1.0, 60.0  # seconds until the next look, which double
SLICE = 5.0  # seconds of looks in a row
MISSES = 4  # looks that find no such batch, until that is believed
ANY = TokenStatus.ALL
NEED = Effect.READ

State, Fate = Batch.State, Sending.Fate


def ensure(batch: Batch, who: Who) -> None:
    """Have somebody look how it goes; not within a transaction."""
    batch.refresh_from_db(fields=["watch"])
    if Job.objects.filter(pk__in=[batch.watch], state__in=OPEN).exists():
        return
    job = start(
        who,
        batch.organization,
        "token_batch.watch",
        _("Watch %(name)s") % {"name": batch.name},
        [
            NewItem(
                batch.region,
                batch.service_id,
                label=batch.name,
                what={"batch": str(batch.pk)},
            )
        ],
        reason=batch.reason,
        ticket=batch.ticket,
    )
    Batch.objects.filter(pk=batch.pk).update(watch=job.pk)
    batch.watch = job.pk


def look_now(batch: Batch, who: Who) -> None:
    """The same, whenever the next look was due."""
    Sending.objects.filter(batch=batch, fate=Fate.RUNNING).update(again_at=None)
    ensure(batch, who)
    for job in Job.objects.filter(pk__in=[batch.watch]):
        hurry(job)


@handler("token_batch.watch", effect=NEED)
def watch(work: Work, item: Item) -> Result:
    """Look at what is due, and come again until there is nothing left to wait for."""
    batch = (
        Batch.objects.select_related("organization")
        .filter(pk=item.what["batch"], organization=work.job.organization)
        .first()
    )
    if batch is None:
        return Result(_("It is not there any more."), changed=False)
    end = monotonic() + SLICE
    authlete = work.connect(item.region)
    for sending in _due(batch):
        look(authlete, batch, sending)
        if monotonic() > end:
            break
    settle(batch)
    if not _moves(batch):
        return Result(_("It has ended."), changed=False)
    raise Later(_pause(batch))


def look(authlete: Authlete, batch: Batch, sending: Sending) -> None:
    """Ask once how one request goes; raises where the credential is refused."""
    api = authlete.service(batch.service_id).token_batches
    try:
        status = api.status(sending.request_id)
    except (Unauthorized, Distrusted):
        raise
    except NotFound as error:
        if sending.misses + 1 < MISSES:
            _again(sending, misses=F("misses") + 1)
        elif sending.is_dry:
            text = _("Authlete accepted it, and keeps no status of dry runs.")
            _end(sending, Fate.SUCCEEDED, text=text)
        else:
            text = _("Authlete knows no batch of this id.")
            _end(sending, Fate.UNKNOWN, text=text, code=error.code[:20])
        return
    except AuthleteError as error:
        _again(sending, text=masked(error.message), code=error.code[:20])
        return
    told = {
        "count": status.token_count,
        "code": (status.error_code or "")[:20],
        "text": masked(status.error_description or ""),
    }
    match status.result:
        case None | "":
            _again(sending, count=status.token_count, code="", text="", misses=0)
        case "SUCCEEDED":
            _end(sending, Fate.SUCCEEDED, **told)
        case "FAILED":
            _end(sending, Fate.FAILED, **told)
        case _:
            told["text"] = _("Authlete told a result that nobody knows.")
            _end(sending, Fate.UNKNOWN, **told)


def settle(batch: Batch) -> None:
    """Bring the state of a batch to what is known of its parts."""
    batch.refresh_from_db()
    if batch.state == State.TRYING:
        _missed(batch, is_dry=True)
        _settle_dry(batch)
    elif batch.state in (*Batch.SENT, State.UNKNOWN):
        _missed(batch, is_dry=False)
        _found_out(batch)
        _settle_run(batch)


def _settle_dry(batch: Batch) -> None:
    sendings = Sending.objects.filter(batch=batch, is_dry=True)
    if sendings.filter(fate__in=Sending.OPEN).exists():
        return
    if sendings.exclude(fate=Fate.SUCCEEDED).exists():
        batch.turn(State.UNFIT)
    else:
        batch.turn(State.TRIED, tried_at=timezone.now())


def _settle_run(batch: Batch) -> None:
    sendings = Sending.objects.filter(batch=batch, is_dry=False)
    fates = set(sendings.values_list("fate", flat=True))
    if Fate.RUNNING in fates:
        _go_to(batch, State.SUBMITTING if Fate.WAITING in fates else State.RUNNING)
        return
    made = sendings.aggregate(all=Sum("count"))["all"] or 0
    if Fate.UNKNOWN in fates:  # and then its job waits as well for somebody to look
        to = State.UNKNOWN
    elif Fate.WAITING in fates:
        _go_to(batch, State.SUBMITTING)
        return
    elif fates <= set(Sending.DONE) and not _short(batch):
        to = State.SUCCEEDED
    else:
        to = State.PARTLY if made else State.FAILED
    if to != batch.state:
        now = timezone.now()
        mail = batch.mail_at or now
        batch.turn(to, ended_at=now, mail_at=None if batch.mailed_at else mail)
    if to != State.UNKNOWN:
        refused = sendings.filter(fate=Fate.REFUSED).values("position")
        kept = Chunk.objects.filter(batch=batch).exclude(position__in=refused)
        kept.exclude(sealed="").update(sealed="")


def _go_to(batch: Batch, to: Batch.State) -> None:
    if batch.state != to:
        batch.turn(to)


def _short(batch: Batch) -> bool:
    """Whether a part that succeeded made fewer tokens than it was to."""
    parts = Sending.objects.filter(batch=batch, is_dry=False, fate__in=Sending.DONE)
    return parts.filter(count__lt=F("tokens")).exists()


def _missed(batch: Batch, *, is_dry: bool) -> None:
    """What its job came to without saying so: a worker that was killed in the middle
    of a call, or a job that was ended."""
    waiting = Sending.objects.filter(batch=batch, is_dry=is_dry, fate=Fate.WAITING)
    if not batch.job or not waiting.exists():
        return
    job = Job.objects.filter(pk=batch.job).first()
    over = job is None or job.is_over
    now = timezone.now()
    held = job is not None and job.lease_until is not None and job.lease_until > now
    in_call = []
    for item in Item.objects.filter(job=batch.job, entry__gt=""):
        place = item.what["position"]
        if item.state == ItemFate.RUNNING and held:
            in_call.append(place)
        elif item.state == ItemFate.UNKNOWN or (
            item.state == ItemFate.RUNNING and over
        ):
            waiting.filter(position=place).update(
                fate=Fate.UNKNOWN, entry=item.entry, text=item.text, ended_at=now
            )
            Chunk.objects.filter(batch=batch, position=place).update(sealed="")
    if over:
        text = _("It was not sent.")
        waiting.exclude(position__in=in_call).update(
            fate=Fate.REFUSED, text=text, ended_at=now
        )


def _found_out(batch: Batch) -> None:
    """What was settled in the record counts here as well."""
    unknown = Sending.objects.filter(batch=batch, is_dry=False, fate=Fate.UNKNOWN)
    entries = {one.entry: one for one in unknown.exclude(entry="")}
    for entry, one in settled(batch.organization_id, entries).items():
        made = one.outcome == Outcome.DONE
        unknown.filter(pk=entries[entry].pk).update(
            fate=Fate.SETTLED if made else Fate.FAILED,
            count=entries[entry].tokens if made else 0,
            text=_("Settled in the record."),
            ended_at=timezone.now(),
        )


def _due(batch: Batch) -> list[Sending]:
    ready = Q(again_at=None) | Q(again_at__lte=timezone.now())
    found = Sending.objects.filter(ready, batch=batch, fate=Fate.RUNNING)
    return list(found.order_by("again_at", "position"))


def _moves(batch: Batch) -> bool:
    """Whether there is something to wait for."""
    open_ = Sending.objects.filter(batch=batch, fate__in=Sending.OPEN)
    return batch.state in Batch.MOVING and open_.exists()


def _pause(batch: Batch) -> float:
    """Seconds until something is due."""
    running = Sending.objects.filter(batch=batch, fate=Fate.RUNNING)
    again = running.aggregate(at=Min("again_at"))["at"]
    if again is None:
        return LONGEST / 10
    seconds: float = (again - timezone.now()).total_seconds()
    return min(LONGEST, max(FIRST, seconds))


def _again(sending: Sending, **more: object) -> None:
    wait = min(LONGEST, FIRST * 2.0 ** min(sending.looks, 10))
    now = timezone.now()
    _mine(sending).update(
        looks=F("looks") + 1,
        looked_at=now,
        again_at=now + timedelta(seconds=wait),
        **more,
    )


def _end(sending: Sending, fate: Sending.Fate, **more: object) -> None:
    now = timezone.now()
    _mine(sending).update(
        fate=fate, looks=F("looks") + 1, looked_at=now, ended_at=now, **more
    )


def _mine(sending: Sending) -> QuerySet[Sending]:
    return Sending.objects.filter(pk=sending.pk, fate=Fate.RUNNING)
