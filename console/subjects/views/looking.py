from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from console import lookups
from console.access import ConsoleRequest, Member, organization_page
from console.budgets import REVEALS, SEARCHES, spend
from console.page import answer, go
from console.stepup import step_up
from console.subjects import keeping
from console.subjects.asking import asked
from console.subjects.exporting import exported
from console.subjects.forms import ReasonForm
from console.subjects.past import past
from tenants.audit.models import AuditEntry
from tenants.audit.notes import Told
from tenants.regions import regions
from tenants.roles import Right


@organization_page(Right.DESK)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    """One box: a subject, which goes into no address."""
    form = lookups.SubjectForm(request.POST or None)
    status = 422 if form.errors else 200
    if form.is_valid():
        if spend(member, SEARCHES):
            lookup = lookups.make(member, form.cleaned_data["subject"])
            slug = member.organization.slug
            return go(request, reverse("subjects:show", args=[slug, lookup.pk]))
        form.add_error("subject", SEARCHES.refusal)
        status = 429
    context = {"member": member, "form": form}
    return answer(request, "subjects/index.html", context, status=status)


@organization_page(Right.DESK)
def show(request: ConsoleRequest, member: Member, lookup: UUID) -> HttpResponse:
    """What may act for a subject, and what was done about that from here.

    A browser with scripts asks for each region by itself; one without waits for all.
    """
    found = lookups.opened(member, lookup)
    whole = "whole" in request.GET
    connected = member.regions()
    told = asked(member, found.subject) if whole else ()
    keeping.tell_ended(found.lookup, told)
    context = {
        "member": member,
        "lookup": found.lookup,
        "subject": found.subject,
        "regions": connected,
        "told": told,
        "whole": whole,
        "others": [one for one in regions().values() if one not in connected],
        "past": past(member, found.subject),
    }
    return answer(request, "subjects/show.html", context)


@organization_page(Right.DESK)
def region(
    request: ConsoleRequest, member: Member, lookup: UUID, region: str
) -> HttpResponse:
    """What one region tells."""
    found = lookups.opened(member, lookup)
    told = next(iter(asked(member, found.subject, region)), None)
    if told is None:
        raise Http404
    keeping.tell_ended(found.lookup, [told])
    context = {
        "member": member,
        "lookup": found.lookup,
        "subject": found.subject,
        "told": told,
    }
    return answer(request, "subjects/region.html", context, part="region")


@organization_page(Right.DESK)
@step_up
def export(request: ConsoleRequest, member: Member, lookup: UUID) -> HttpResponse:
    """Everything over all regions as one file, for somebody who says why."""
    found = lookups.opened(member, lookup)
    form = ReasonForm(request.POST or None)
    status = 422 if form.errors else 200
    if form.is_valid():
        if spend(member, REVEALS):
            return exported(member, found, **form.cleaned_data)
        form.add_error(None, REVEALS.refusal)
        status = 429
    context = {
        "member": member,
        "lookup": found.lookup,
        "subject": found.subject,
        "form": form,
    }
    return answer(request, "subjects/export.html", context, status=status)


@organization_page(Right.RECORD)
@step_up
def reveal(request: ConsoleRequest, member: Member, entry: UUID) -> HttpResponse:
    """Turn to the subject of an entry, which the record shows to nobody."""
    if not member.may(Right.DESK):
        raise PermissionDenied
    own = AuditEntry.objects.filter(organization_id=member.organization.pk)
    found = get_object_or_404(own, entry=str(entry), subject__gt="")
    form = ReasonForm(request.POST or None)
    status = 422 if form.errors else 200
    if form.is_valid():
        if spend(member, REVEALS):
            why = form.cleaned_data
            told = Told(object=found.entry, reason=why["reason"], ticket=why["ticket"])
            lookup = lookups.reveal(member, found.subject, told)
            slug = member.organization.slug
            return go(request, reverse("subjects:show", args=[slug, lookup.pk]))
        form.add_error(None, REVEALS.refusal)
        status = 429
    context = {"member": member, "entry": found, "form": form}
    return answer(request, "subjects/reveal.html", context, status=status)
