"""Pages of webhooks."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from console.audit_log.event_labels import EVENT_GROUPS
from console.lists.definition import render_list
from console.models import Delivery, Webhook
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.idempotency import IdempotentForm, idempotent
from console.web.labels import EFFECT_LABELS
from console.web.responses import redirect_to, render_form, render_page
from console.web.step_up import step_up
from console.webhooks import actions
from console.webhooks.delivery_list import DELIVERIES
from console.webhooks.forms import ConfirmReplayForm, EditWebhookForm, ReplayRangeForm, WebhookForm
from tenants.audit.actor import Actor
from tenants.audit.positions import seal_position
from tenants.jobs import queue
from tenants.organizations.roles import ConsolePermission

MAX_WEBHOOKS = 20  # per organization
REFRESH_SECONDS = 3  # polling interval of the page


@organization_page(ConsolePermission.ADMINISTRATION)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    """List the webhooks."""
    webhooks = Webhook.objects.filter(organization=member.organization)
    context = {"member": member, "webhooks": webhooks, **_worker_context()}
    return render_page(request, "webhooks/index.html", context)


@organization_page(ConsolePermission.ADMINISTRATION)
@step_up
def new(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Add a webhook; only this response shows its secret."""
    form = WebhookForm(request.POST or None)
    context = {"member": member, "form": form}
    webhooks = Webhook.objects.filter(organization=member.organization)
    if form.is_valid() and webhooks.count() >= MAX_WEBHOOKS:
        form.add_error(None, _("You can have up to %(most)d webhooks.") % {"most": MAX_WEBHOOKS})
    if form.is_valid():
        with idempotent(request, form, _index_url(member)) as submit:
            webhook, secret = actions.add(
                member.actor,
                member.organization,
                form.cleaned_data["url"],
                form.origin,
                form.settings,
            )
            submit.result_url = _webhook_url(webhook, "show")
        context |= {"webhook": webhook, "secret": secret}
        return render_form(request, "webhooks/new.html", context)
    return render_form(request, "webhooks/new.html", context)


@organization_page(ConsolePermission.ADMINISTRATION)
def show(request: ConsoleRequest, member: Member, webhook: UUID) -> HttpResponseBase:
    """Show a webhook and its deliveries."""
    hook = _get_webhook(member, webhook)
    log = Delivery.objects.filter(webhook=hook)
    moves = log.filter(state=Delivery.State.PENDING, tries=0).exists()
    context = {
        "webhook": hook,
        "effects": [
            EFFECT_LABELS[value] for value in hook.effects.split() if value in EFFECT_LABELS
        ],
        "groups": [
            EVENT_GROUPS[group].label for group in hook.groups.split() if group in EVENT_GROUPS
        ],
        "failing": log.filter(
            state=Delivery.State.PENDING, is_test=False, notifications=""
        ).first(),
        "now": timezone.now(),
        "every": REFRESH_SECONDS if moves or (hook.is_on and hook.waiting_since) else 0,
        **_worker_context(),
    }
    return render_list(
        request,
        member,
        DELIVERIES,
        list(log),
        "webhooks/show.html",
        context,
        list_id="webhook",
        part="webhook",
    )


@organization_page(ConsolePermission.ADMINISTRATION)
@step_up
def edit(request: ConsoleRequest, member: Member, webhook: UUID) -> HttpResponse:
    """Edit a webhook."""
    hook = _get_webhook(member, webhook)
    form = EditWebhookForm(request.POST or None, webhook=hook)
    if form.is_valid():
        path = _webhook_url(hook, "show")
        url, origin = form.cleaned_data["url"], form.origin
        with idempotent(request, form, path):
            if actions.change(member.actor, hook, url, origin, form.settings):
                messages.success(request, _("“%(name)s” saved.") % {"name": hook.name})
            else:
                messages.info(request, _("No changes."))
        return redirect_to(request, path)
    context = {"member": member, "form": form, "webhook": hook}
    return render_form(request, "webhooks/edit.html", context)


@organization_page(ConsolePermission.ADMINISTRATION)
def send_test(request: ConsoleRequest, member: Member, webhook: UUID) -> HttpResponse:
    """Send a test event without rows."""
    text = _("Test event queued. See the response under Deliveries.")
    return _confirm_action(request, member, webhook, actions.send_test, text)


