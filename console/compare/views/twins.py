"""Pages of twins: the list, creation, accepted differences and removal."""

from collections.abc import Callable, Sequence
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.compare.drift import accepted_members, find_drift, hash_values, store_drift
from console.compare.operands import Operand, load_operands
from console.compare.twin_list import TWIN_LIST, TwinRow
from console.documents.request_preview import review_digest
from console.forms.change_forms import ChangeReasonForm, ReviewedChangeForm
from console.forms.value_text import translate
from console.inventory.services import service_name_lookup
from console.lists.definition import render_list
from console.models import KnownClient, Twin
from console.models.twins import visible_twins
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.idempotency import idempotent
from console.web.paths import compare_path
from console.web.responses import redirect_to, render_form, render_page
from tenants.audit.events import TWIN_ACCEPT, TWIN_ADD, TWIN_REMOVE
from tenants.audit.recorder import EventDetails, record_action
from tenants.authlete.changes import FieldChange
from tenants.authlete.documents.base import Document
from tenants.authlete.object_ref import ObjectRef
from tenants.authlete.operation import Effect
from tenants.versions.models import Content
from tenants.versions.timeline import find_span_at, load_spans

CHANGED_DURING_REVIEW = gettext_lazy("The values have changed. Nothing was accepted. Review again.")


class TwinForm(ChangeReasonForm):
    """The name of twins, and why they should stay alike."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)


@organization_page(Effect.READ)
def twins(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """List the twins, from the last check."""
    found = list(_visible(member))
    name = _name_lookup(member, found)
    slug = member.organization.slug
    rows = [TwinRow.build(twin, name(twin.first), name(twin.second), slug) for twin in found]
    return render_list(request, member, TWIN_LIST, rows, "compare/twins.html", {})


@organization_page(Effect.CHANGE)
def new_twin(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Keep two compared objects alike; a version of the first one becomes a baseline."""
    first, second = _load_pair(request, member)
    initial = {"name": f"{first.name} – {second.name}"[:100]}
    form = TwinForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        twin = _build_twin(member, first, second, form.cleaned_data["name"])
        path = compare_path(member.organization.slug, twin.keys)
        details = _audit_details(twin) | form.reason_fields
        with idempotent(request, form, path), record_action(member.actor, TWIN_ADD, **details):
            twin.save()
            store_drift(twin, _find_drift(twin, first, second))
        messages.success(request, _("“%(name)s” are checked every minute.") % {"name": twin.name})
        return redirect_to(request, path)
    context = {"member": member, "form": form, "first": first, "second": second}
    context["back"] = compare_path(member.organization.slug, [first.key, second.key])
    return render_form(request, "compare/new_twin.html", context)


@organization_page(Effect.CHANGE)
def accept_drift(request: ConsoleRequest, member: Member, twin: UUID) -> HttpResponse:
    """Accept differences of twins, as long as both values stay as they are."""
    stored = get_object_or_404(_visible(member), pk=twin)
    first, second = load_operands(member, stored.keys)
    if first.document is None or second.document is None:
        raise first.error or second.error or Http404
    drift = find_drift(stored, first.document, second.document)
    wanted = request.GET.getlist("member")
    members = [name for name in drift if "whole" in request.GET or name in wanted]
    digests = {
        name: hash_values(first.document.get(name), second.document.get(name)) for name in members
    }
    path = compare_path(member.organization.slug, stored.keys)
    form = ReviewedChangeForm(request.POST if request.method == "POST" else None)
    reviewed = review_digest(digests)
    if form.is_valid() and form.cleaned_data["reviewed"] != reviewed:
        messages.warning(request, CHANGED_DURING_REVIEW)
    elif form.is_valid() and digests:
        changes = [FieldChange("accepted", None, ", ".join(digests))]
        details = _audit_details(stored) | {"changes": changes} | form.reason_fields
        with idempotent(request, form, path), record_action(member.actor, TWIN_ACCEPT, **details):
            stored.accepted = {
                name: stored.accepted[name]
                for name in accepted_members(stored, first.document, second.document)
            } | digests
            stored.save(update_fields=["accepted"])
            store_drift(stored, find_drift(stored, first.document, second.document))
        messages.success(request, _("Differences accepted."))
        return redirect_to(request, path)
    context = {
        "member": member,
        "twin": stored,
        "form": form,
        "reviewed": reviewed,
        "labels": _labels(second, members),
        "back": path,
    }
    return render_page(request, "compare/accept_drift.html", context)


@organization_page(Effect.CHANGE)
def remove_twin(request: ConsoleRequest, member: Member, twin: UUID) -> HttpResponse:
    """Stop comparing twins; both objects stay as they are."""
    stored = get_object_or_404(_visible(member), pk=twin)
    if request.method == "POST":
        with record_action(member.actor, TWIN_REMOVE, **_audit_details(stored)):
            stored.delete()
        messages.success(request, _("“%(name)s” removed.") % {"name": stored.name})
        return redirect_to(request, reverse("compare:twins", args=[member.organization.slug]))
    return render_page(request, "compare/remove_twin.html", {"member": member, "twin": stored})


def _visible(member: Member) -> QuerySet[Twin]:
    return visible_twins(member.organization, [region.name for region in member.regions()])


def _load_pair(request: ConsoleRequest, member: Member) -> tuple[Operand, Operand]:
    """Return the baseline or first object, and the object that is checked."""
    keys = [request.GET.get("a", ""), request.GET.get("b", "")]
    if keys[0] == keys[1]:
        raise Http404
    first, second = load_operands(member, keys)
    if second.moment:
        first, second = second, first
    is_pair = first.target.kind == second.target.kind and first.document and second.document
    if not is_pair or second.moment or first.baseline:
        raise Http404
    return first, second


def _build_twin(member: Member, first: Operand, second: Operand, name: str) -> Twin:
    twin = Twin(
        organization=member.organization,
        name=name,
        **{f"first_{column}": value for column, value in first.target.ref._asdict().items()},
        **{f"second_{column}": value for column, value in second.target.ref._asdict().items()},
        created_by=member.user.get_username(),
    )
    if first.moment:
        spans = load_spans(member.organization.pk, *first.target.ref)
        span = find_span_at(spans, first.moment)
        assert span, "it was shown"
        twin.baseline_at = first.moment
        twin.set_baseline(Content.objects.get(pk=span.version.digest).text)
    return twin


def _find_drift(twin: Twin, first: Operand, second: Operand) -> list[str]:
    return find_drift(twin, first.document or Document(), second.document or Document())


def _audit_details(twin: Twin) -> EventDetails:
    return {
        "label": twin.name,
        "object": f"{twin.first.key} {twin.second.key}",
        "region": twin.second_region,
        "service": str(twin.second_service_id),
        "client": str(twin.second_client_id or ""),
    }


def _labels(operand: Operand, members: Sequence[str]) -> list[str]:
    declared = operand.target.kind.declared
    return [translate(declared[name][1].label) if name in declared else name for name in members]


def _name_lookup(member: Member, twins: Sequence[Twin]) -> Callable[[ObjectRef], str]:
    """Return a function that names an object from the index."""
    service_name = service_name_lookup(member.organization)
    ids = {ref.client_id for twin in twins for ref in (twin.first, twin.second) if ref.client_id}
    clients = {
        ObjectRef(client.region, client.service_id, client.client_id): client.name or client.alias
        for client in KnownClient.objects.filter(
            organization=member.organization, client_id__in=ids
        )
    }

    def name(ref: ObjectRef) -> str:
        if ref.client_id:
            return clients.get(ref, str(ref.client_id))
        return service_name(ref.region, ref.service_id)

    return name
