"""Where the record is sent to, what came of it, and what can be done about it."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from console import once
from console.access import ConsoleRequest, Member, organization_page
from console.kinds import GROUPS
from console.models import Delivery, Webhook
from console.names import EFFECTS
from console.once import OnceForm
from console.page import answer, go
from console.stepup import step_up
from console.webhooks import actions
from console.webhooks.forms import ChangeForm, FromForm, ReplayForm, WebhookForm
from tenants.audit.who import Who
from tenants.jobs import queue
from tenants.roles import Right

MOST = 20  # webhooks of one organization
LOGGED = 20  # deliveries a page
OFTEN = 3  # seconds between two looks of a browser


@organization_page(Right.MANAGE)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    found = Webhook.objects.filter(organization=member.organization)
    context = {"member": member, "webhooks": found, **_workers()}
    return answer(request, "webhooks/index.html", context)


@organization_page(Right.MANAGE)
@step_up
def new(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Add one; the answer to the POST is the only place that ever shows its secret."""
    form = WebhookForm(request.POST or None, initial={"once": once.fresh()})
    context = {"member": member, "form": form}
    own = Webhook.objects.filter(organization=member.organization)
    if form.is_valid() and own.count() >= MOST:
        form.add_error(None, _("There can be %(most)d webhooks.") % {"most": MOST})
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, _index(member))
        webhook, secret = actions.add(
            member.who,
            member.organization,
            form.cleaned_data["url"],
            form.origin,
            form.chosen,
        )
        once.settle(request, form, _path(webhook, "show"))
        context |= {"webhook": webhook, "secret": secret}
        return answer(request, "webhooks/new.html", context)
    status = 422 if form.is_bound else 200
    return answer(request, "webhooks/new.html", context, status=status)


@organization_page(Right.MANAGE)
def show(request: ConsoleRequest, member: Member, webhook: UUID) -> HttpResponse:
    """One webhook and its log; the page looks again while something is under way."""
    found = _one(member, webhook)
    log = Delivery.objects.filter(webhook=found)
    page = Paginator(log, LOGGED).get_page(request.GET.get("page"))
    moves = log.filter(state=Delivery.State.PENDING, tries=0).exists()
    context = {
        "member": member,
        "webhook": found,
        "page": page,
        "effects": [EFFECTS[one] for one in found.effects.split() if one in EFFECTS],
        "groups": [GROUPS[one].label for one in found.groups.split() if one in GROUPS],
        "failing": log.filter(state=Delivery.State.PENDING, is_test=False).first(),
        "now": timezone.now(),
        "once": once.fresh(),
        "every": OFTEN if moves or (found.is_on and found.waiting_since) else 0,
        **_workers(),
    }
    return answer(request, "webhooks/show.html", context, part="webhook")


@organization_page(Right.MANAGE)
@step_up
def edit(request: ConsoleRequest, member: Member, webhook: UUID) -> HttpResponse:
    """Another name, address or choice; what is not taken yet follows it."""
    found = _one(member, webhook)
    initial = {"once": once.fresh()}
    form = ChangeForm(request.POST or None, initial=initial, webhook=found)
    if form.is_valid():
        path = _path(found, "show")
        if not once.claim(request, form):
            return once.again(request, form, path)
        url, origin = form.cleaned_data["url"], form.origin
        if actions.change(member.who, found, url, origin, form.chosen):
            messages.success(request, _("“%(name)s” is saved.") % {"name": found.name})
        else:
            messages.info(request, _("Nothing was changed."))
        return once.came_to(request, form, path)
    context = {"member": member, "form": form, "webhook": found}
    status = 422 if form.is_bound else 200
    return answer(request, "webhooks/edit.html", context, status=status)


@organization_page(Right.MANAGE)
def probe(request: ConsoleRequest, member: Member, webhook: UUID) -> HttpResponse:
    """Send a test, without any row of the record."""
    said = _("A worker sends a test; its answer is in the list below.")
    return _do(request, member, webhook, actions.probe, said)


