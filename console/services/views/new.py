from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console import once
from console.access import ConsoleRequest, Member, organization_page
from console.editing import overview
from console.editing.fleet import fleet
from console.editing.forms import MadeForm
from console.editing.making import reason_again
from console.editing.sending import mark, pretty
from console.page import answer
from console.services.archetypes import ARCHETYPES, archetype_service
from console.services.copying import Copy, copied
from console.services.forms import AGAIN, COPY, NewForm
from console.services.paths import path_in
from console.services.remaking import Gone, gone
from tenants.authlete.documents.base import Document
from tenants.authlete.documents.service import SECTIONS
from tenants.authlete.errors import AuthleteError
from tenants.authlete.operation import Effect

CHANGED = gettext_lazy(
    "The original was changed while you were reviewing. Nothing was made; this is what"
    " would be made now."
)


@organization_page(Effect.CHANGE)
def new(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Choose what a new service starts as; nothing is made yet."""
    form = NewForm(request.GET or None, regions=member.creatable())
    if form.is_bound and not {"service_name", "start"} & request.GET.keys():
        form = NewForm(None, regions=member.creatable())
        again = request.GET.get("again", "")
        form.initial = gone(member, again).initial if again else request.GET.dict()
    return answer(request, "services/new.html", _choices(member, form))


@organization_page(Effect.CHANGE)
def create(request: ConsoleRequest, member: Member) -> HttpResponse:
    """What would be made, whole; then make it at the region's identity provider."""
    form = NewForm(request.GET, regions=member.creatable())
    if not form.is_valid():
        return answer(request, "services/new.html", _choices(member, form))
    made = _made(member, form)
    why = MadeForm(request.POST or None)
    if form.cleaned_data["start"] == AGAIN:
        why.initial = {"reason": reason_again(form.cleaned_data["original"])}
    failure = None
    reviewed = mark(made.service)
    if why.is_valid() and why.cleaned_data["reviewed"] != reviewed:
        messages.warning(request, CHANGED)
    elif why.is_valid():
        if not once.claim(request, why):
            listed = reverse("services:index", args=[member.organization.slug])
            return once.again(request, why, listed)
        try:
            return _created(request, member, form, made, why)
        except AuthleteError as error:
            once.failed(request, why)
            failure = error
    context = {
        "member": member,
        "form": form,
        "made": made,
        "why": why,
        "once": once.fresh(),
        "reviewed": reviewed,
        "failure": failure,
        "region": next(
            one for one in member.regions() if one.name == form.cleaned_data["region"]
        ),
        "again": _again(member, form),
        "archetype": ARCHETYPES.get(form.cleaned_data["start"]),
        "groups": overview.told(
            SECTIONS, Document.model_validate(made.service), set_only=True
        ),
        "body": pretty(made.service),
    }
    return answer(request, "services/create.html", context)


def _choices(member: Member, form: NewForm) -> dict[str, Any]:
    again = _again(member, form)
    return {
        "member": member,
        "form": form,
        "again": again,
        "archetypes": ARCHETYPES,
        "found": None if again else fleet(member),
        "regions": member.creatable(),
    }


def _again(member: Member, form: NewForm) -> Gone | None:
    """The service that is to be made again, if one is."""
    if form["start"].value() != AGAIN:
        return None
    return gone(member, form["original"].value() or "")


def _made(member: Member, form: NewForm) -> Copy:
    """The document to create, made of an archetype or of another service, be it gone
    or not."""
    name, issuer = form.cleaned_data["service_name"], form.cleaned_data["issuer"]
    start = form.cleaned_data["start"]
    if start == AGAIN:
        return gone(member, form.cleaned_data["original"]).made(name, issuer)
    if start != COPY:
        return Copy(archetype_service(start, name, issuer))
    region, _slash, service_id = form.cleaned_data["original"].partition("/")
    original = member.connect(region).service(int(service_id)).get()
    return copied(original, name, issuer)


def _created(
    request: ConsoleRequest,
    member: Member,
    form: NewForm,
    made: Copy,
    why: MadeForm,
) -> HttpResponse:
    region = form.cleaned_data["region"]
    authlete = member.connect(
        region, reason=why.cleaned_data["reason"], ticket=why.cleaned_data["ticket"]
    )
    service_id = authlete.idp.create_service(made.service).reply.api_key
    messages.success(
        request, _("Created %(name)s.") % {"name": form.cleaned_data["service_name"]}
    )
    return once.came_to(request, why, path_in("show", member, region, service_id))
