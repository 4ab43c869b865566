"""Pages of notifications and watches: the inbox, the list of watches, and their delivery.

Like columns and the time zone, they belong to one person, so changes of them aren't logged,
except for webhooks.
"""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.lists.definition import render_list
from console.models import AccountPreferences, Notification, Watch, Webhook
from console.models.watches import DeliveryChoice, visible_notifications, watches_of
from console.watches.actions import MAX_WATCHES, start_watch
from console.watches.inbox import INBOX, MAX_ROWS, build_inbox, related, target_path
from console.watches.targets import load_target
from console.watches.watch_list import WATCH_LIST, build_watch_rows
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.paths import parse_id
from console.web.responses import redirect_to, render_form, render_page
from console.web.steps import is_in_dialog
from tenants.audit.events import WEBHOOK_CHANGE
from tenants.audit.recorder import record_event
from tenants.authlete.changes import FieldChange
from tenants.organizations.roles import ConsolePermission
from tenants.outbound import mail


class WatchForm(forms.ModelForm[Watch]):
    """How notifications of a watch are delivered."""

    class Meta:
        model = Watch
        fields = ("delivery", "webhook", "is_muted")
        labels = {
            "delivery": gettext_lazy("Delivery"),
            "webhook": gettext_lazy("Webhook"),
            "is_muted": gettext_lazy("Mute"),
        }
        help_texts = {
            "webhook": gettext_lazy("Also receives each notification."),
            "is_muted": gettext_lazy("Pause notifications without losing this watch."),
        }

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        webhooks = Webhook.objects.filter(organization=member.organization)
        if member.can(ConsolePermission.ADMINISTRATION) and webhooks.exists():
            self.fields["webhook"] = forms.ModelChoiceField(
                webhooks,
                required=False,
                label=self.fields["webhook"].label,
                help_text=self.fields["webhook"].help_text,
                empty_label=_("None"),
            )
        else:
            del self.fields["webhook"]


class JobDeliveryForm(forms.ModelForm[AccountPreferences]):
    """How notifications about one's own jobs are delivered."""

    job_delivery = forms.ChoiceField(
        label=gettext_lazy("Jobs you start"),
        choices=DeliveryChoice.choices,
        required=False,
        help_text=gettext_lazy("Applies to all your organizations."),
    )

    class Meta:
        model = AccountPreferences
        fields = ("job_delivery",)