@organization_page(Right.MANAGE)
def pause(request: ConsoleRequest, member: Member, webhook: UUID) -> HttpResponse:
    """Send nothing for now; what comes meanwhile waits."""
    said = _("Paused. What comes meanwhile waits.")
    return _do(request, member, webhook, actions.pause, said)


@organization_page(Right.MANAGE)
def resume(request: ConsoleRequest, member: Member, webhook: UUID) -> HttpResponse:
    """Go on where it stopped, or try again at once."""
    return _do(request, member, webhook, actions.resume, _("It goes on."))


@organization_page(Right.MANAGE)
@step_up
def replay(request: ConsoleRequest, member: Member, webhook: UUID) -> HttpResponse:
    """Have rows sent again: asked is from where, and then whether so many."""
    found = _one(member, webhook)
    path = _path(found, "show")
    form = ReplayForm(request.POST or None)
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, path)
        if actions.replay(member.who, found, form.cleaned_data["after"]):
            messages.success(request, _("The rows go again, in their order."))
        return once.came_to(request, form, path)
    asked = FromForm(request.GET or None)
    context = {"member": member, "webhook": found, "asked": asked, "form": form}
    if asked.is_valid():
        row, at = asked.cleaned_data["row"], asked.cleaned_data["at"]
        after = row - 1 if row else actions.before(found, at)
        rows = actions.again(found, after)
        confirm = ReplayForm(initial={"once": once.fresh(), "after": after})
        context |= {"first": after + 1, "rows": rows, "confirm": confirm}
        many = rows is not None and rows > actions.COUNTED
        context |= {"many": many, "counted": actions.COUNTED}
    return answer(request, "webhooks/replay.html", context)


@organization_page(Right.MANAGE)
@step_up
def rotate(request: ConsoleRequest, member: Member, webhook: UUID) -> HttpResponse:
    """Another secret, shown by the answer to the POST alone."""
    found = _one(member, webhook)
    form = OnceForm(request.POST or None, initial={"once": once.fresh()})
    context = {"member": member, "webhook": found, "form": form}
    if form.is_valid():
        path = _path(found, "show")
        if not once.claim(request, form):
            return once.again(request, form, path)
        try:
            context["secret"] = actions.rotate(member.who, found)
        except actions.Replaced:
            said = _("Somebody else has replaced the secret meanwhile.")
            messages.error(request, said)
            return once.came_to(request, form, path)
        once.settle(request, form, path)
    return answer(request, "webhooks/rotate.html", context)


@organization_page(Right.MANAGE)
@step_up
def remove(request: ConsoleRequest, member: Member, webhook: UUID) -> HttpResponse:
    """Send nothing there any more, and forget its log."""
    found = _one(member, webhook)
    if request.method == "POST":
        actions.remove(member.who, found)
        said = _("%(name)s gets nothing any more.") % {"name": found.name}
        messages.success(request, said)
        return go(request, _index(member))
    context = {"member": member, "webhook": found}
    return answer(request, "webhooks/remove.html", context)


def _do(
    request: ConsoleRequest,
    member: Member,
    webhook: UUID,
    act: Callable[[Who, Webhook], None],
    said: str,
) -> HttpResponse:
    """Ask, or do it once; then back to the webhook. The page is called as ``act``."""
    found = _one(member, webhook)
    path = _path(found, "show")
    form = OnceForm(request.POST or None)
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, path)
        act(member.who, found)
        messages.success(request, said)
        return once.came_to(request, form, path)
    context = {"member": member, "webhook": found, "once": once.fresh()}
    return answer(request, f"webhooks/{act.__name__}.html", context)


def _one(member: Member, webhook: UUID) -> Webhook:
    own = Webhook.objects.filter(organization=member.organization)
    return get_object_or_404(own.select_related("organization"), pk=webhook)


def _workers() -> dict[str, bool]:
    return {"no_worker": not queue.is_worked_on()}


def _index(member: Member) -> str:
    return reverse("webhooks:index", args=[member.organization.slug])


def _path(webhook: Webhook, page: str) -> str:
    return reverse(f"webhooks:{page}", args=[webhook.organization.slug, webhook.pk])
