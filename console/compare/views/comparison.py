"""Pages that compare services or clients, and promote settings from one to another."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from console.compare import picker
from console.compare.comparison import compare_operands
from console.compare.drift import accepted_members
from console.compare.operands import MAX_OPERANDS, Operand, load_operands, parse_operand
from console.compare.promotion import PromotionForm, plan_promotion, promotion_reason
from console.editing import drafts
from console.editing.restore import draft_conflict_messages
from console.models import Twin
from console.models.twins import twins_of
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.paths import OPERAND_PARAMS, compare_path
from console.web.responses import redirect_to, render_form, render_page
from tenants.authlete.documents.base import Document
from tenants.authlete.operation import Effect


@organization_page(Effect.READ)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Compare two to four services or clients, or pick another one to compare."""
    keys = [*dict.fromkeys(key for param in OPERAND_PARAMS if (key := request.GET.get(param)))]
    if selected := request.GET.getlist("object") + request.POST.getlist("object"):
        if len(selected) > MAX_OPERANDS:
            text = _("Only the first %(count)s of your selection are compared.")
            messages.info(request, text % {"count": MAX_OPERANDS})
        return redirect_to(request, compare_path(member.organization.slug, selected[:MAX_OPERANDS]))
    if len(keys) < 2 or "pick" in request.GET:
        return _pick(request, member, keys)
    operands = load_operands(member, keys)
    context = _operand_context(member, keys, operands)
    readable = [operand for operand in operands if operand.document]
    if len({operand.target.kind.name for operand in operands}) > 1:
        context["is_mixed"] = True
    elif len(readable) > 1:
        twin, accepted = _find_twin(member, operands)
        context |= {
            "twin": twin,
            "can_keep_alike": len(operands) == 2 and not twin and _is_pair(operands),
            "table": compare_operands(readable, accepted),
            "targets": [operand for operand in readable if operand.is_current],
            "shows_equal": "all" in request.GET,
            "readable": readable,
        }
    return render_page(request, "compare/index.html", context)


def _find_twin(member: Member, operands: Sequence[Operand]) -> tuple[Twin | None, Sequence[str]]:
    """Return the twins whose sides are compared, and their accepted differences."""
    by_key = {operand.key: operand for operand in operands}
    regions = [region.name for region in member.regions()]
    for twin in twins_of(member.organization, operands[-1].target.ref):
        first, second = (by_key.get(key) for key in twin.keys)
        is_visible = {twin.first_region, twin.second_region} <= {*regions}
        if len(operands) == 2 and first and second and is_visible:
            documents = [operand.document or Document() for operand in (first, second)]
            return twin, accepted_members(twin, *documents)
    return None, ()


def _is_pair(operands: Sequence[Operand]) -> bool:
    """Return whether two objects, or a version and an object, can be kept alike."""
    first, second = operands
    is_readable = bool(first.document and second.document)
    return is_readable and not (first.moment and second.moment) and not first.baseline


def _pick(request: ConsoleRequest, member: Member, keys: Sequence[str]) -> HttpResponse:
    """Suggest objects and versions to add to the comparison."""
    operands = load_operands(member, keys)
    text = request.GET.get("q", "")[: picker.MAX_QUERY_CHARS].strip()
    kinds = {operand.target.kind.name for operand in operands} or {"service", "client"}
    services = picker.find_services(member, text, operands) if "service" in kinds else []
    clients = picker.find_clients(member, text, operands) if "client" in kinds else []
    versions = [
        candidate
        for operand in {operand.target.ref: operand for operand in operands}.values()
        for candidate in picker.list_versions(operand.target)
        if candidate.key not in keys
    ]
    slug = member.organization.slug
    context = _operand_context(member, keys, operands) | {
        "is_picking": True,
        "q": text,
        "groups": [
            (id, title, [(item, compare_path(slug, [*keys, item.key])) for item in found])
            for id, title, found in (
                ("services", _("Services"), services),
                ("clients", _("Clients"), clients),
                ("versions", _("Versions"), [] if text else versions),
            )
            if found
        ],
    }
    return render_page(request, "compare/index.html", context)


def _operand_context(
    member: Member, keys: Sequence[str], operands: Sequence[Operand]
) -> dict[str, Any]:
    others = [
        compare_path(
            member.organization.slug, [key for at, key in enumerate(keys) if at != removed]
        )
        for removed in range(len(keys))
    ]
    return {
        "member": member,
        "operands": operands,
        "columns": list(zip(operands, others, strict=True)),
        "keys": list(zip(OPERAND_PARAMS, keys, strict=False)),
        "can_add": len(operands) < MAX_OPERANDS,
        "pick_path": compare_path(member.organization.slug, keys, pick="1"),
    }


@organization_page(Effect.CHANGE)
def promote(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Show how chosen settings are carried to another object; add them to its draft on POST."""
    source_key, target_key = request.GET.get("from", ""), request.GET.get("to", "")
    if not source_key and len(others := _other_keys(request, target_key)) == 1:
        (source_key,) = others
    wanted = parse_operand(member, target_key)
    if wanted is None or wanted.moment or not source_key or source_key == target_key:
        raise Http404
    source, target = load_operands(member, [source_key, target_key])
    if target.error:
        raise target.error
    if source.error and source.document is None:
        raise source.error
    if target.document is None or target.is_deleted or source.target.kind != target.target.kind:
        raise Http404
    members = None if "whole" in request.GET else request.GET.getlist("member")
    plan = plan_promotion(source, target, members)
    form = PromotionForm(
        request.POST if request.method == "POST" else None, plan, target.target.kind
    )
    if form.is_valid() and (wanted_values := form.values(target.document)):
        return _add_to_draft(request, source, target, form, wanted_values)
    context = {
        "member": member,
        "source": source,
        "operand": target,
        "target": target.target,
        "workspace": target.target.workspace,
        "plan": plan,
        "form": form,
        "rows": [
            (item, form[item.field_name] if item.is_editable else None) for item in plan.settings
        ],
        "back": compare_path(member.organization.slug, [source_key, target_key]),
    }
    return render_form(request, "compare/promote.html", context)


def _other_keys(request: ConsoleRequest, target_key: str) -> list[str]:
    keys = [request.GET.get(param, "") for param in OPERAND_PARAMS]
    return [key for key in keys if key and key != target_key]


def _add_to_draft(
    request: ConsoleRequest,
    source: Operand,
    operand: Operand,
    form: PromotionForm,
    values: dict[str, Any],
) -> HttpResponse:
    target, document = operand.target, operand.document
    assert document is not None
    for message in draft_conflict_messages(target.kind, drafts.load(target), values):
        messages.warning(request, message)
    base = {name: document.get(name) for name in values}
    drafts.update(target, lambda now: now.with_values(document.modified_at, base, values))
    if form.plan.set_anew:
        labels = ", ".join(item.label for item in form.plan.set_anew)
        messages.warning(
            request, _("Still to set in the target: %(settings)s.") % {"settings": labels}
        )
    query = urlencode({"reason": promotion_reason(source)})
    return redirect_to(request, f"{target.path('review')}?{query}")
