from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from console.users import lookups, receipt_store
from console.users.action_history import list_actions
from console.users.data_export import export_user_data
from console.users.forms import DisclosureForm
from console.users.user_search import find_user
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.rate_limits import REVEAL_LIMIT, SUBJECT_SEARCH_LIMIT, consume
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.audit.models import AuditEntry
from tenants.audit.recorder import EventDetails
from tenants.organizations.regions import get_regions
from tenants.organizations.roles import ConsolePermission


@organization_page(ConsolePermission.USERS)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Find a user; the subject is never part of a URL."""
    form = lookups.SubjectForm(request.POST or None)
    status = 422 if form.errors else 200
    if form.is_valid():
        if consume(member, SUBJECT_SEARCH_LIMIT):
            lookup = lookups.create_lookup(member, form.cleaned_data["subject"])
            slug = member.organization.slug
            return redirect_to(request, reverse("users:show", args=[slug, lookup.pk]))
        form.add_error("subject", SUBJECT_SEARCH_LIMIT.error_message)
        status = 429
    context = {"member": member, "form": form}
    return render_page(request, "users/index.html", context, status=status)


@organization_page(ConsolePermission.USERS)
def show(request: ConsoleRequest, member: Member, lookup: UUID) -> HttpResponse:
    """Show a user's connected apps and past actions.

    Browsers with scripts load each region separately.
    """
    found = lookups.get_lookup(member, lookup)
    whole = "whole" in request.GET
    connected = member.regions()
    told = find_user(member, found.subject) if whole else ()
    receipt_store.attach_revoked_apps(found.lookup, told)
    context = {
        "member": member,
        "lookup": found.lookup,
        "subject": found.subject,
        "regions": connected,
        "results": told,
        "shows_all_regions": whole,
        "unconnected_regions": [one for one in get_regions().values() if one not in connected],
        "past_actions": list_actions(member, found.subject),
    }
    return render_page(request, "users/show.html", context)


@organization_page(ConsolePermission.USERS)
def region(request: ConsoleRequest, member: Member, lookup: UUID, region: str) -> HttpResponse:
    """Show the connected apps in one region."""
    found = lookups.get_lookup(member, lookup)
    told = next(iter(find_user(member, found.subject, region)), None)
    if told is None:
        raise Http404
    receipt_store.attach_revoked_apps(found.lookup, [told])
    context = {
        "member": member,
        "lookup": found.lookup,
        "subject": found.subject,
        "result": told,
    }
    return render_page(request, "users/region.html", context, part="region")


@organization_page(ConsolePermission.USERS)
@step_up
def export(request: ConsoleRequest, member: Member, lookup: UUID) -> HttpResponse:
    """Download a user's data, after giving a reason."""
    found = lookups.get_lookup(member, lookup)
    form = DisclosureForm(request.POST or None)
    status = 422 if form.errors else 200
    if form.is_valid():
        if consume(member, REVEAL_LIMIT):
            return export_user_data(member, found, **form.cleaned_data)
        form.add_error(None, REVEAL_LIMIT.error_message)
        status = 429
    context = {
        "member": member,
        "lookup": found.lookup,
        "subject": found.subject,
        "form": form,
    }
    return render_page(request, "users/export.html", context, status=status)


@organization_page(ConsolePermission.AUDIT_LOG)
@step_up
def reveal(request: ConsoleRequest, member: Member, entry: UUID) -> HttpResponse:
    """Open the user of an entry whose subject is hidden."""
    if not member.can(ConsolePermission.USERS):
        raise PermissionDenied
    own = AuditEntry.objects.filter(organization_id=member.organization.pk)
    found = get_object_or_404(own, entry=str(entry), subject__gt="")
    form = DisclosureForm(request.POST or None)
    status = 422 if form.errors else 200
    if form.is_valid():
        if consume(member, REVEAL_LIMIT):
            why = form.cleaned_data
            told = EventDetails(object=found.entry, reason=why["reason"], ticket=why["ticket"])
            lookup = lookups.reveal_subject(member, found.subject, told)
            slug = member.organization.slug
            return redirect_to(request, reverse("users:show", args=[slug, lookup.pk]))
        form.add_error(None, REVEAL_LIMIT.error_message)
        status = 429
    context = {"member": member, "entry": found, "form": form}
    return render_page(request, "users/reveal.html", context, status=status)
