"""What nobody knows the outcome of, and settling it."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console import once
from console.access import ConsoleRequest, Member, organization_page
from console.audit import settling_all
from console.audit.lines import changes_of, line, lines, names_of
from console.audit.noting import noted
from console.audit.settling import ChosenForm, SettleForm, onward
from console.editing.forms import WhyForm
from console.page import answer, go
from tenants.audit.events import EVENTS
from tenants.audit.lost.found import Verdict
from tenants.audit.lost.rules import RULES
from tenants.audit.lost.settling import settle as write
from tenants.audit.lost.settling import unknown as found
from tenants.audit.models import AuditEntry
from tenants.authlete.errors import NotRecorded, Outcome
from tenants.jobs.models import OPEN, Job
from tenants.reconciling import look
from tenants.roles import Right

SIZE = 25  # entries a page
MOVED = gettext_lazy(
    "Authlete tells something else than when this page was drawn. Nothing was settled;"
    " look once more."
)
KNOWN = gettext_lazy("The outcome of this is known.")


@organization_page(Right.RECORD)
def unknown(request: ConsoleRequest, member: Member) -> HttpResponse:
    """What may have changed something, and nobody knows whether it did."""
    organization = member.organization.pk
    unwritten = not noted(member, "unknown outcomes")
    page = Paginator(found(organization), SIZE).get_page(request.GET.get("page"))
    entries = list(page)
    names = names_of(organization, entries)
    jobs = Job.objects.filter(organization=organization, state__in=OPEN)
    context = {
        "member": member,
        "unwritten": unwritten,
        "page": page,
        "lines": lines(entries, names, fold=False),
        "job": jobs.filter(kind=settling_all.KIND).first(),
    }
    return answer(request, "audit/unknown.html", context)


@organization_page(Right.MANAGE)
def settle_all(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Have a worker look at all that is unknown, or at what was chosen of it."""
    path = reverse("audit:unknown", args=[member.organization.slug])
    chosen = ChosenForm(request.POST or request.GET)
    if chosen.lacks:
        messages.info(request, _("Choose some first. Nothing was settled."))
        return go(request, path)
    lost = found(member.organization.pk)
    if entries := chosen.cleaned_data["entry"]:
        lost = lost.filter(entry__in=entries)
    counts = lost.order_by("operation").values_list("operation").annotate(Count("seq"))
    form = WhyForm(request.POST or None)
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, path)
        if counts:
            job = settling_all.ask(
                member,
                lost,
                reason=form.cleaned_data["reason"],
                ticket=form.cleaned_data["ticket"],
            )
            path = reverse("jobs:show", args=[member.organization.slug, job.pk])
        return once.came_to(request, form, path)
    if not counts:
        messages.info(request, _("Nothing of that is unknown any more."))
        return go(request, path)
    context = {
        "member": member,
        "chosen": chosen,
        "kinds": [(name, number, name in RULES) for name, number in counts],
        "total": sum(number for _name, number in counts),
        "form": form,
        "once": once.fresh(),
    }
    status = 422 if form.errors else 200
    return answer(request, "audit/settle_all.html", context, status=status)


@organization_page(Right.MANAGE)
def settle(request: ConsoleRequest, member: Member, entry: UUID) -> HttpResponse:
    """What Authlete tells now of a call whose outcome is unknown; then settle it."""
    organization = member.organization
    own = AuditEntry.objects.filter(organization_id=organization.pk)
    lost = get_object_or_404(own, entry=str(entry))
    path = reverse("audit:entry", args=(organization.slug, lost.entry))
    if not found(organization.pk).filter(seq=lost.seq).exists():
        messages.info(request, KNOWN)
        return go(request, path)
    form = SettleForm(request.POST or None)
    why = {name: form[name].value() or "" for name in ("reason", "ticket")}
    finding = look(member.who, organization, lost, **why)
    outcome = finding.verdict.outcome
    if outcome is None:
        form.ask()
    failure = None
    if form.is_valid() and form.cleaned_data["seen"] != (outcome or ""):
        messages.warning(request, MOVED)
    elif finding.verdict is not Verdict.NOT_YET and form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, path)
        outcome = outcome or Outcome(form.cleaned_data["outcome"])
        try:
            is_new = write(member.who, lost, outcome, str(finding.said), **why)
        except NotRecorded as error:
            once.failed(request, form)
            failure = error
        else:
            if is_new:
                messages.success(request, _("Settled. The record keeps both outcomes."))
            else:
                messages.info(request, KNOWN)
            return once.came_to(request, form, path)
    names = names_of(organization.pk, [lost])
    context = {
        "member": member,
        "entry": lost,
        "line": line([lost], names),
        "changes": changes_of(lost),
        "is_call": lost.operation not in EVENTS,
        "finding": finding,
        "outcome": outcome,
        "onward": onward(lost) if outcome is Outcome.DONE else None,
        "form": form,
        "failure": failure,
        "once": once.fresh(),
    }
    status = 422 if form.errors else 200
    return answer(request, "audit/settle.html", context, status=status)