@organization_page(ConsolePermission.ADMINISTRATION)
def pause(request: ConsoleRequest, member: Member, webhook: UUID) -> HttpResponse:
    """Pause a webhook."""
    text = _("Webhook paused. New entries are kept.")
    return _confirm_action(request, member, webhook, actions.pause, text)


@organization_page(ConsolePermission.ADMINISTRATION)
def resume(request: ConsoleRequest, member: Member, webhook: UUID) -> HttpResponse:
    """Go on where it stopped, or try again at once."""
    return _confirm_action(request, member, webhook, actions.resume, _("Webhook resumed."))


@organization_page(ConsolePermission.ADMINISTRATION)
@step_up
def replay(request: ConsoleRequest, member: Member, webhook: UUID) -> HttpResponse:
    """Choose and confirm rows to replay."""
    hook = _get_webhook(member, webhook)
    path = _webhook_url(hook, "show")
    form = ConfirmReplayForm(hook, request.POST or None)
    if form.is_valid():
        with idempotent(request, form, path):
            if actions.replay(member.actor, hook, form.cleaned_data["after"]):
                messages.success(request, _("Replay started."))
        return redirect_to(request, path)
    replay_range_form = ReplayRangeForm(hook, request.GET or None)
    context = {"member": member, "webhook": hook, "position_form": replay_range_form, "form": form}
    if replay_range_form.is_valid() and (after := replay_range_form.after) is not None:
        rows = actions.count_replay_rows(hook, after)
        sealed = seal_position(hook.organization_id, after)
        confirm = ConfirmReplayForm(hook, initial={"after": sealed})
        context |= {"rows": rows, "confirm": confirm}
        exceeds_count = rows is not None and rows > actions.MAX_COUNTED_ROWS
        context |= {"many": exceeds_count, "max_counted_rows": actions.MAX_COUNTED_ROWS}
    return render_page(request, "webhooks/replay.html", context)


@organization_page(ConsolePermission.ADMINISTRATION)
@step_up
def rotate(request: ConsoleRequest, member: Member, webhook: UUID) -> HttpResponse:
    """Rotate the secret; only this response shows it."""
    hook = _get_webhook(member, webhook)
    form = IdempotentForm(request.POST or None)
    context = {"member": member, "webhook": hook, "form": form}
    if form.is_valid():
        path = _webhook_url(hook, "show")
        with idempotent(request, form, path):
            try:
                context["secret"] = actions.rotate(member.actor, hook)
            except actions.SecretReplacedError:
                text = _("Someone else just rotated the secret. Nothing was changed.")
                messages.error(request, text)
                return redirect_to(request, path)
    return render_page(request, "webhooks/rotate.html", context)


@organization_page(ConsolePermission.ADMINISTRATION)
@step_up
def remove(request: ConsoleRequest, member: Member, webhook: UUID) -> HttpResponse:
    """Remove a webhook."""
    hook = _get_webhook(member, webhook)
    if request.method == "POST":
        actions.remove(member.actor, hook)
        text = _("Webhook “%(name)s” removed.") % {"name": hook.name}
        messages.success(request, text)
        return redirect_to(request, _index_url(member))
    context = {"member": member, "webhook": hook}
    return render_page(request, "webhooks/remove.html", context)


def _confirm_action(
    request: ConsoleRequest,
    member: Member,
    webhook: UUID,
    action: Callable[[Actor, Webhook], None],
    message: str,
) -> HttpResponse:
    """Confirm an action and run it once; the template is named after ``action``."""
    hook = _get_webhook(member, webhook)
    path = _webhook_url(hook, "show")
    form = IdempotentForm(request.POST or None)
    if form.is_valid():
        with idempotent(request, form, path):
            action(member.actor, hook)
            messages.success(request, message)
        return redirect_to(request, path)
    context = {"member": member, "webhook": hook}
    return render_page(request, f"webhooks/{action.__name__}.html", context)


def _get_webhook(member: Member, webhook: UUID) -> Webhook:
    webhooks = Webhook.objects.filter(organization=member.organization)
    return get_object_or_404(webhooks.select_related("organization"), pk=webhook)


def _worker_context() -> dict[str, bool]:
    return {"no_worker": not queue.has_live_worker()}


def _index_url(member: Member) -> str:
    return reverse("webhooks:index", args=[member.organization.slug])


def _webhook_url(webhook: Webhook, page: str) -> str:
    return reverse(f"webhooks:{page}", args=[webhook.organization.slug, webhook.pk])