@organization_page(None)
def index(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """List the member's notifications, newest first.

    The parameter ``open`` marks one as read, and redirects to what it's about.
    """
    if "open" in request.GET:
        return _open_notification(request, member, request.GET["open"])
    notifications = related(_visible(member))[:MAX_ROWS]
    rows = build_inbox(member.organization, notifications)
    context = {"unread": sum(row.notification.read_at is None for row in rows)}
    return render_list(request, member, INBOX, rows, "watches/index.html", context)


@organization_page(None)
def mark_read(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Mark one notification as read, or all of them."""
    if request.method != "POST":
        return render_page(request, "watches/mark_read.html", {"member": member})
    if "notification" in request.POST:
        _mark_as_read(_find_notifications(member, request.POST["notification"]))
    else:
        _mark_as_read(_visible(member))
    return redirect_to(request, _path(member, "index"))


@organization_page(None)
def watches(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """List the member's watches."""
    rows = build_watch_rows(member, _own_watches(member).select_related("search"))
    context = {"jobs_label": _job_delivery(member).label, "mail_is_enabled": mail.is_enabled()}
    return render_list(request, member, WATCH_LIST, rows, "watches/watches.html", context)


@organization_page(None)
def toggle(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Watch a service, client, rule or saved search, or stop watching it."""
    key = request.POST.get("target") or request.GET.get("target", "")
    if request.method == "POST" and request.POST.get("watch") == "no":
        _own_watches(member).filter(target=key).delete()
        try:
            target = load_target(member, key)
        except Http404:  # it was deleted
            messages.success(request, _("You no longer watch this."))
            return redirect_to(request, _path(member, "watches"))
        text = _("You no longer watch “%(name)s”.")
    else:
        target = load_target(member, key)
        if request.method != "POST":
            context = {"member": member, "target": target}
            return render_page(request, "watches/toggle.html", context)
        if not start_watch(member, target):
            messages.error(
                request, _("You can have up to %(most)d watches.") % {"most": MAX_WATCHES}
            )
            return redirect_to(request, _path(member, "watches"))
        text = _("You watch “%(name)s”. Changes by others appear in your inbox.")
    if request.htmx and not is_in_dialog(request):
        context = {"member": member, "target_key": key, "has_focus": True}
        return render_page(request, "watches/button.html", context)
    messages.success(request, text % {"name": target.name})
    is_listed = request.POST.get("from") == "watches"
    return redirect_to(request, _path(member, "watches") if is_listed else target.path)


@organization_page(None)
def edit(request: ConsoleRequest, member: Member, watch: UUID) -> HttpResponse:
    """Choose how notifications of a watch are delivered, or mute it."""
    stored = get_object_or_404(_own_watches(member).select_related("search", "webhook"), pk=watch)
    (row,) = build_watch_rows(member, [stored])
    before = stored.webhook
    form = WatchForm(request.POST or None, instance=stored, member=member)
    if form.is_valid():
        _log_webhooks(member, stored.target, before, stored.webhook)
        form.save()
        messages.success(request, _("Watch of “%(name)s” saved.") % {"name": row.target.name})
        return redirect_to(request, _path(member, "watches"))
    context = {"member": member, "form": form, "row": row, "mail_is_enabled": mail.is_enabled()}
    return render_form(request, "watches/edit.html", context)


@organization_page(None)
def jobs(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Choose how notifications about one's own jobs are delivered."""
    preferences = AccountPreferences.objects.filter(user=member.user).first()
    preferences = preferences or AccountPreferences(user=member.user)
    is_posted = request.method == "POST"
    form = JobDeliveryForm(request.POST if is_posted else None, instance=preferences)
    if form.is_valid():
        AccountPreferences.objects.update_or_create(
            user=member.user, defaults={"job_delivery": form.cleaned_data["job_delivery"]}
        )
        messages.success(request, _("Delivery saved."))
        return redirect_to(request, _path(member, "watches"))
    context = {"member": member, "form": form, "mail_is_enabled": mail.is_enabled()}
    return render_form(request, "watches/jobs.html", context)


def _own_watches(member: Member) -> QuerySet[Watch]:
    return watches_of(member.user.pk, member.organization)


def _visible(member: Member) -> QuerySet[Notification]:
    return visible_notifications(member.user.pk, member.organization, member.role)


def _find_notifications(member: Member, pk: str) -> QuerySet[Notification]:
    """Return the notification with an ID, if any."""
    return _visible(member).filter(pk=parse_id(pk) or 0)


def _open_notification(request: ConsoleRequest, member: Member, pk: str) -> HttpResponse:
    notification = get_object_or_404(related(_find_notifications(member, pk)))
    _mark_as_read(Notification.objects.filter(pk=notification.pk))
    return redirect_to(request, target_path(member, notification))


def _mark_as_read(notifications: QuerySet[Notification]) -> None:
    ids = list(notifications.filter(read_at=None).values_list("pk", flat=True))
    Notification.objects.filter(pk__in=ids).update(read_at=timezone.now())


def _log_webhooks(
    member: Member, target: str, before: Webhook | None, after: Webhook | None
) -> None:
    """Log that a webhook begins or stops to receive notifications."""
    if before == after:
        return
    for webhook, change in (
        (before, FieldChange("watch", target, None)),
        (after, FieldChange("watch", None, target)),
    ):
        if webhook:
            record_event(
                member.actor,
                WEBHOOK_CHANGE,
                label=webhook.name,
                object=webhook.origin,
                changes=[change],
            )


def _job_delivery(member: Member) -> DeliveryChoice:
    preferences = AccountPreferences.objects.filter(user=member.user).first()
    return DeliveryChoice(preferences.job_delivery if preferences else "")


def _path(member: Member, page: str) -> str:
    return reverse(f"watches:{page}", args=[member.organization.slug])
