"""Jobs, how far they are, and what can be done about them."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console import once, receipts
from console.access import ConsoleRequest, Member, organization_page
from console.jobs import progress
from console.models import Receipt
from console.once import OnceForm
from console.page import answer
from console.stepup import step_up
from tenants.audit.who import Who
from tenants.authlete.operation import Effect
from tenants.jobs import queue, steering
from tenants.jobs.models import FAILED, OPEN, TO_DO, Fate, Item, Job, State
from tenants.jobs.steering import Settled, may_steer
from tenants.roles import Right

JOBS, ITEMS = 25, 50  # a page
STATES = {
    "open": (gettext_lazy("Not ended"), Q(state__in=OPEN)),
    "paused": (gettext_lazy("Paused"), Q(state=State.PAUSED)),
    "ended": (gettext_lazy("Ended"), ~Q(state__in=OPEN)),
    "failed": (gettext_lazy("With failures"), Q(items__state__in=FAILED)),
}
OFTEN, SELDOM = 2, 10  # seconds between two looks of a browser


@organization_page(None)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    """The organization's jobs, newest first; a help desk sees its own."""
    state = request.GET.get("state", "")
    seen = _seen(member)
    found = seen.filter(STATES[state][1]).distinct() if state in STATES else seen
    page = Paginator(found, JOBS).get_page(request.GET.get("page"))
    context = {
        "member": member,
        "page": page,
        "jobs": progress.of(page),
        "states": [(name, label) for name, (label, _fits) in STATES.items()],
        "state": state if state in STATES else "",
        "own": not member.may(Effect.READ),
        "sees_subjects": member.may(Right.DESK),
        "stalled": _stalled(seen),
    }
    return answer(request, "jobs/index.html", context)


@organization_page(None)
def show(request: ConsoleRequest, member: Member, job: UUID) -> HttpResponse:
    """One job, item by item; its page looks again by itself until it has ended."""
    found = _one(member, job)
    (told,) = progress.of([found])
    items = Item.objects.filter(job=found)
    fate = request.GET.get("outcome", "")
    if fate in Fate.values:
        items = items.filter(state=fate)
    steers = may_steer(found, member.user.pk, member.role)
    page = Paginator(items, ITEMS).get_page(request.GET.get("page"))
    ends = progress.settled(found) if told.counts.get(Fate.UNKNOWN) else {}
    context = {
        "member": member,
        "job": found,
        "progress": told,
        "fate": fate if fate in Fate.values else "",
        "fates": [
            (one, words, told.counts[one])
            for one, words in progress.WORDS.items()
            if told.counts.get(one)
        ],
        "words": progress.WORDS,
        "page": page,
        "rows": [(item, ends.get(item.entry)) for item in page],
        "summary": progress.summary(found),
        "settled_later": len(ends),
        "steers": steers,
        "receipt": receipts.of_job(member, found),
        "hides_why": told.is_of_a_subject and not member.may(Right.DESK),
        "again": steering.failed(found).count() if found.is_over and steers else 0,
        "once": once.fresh(),
        "stalled": _stalled(Job.objects.filter(pk=found.pk)),
        "every": _pace(told),
    }
    return answer(request, "jobs/show.html", context, part="job")


@organization_page(None)
def pause(request: ConsoleRequest, member: Member, job: UUID) -> HttpResponse:
    """Stop a job for now."""
    return _steer(request, member, job, "pause", steering.pause, _("Paused."))


@organization_page(None)
def resume(request: ConsoleRequest, member: Member, job: UUID) -> HttpResponse:
    """Go on with a job, or try again at once what it waits to try."""
    return _steer(request, member, job, "resume", steering.resume, _("It goes on."))


@organization_page(None)
def cancel(request: ConsoleRequest, member: Member, job: UUID) -> HttpResponse:
    """End a job; what was not begun is not done."""
    said = _("Cancelled. What was done stays as it is.")
    return _steer(
        request, member, job, "cancel", steering.cancel, said, to_receipt=True
    )


@organization_page(None)
@step_up
def retry(request: ConsoleRequest, member: Member, job: UUID) -> HttpResponse:
    """Try again what failed in a job that has ended."""
    said, act = _("Trying again."), steering.retry_failed
    return _steer(request, member, job, "retry", act, said, to_receipt=True)


def _steer(
    request: ConsoleRequest,
    member: Member,
    pk: UUID,
    name: str,
    act: Callable[[Job, Who], object],
    said: str,
    *,
    to_receipt: bool = False,
) -> HttpResponse:
    """Ask, or do it once; then back to the job, or to the receipt that it makes."""
    job = _one(member, pk)
    if not may_steer(job, member.user.pk, member.role):
        raise PermissionDenied
    receipt = receipts.of_job(member, job) if to_receipt else None
    path = _page_of(member, job, receipt)
    form = OnceForm(request.POST or None)
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, path)
        try:
            act(job, member.who)
        except Settled:
            messages.info(request, _("Nothing was changed: the job has moved on."))
        else:
            messages.success(request, said)
        return once.came_to(request, form, path)
    (told,) = progress.of([job])
    context = {
        "member": member,
        "job": job,
        "progress": told,
        "again": steering.failed(job).count(),
        "once": once.fresh(),
        "receipt": receipt,
        "undone": Item.objects.filter(job=job, state__in=TO_DO),
        "path": path,
    }
    return answer(request, f"jobs/{name}.html", context)


def _page_of(member: Member, job: Job, receipt: Receipt | None) -> str:
    name, pk = ("subjects:receipt", receipt.pk) if receipt else ("jobs:show", job.pk)
    return reverse(name, args=(member.organization.slug, pk))


def _seen(member: Member) -> QuerySet[Job]:
    found = Job.objects.filter(organization=member.organization)
    return found if member.may(Effect.READ) else found.filter(starter=member.user)


def _one(member: Member, pk: UUID) -> Job:
    return get_object_or_404(_seen(member), pk=pk)


def _stalled(jobs: QuerySet[Job]) -> bool:
    """Whether a job is to go on and nothing is there to work on it."""
    return jobs.filter(queue.due()).exists() and not queue.is_worked_on()


def _pace(told: progress.Progress) -> int:
    """Seconds until a browser looks again; 0 when there is nothing to wait for."""
    job = told.job
    if job.is_over and not told.ends_pausing:
        return 0
    starts = job.state == State.WAITING and not (told.begins_later or job.trouble)
    moves = starts or job.state == State.RUNNING or told.ends_pausing
    return OFTEN if moves else SELDOM
