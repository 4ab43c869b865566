from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.documents import overview
from console.documents.request_preview import format_json, review_digest
from console.forms.change_forms import ReviewedChangeForm
from console.history.origin import recreation_reason
from console.inventory.services import list_services
from console.services.copies import (
    DeletedService,
    ServiceCopy,
    copy_service,
    load_deleted_service,
)
from console.services.forms import AGAIN, COPY, NewServiceForm
from console.services.paths import service_path_in
from console.services.presets import SERVICE_PRESETS, preset_document
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.idempotency import idempotent
from console.web.responses import redirect_to, render_page
from tenants.authlete.documents.base import Document
from tenants.authlete.documents.service import SECTIONS
from tenants.authlete.errors import AuthleteError
from tenants.authlete.operation import Effect

CHANGED_DURING_REVIEW = gettext_lazy(
    "The original has changed since your review. Nothing was created. Review the service again."
)


@organization_page(Effect.CHANGE)
def new(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Choose a preset or a service to copy."""
    form = NewServiceForm(request.GET or None, regions=member.service_creation_regions())
    if form.is_bound and not {"service_name", "start"} & request.GET.keys():
        form = NewServiceForm(None, regions=member.service_creation_regions())
        again = request.GET.get("again", "")
        form.initial = load_deleted_service(member, again).initial if again else request.GET.dict()
    return render_page(request, "services/new.html", _choice_context(member, form))


@organization_page(Effect.CHANGE)
def create(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Review the new service, and create it at the identity provider."""
    form = NewServiceForm(request.GET, regions=member.service_creation_regions())
    if not form.is_valid():
        return render_page(request, "services/new.html", _choice_context(member, form))
    made = _build_document(member, form)
    why = ReviewedChangeForm(request.POST or None)
    if form.cleaned_data["start"] == AGAIN:
        why.initial = {"reason": recreation_reason(form.cleaned_data["original"])}
    failure = None
    reviewed = review_digest(made.service)
    if why.is_valid() and why.cleaned_data["reviewed"] != reviewed:
        messages.warning(request, CHANGED_DURING_REVIEW)
    elif why.is_valid():
        listed = reverse("services:index", args=[member.organization.slug])
        try:
            with idempotent(request, why, listed) as submit:
                submit.result_url = _create(request, member, form, made, why)
            return redirect_to(request, submit.result_url)
        except AuthleteError as error:
            failure = error
    context = {
        "member": member,
        "form": form,
        "service_copy": made,
        "why": why,
        "reviewed": reviewed,
        "failure": failure,
        "region": next(one for one in member.regions() if one.name == form.cleaned_data["region"]),
        "deleted_service": _deleted_service(member, form),
        "preset": SERVICE_PRESETS.get(form.cleaned_data["start"]),
        "groups": overview.describe_settings(
            SECTIONS, Document.model_validate(made.service), set_only=True
        ),
        "body": format_json(made.service),
    }
    return render_page(request, "services/create.html", context)


def _choice_context(member: Member, form: NewServiceForm) -> dict[str, Any]:
    again = _deleted_service(member, form)
    return {
        "member": member,
        "form": form,
        "deleted_service": again,
        "presets": SERVICE_PRESETS,
        "service_list": None if again else list_services(member),
        "regions": member.service_creation_regions(),
    }


def _deleted_service(member: Member, form: NewServiceForm) -> DeletedService | None:
    """Return the deleted service to recreate, if there is one."""
    if form["start"].value() != AGAIN:
        return None
    return load_deleted_service(member, form["original"].value() or "")


def _build_document(member: Member, form: NewServiceForm) -> ServiceCopy:
    """Build the document from a preset or from another service."""
    name, issuer = form.cleaned_data["service_name"], form.cleaned_data["issuer"]
    start = form.cleaned_data["start"]
    if start == AGAIN:
        return load_deleted_service(member, form.cleaned_data["original"]).build_copy(name, issuer)
    if start != COPY:
        return ServiceCopy(preset_document(start, name, issuer))
    region, _slash, service_id = form.cleaned_data["original"].partition("/")
    original = member.connect(region).service(int(service_id)).get()
    return copy_service(original, name, issuer)


def _create(
    request: ConsoleRequest,
    member: Member,
    form: NewServiceForm,
    made: ServiceCopy,
    why: ReviewedChangeForm,
) -> str:
    """Create the service; return the path of its page."""
    region = form.cleaned_data["region"]
    authlete = member.connect(
        region, reason=why.cleaned_data["reason"], ticket=why.cleaned_data["ticket"]
    )
    service_id = authlete.idp.create_service(made.service).reply.api_key
    messages.success(request, _("Created %(name)s.") % {"name": form.cleaned_data["service_name"]})
    return service_path_in("show", member, region, service_id)
