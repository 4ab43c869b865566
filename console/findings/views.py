"""Pages of findings: the violated rules, the objects that violate one, and waivers."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Min, Q, QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.findings.lists import OBJECT_LIST, RULE_LIST, SEVERITY_LABELS, ObjectRow, RuleRow
from console.findings.trend import find_trend
from console.forms.change_forms import ChangeReasonForm
from console.forms.timestamps import ExpiryDayField
from console.inventory.coverage import organization_coverage
from console.inventory.rules import RULES, SEVERITY_ORDER, SEVERITY_STYLES
from console.inventory.services import service_name_lookup
from console.lists.definition import render_list
from console.models import Finding, Waiver
from console.models.findings import current_waivers, open_findings
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.idempotency import idempotent
from console.web.paths import parse_client_ref, parse_service_ref
from console.web.responses import redirect_to, render_form, render_page
from tenants.audit.events import FINDING_UNWAIVE, FINDING_WAIVE
from tenants.audit.recorder import EventDetails, record_action
from tenants.authlete.changes import FieldChange
from tenants.authlete.documents.client.rules import CLIENT_RULES
from tenants.authlete.documents.rules import Rule
from tenants.authlete.object_ref import ObjectRef
from tenants.authlete.operation import Effect

MAX_OBJECTS = 5_000  # rows of one rule's list; an export has all of them
DEFAULT_LIFETIME = timedelta(days=90)  # of a waiver


class WaiverForm(ChangeReasonForm):
    """The reason and the last day of a waiver."""

    expires_on = ExpiryDayField(
        label=gettext_lazy("Expiry date"),
        initial=lambda: timezone.localdate() + DEFAULT_LIFETIME,
        help_text=gettext_lazy("The finding returns after this day, at most a year from now."),
    )


@organization_page(Effect.READ)
def index(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """List the violated rules, the most severe first, from the index.

    The parameter ``object`` restricts it to one service or client, such as "us/17/1001".
    """
    findings, ref = _visible_findings(member), _parse_object(request.GET.get("object", ""))
    if ref:
        findings = findings.filter(**ref._asdict())
    groups = (
        findings.filter(rule__in=RULES)
        .order_by()
        .values_list("rule")
        .annotate(
            services=Count("pk", filter=Q(client_id=0)), total=Count("pk"), oldest=Min("since")
        )
    )
    rows = [
        RuleRow(RULES[rule], services, total - services, since)
        for rule, services, total, since in groups
    ]
    rows.sort(key=lambda row: (SEVERITY_ORDER.index(row.rule.severity), row.rule.id))
    context = {
        "trend": None if ref else find_trend(member.organization),
        "object_row": _object_row(member, ref) if ref else None,
        **_coverage(member),
    }
    return render_list(request, member, RULE_LIST, rows, "findings/index.html", context)


@organization_page(Effect.READ)
def show(request: ConsoleRequest, member: Member, rule: str) -> HttpResponseBase:
    """List the services and clients that violate a rule, the oldest finding first."""
    declared = _find_rule(rule)
    findings = _visible_findings(member).filter(rule=rule).order_by("since", "pk")
    total = findings.count()
    can_waive = member.can(Effect.CHANGE)
    if "download" not in request.GET:
        findings = findings[:MAX_OBJECTS]
    service_name = service_name_lookup(member.organization)
    slug = member.organization.slug
    rows = [
        ObjectRow(finding, service_name(finding.region, finding.service_id), slug)
        for finding in findings
    ]
    context = {
        "rule_id": rule,
        "clause": declared.clause,
        "title": _(declared.title),
        "severity_label": SEVERITY_LABELS[declared.severity],
        "severity_style": SEVERITY_STYLES[declared.severity],
        "hidden_count": total - len(rows),
        "waivers": _list_waivers(member, rule),
        "can_waive": can_waive,
        **(_find_bulk_fix(member, declared) if can_waive else {}),
        **_coverage(member),
    }
    definition = OBJECT_LIST
    if not can_waive:
        definition = replace(OBJECT_LIST, columns=OBJECT_LIST.columns[:-1])
    return render_list(request, member, definition, rows, "findings/show.html", context)


@organization_page(Effect.CHANGE)
def waive(request: ConsoleRequest, member: Member, rule: str, finding: int) -> HttpResponse:
    """Accept the risk of a finding, or replace its waiver."""
    title = _find_rule(rule).title
    regions = [region.name for region in member.regions()]
    findings = Finding.objects.filter(
        organization=member.organization, rule=rule, region__in=regions
    )
    row = ObjectRow(get_object_or_404(findings, pk=finding), "", member.organization.slug)
    form = WaiverForm(request.POST or None)
    if form.is_valid():
        rule_path = _rule_path(member, rule)
        expires_on, fields = form.cleaned_data["expires_on"], form.reason_fields
        changes = [FieldChange("expires_on", None, expires_on.isoformat())]
        details = _audit_details(row) | {"changes": changes} | fields
        with (
            idempotent(request, form, rule_path),
            record_action(member.actor, FINDING_WAIVE, **details),
        ):
            Waiver.objects.update_or_create(
                organization=member.organization,
                rule=rule,
                region=row.finding.region,
                service_id=row.finding.service_id,
                client_id=row.finding.client_id,
                defaults={
                    "reason": fields["reason"],
                    "owner": member.user.get_username(),
                    "expires_on": expires_on,
                    "created_at": timezone.now(),
                },
            )
        messages.success(request, _("Finding of “%(name)s” waived.") % {"name": row.title})
        return redirect_to(request, rule_path)
    context = {"member": member, "form": form, "row": row, "rule_id": rule, "title": _(title)}
    return render_form(request, "findings/waive.html", context)


@organization_page(Effect.CHANGE)
def unwaive(request: ConsoleRequest, member: Member, rule: str, waiver: UUID) -> HttpResponse:
    """Remove a waiver, so that its finding is open again."""
    title = _find_rule(rule).title
    rows = {stored.pk: (stored, row) for stored, row in _list_waivers(member, rule)}
    if waiver not in rows:
        raise Http404
    stored_waiver, row = rows[waiver]
    if request.method == "POST":
        with record_action(member.actor, FINDING_UNWAIVE, **_audit_details(row)):
            stored_waiver.delete()
        messages.success(request, _("Waiver of “%(name)s” removed.") % {"name": row.title})
        return redirect_to(request, _rule_path(member, rule))
    context = {
        "member": member,
        "waiver": stored_waiver,
        "row": row,
        "rule_id": rule,
        "title": _(title),
    }
    return render_page(request, "findings/unwaive.html", context)


def _find_bulk_fix(member: Member, rule: Rule) -> dict[str, object]:
    """Return the path and size of the bulk change that fixes all findings of a rule."""
    if len(rule.fix) != 1:  # a bulk change has one setting
        return {}
    area = "clients" if rule in CLIENT_RULES else "services"
    count = _visible_findings(member).filter(rule=rule.id).count()
    path = reverse(f"{area}:bulk_select", args=[member.organization.slug])
    return {"fix_path": path, "fixable_count": count}


def _parse_object(text: str) -> ObjectRef | None:
    """Return the service or client that ``text`` names; raise `Http404` if it names none."""
    service = parse_service_ref(text)
    ref = ObjectRef(*service) if service else parse_client_ref(text)
    if text and not ref:
        raise Http404
    return ref


def _object_row(member: Member, ref: ObjectRef) -> ObjectRow:
    """Return the object as rows of findings name it."""
    finding = Finding.objects.filter(organization=member.organization, **ref._asdict()).first()
    return ObjectRow(finding or Finding(**ref._asdict()), "", member.organization.slug)


def _rule_path(member: Member, rule: str) -> str:
    return reverse("findings:show", args=[member.organization.slug, rule])


def _audit_details(row: ObjectRow) -> EventDetails:
    finding = row.finding
    return {
        "label": row.title,
        "object": finding.rule,
        "region": finding.region,
        "service": str(finding.service_id),
        "client": str(finding.client_id or ""),
    }


def _find_rule(rule: str) -> Rule:
    """Return the rule with an ID; raise `Http404` if there is none."""
    if rule not in RULES:
        raise Http404
    return RULES[rule]


def _list_waivers(member: Member, rule: str) -> list[tuple[Waiver, ObjectRow]]:
    """Return the current waivers of a rule with their objects, the first to expire first."""
    regions = [region.name for region in member.regions()]
    waivers = current_waivers(member.organization).filter(rule=rule, region__in=regions)
    waivers = waivers.order_by("expires_on", "created_at")
    findings = {
        (finding.region, finding.service_id, finding.client_id): finding
        for finding in Finding.objects.filter(
            organization=member.organization,
            rule=rule,
            client_id__in={waiver.client_id for waiver in waivers},
        )
    }
    service_name = service_name_lookup(member.organization)
    rows = []
    for waiver in waivers:
        ids = (waiver.region, waiver.service_id, waiver.client_id)
        # A fixed finding is known by its ID only.
        fields = ("region", "service_id", "client_id")
        finding = findings.get(ids) or Finding(rule=rule, **dict(zip(fields, ids, strict=True)))
        service = service_name(waiver.region, waiver.service_id)
        rows.append((waiver, ObjectRow(finding, service, member.organization.slug)))
    return rows


def _visible_findings(member: Member) -> QuerySet[Finding]:
    regions = [region.name for region in member.regions()]
    return open_findings(member.organization).filter(region__in=regions)


def _coverage(member: Member) -> dict[str, object]:
    regions = [region.name for region in member.regions()]
    return {"coverage": organization_coverage(member.organization, regions)}
