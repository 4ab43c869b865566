"""The organization's access tokens, one a region. None is ever shown."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.access import ConsoleRequest, Member, organization_page
from console.credentials.forms import CredentialForm, RemoveForm
from console.credentials.state import states
from console.page import answer, go
from console.stepup import step_up
from tenants import credentials
from tenants.authlete.errors import Unauthorized
from tenants.authlete.probe import Finding
from tenants.models import Credential
from tenants.regions import Region, regions
from tenants.roles import Right


@organization_page(Right.MANAGE)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    context = {"member": member, "states": states(member.organization)}
    return answer(request, "credentials/index.html", context)


@organization_page(Right.MANAGE)
@step_up
def edit(request: ConsoleRequest, member: Member, region: str) -> HttpResponse:
    """Add or replace one; it is tried first, and kept only when it works."""
    place = _region(region)
    held = credentials.find(member.organization, region)
    form = CredentialForm(request.POST or None, held)
    finding = None
    if form.is_valid():
        offered = credentials.offered(
            member.organization,
            region,
            form.cleaned_data["token"],
            form.cleaned_data["number"],
            form.cleaned_data["expires_on"],
        )
        finding = _tried(form, member, offered)
        untried = finding is not None and finding.problem in credentials.UNTRIED
        if untried:
            form.offer_anyway()
        if finding and (finding.ok or (untried and form.wants_anyway)):
            try:
                changes = credentials.keep(member.who, offered, finding)
            except credentials.Gone as error:
                form.add_error(None, str(error))
            else:
                _tell(request, place, finding, changed=bool(changes))
                return go(request, _index(member))
    context = {
        "member": member,
        "region": place,
        "held": held,
        "form": form,
        "finding": finding,
    }
    status = 422 if form.is_bound else 200
    return answer(request, "credentials/edit.html", context, status=status)


@organization_page(Right.MANAGE)
def probe(request: ConsoleRequest, member: Member, region: str) -> HttpResponse:
    """Try the one there is once more."""
    place, held = _region(region), _held(member, region)
    finding = None
    if request.method == "POST":
        finding = credentials.try_again(member.who, held)
        held.refresh_from_db()
    context = {
        "member": member,
        "region": place,
        "held": held,
        "finding": finding,
        "tried": request.method == "POST",
    }
    return answer(request, "credentials/probe.html", context)


@organization_page(Right.MANAGE)
@step_up
def remove(request: ConsoleRequest, member: Member, region: str) -> HttpResponse:
    held = _held(member, region)
    # One may be left of a region that the settings do not have any more.
    place = regions().get(region) or Region(region, "")
    form = RemoveForm(request.POST or None, place)
    if form.is_valid():
        try:
            credentials.remove(member.who, held)
        except credentials.Gone as error:
            form.add_error(None, str(error))
        else:
            told = _("The credential for %(region)s is removed.")
            messages.success(request, told % {"region": place.title})
            return go(request, _index(member))
    context = {"member": member, "region": place, "held": held, "form": form}
    status = 422 if form.is_bound else 200
    return answer(request, "credentials/remove.html", context, status=status)


def _tried(form: CredentialForm, member: Member, offered: Credential) -> Finding | None:
    try:
        return credentials.attempt(member.who, offered)
    except Unauthorized:
        text = _("The token there is cannot be opened. Enter one.")
        form.add_error("token", text)
        return None


def _tell(
    request: ConsoleRequest, place: Region, finding: Finding, *, changed: bool
) -> None:
    if not finding.ok:
        told = _("The credential for %(region)s is kept, but was not tried.")
        messages.warning(request, told % {"region": place.title})
        return
    count = finding.services or 0
    sees = ngettext("It sees %(n)d service.", "It sees %(n)d services.", count)
    told = (
        _("The credential for %(region)s works and is kept.")
        if changed
        else _("The credential for %(region)s works. Nothing was changed.")
    )
    said = f"{told % {'region': place.title}} {sees % {'n': count}}"
    if finding.problem:
        messages.warning(request, f"{said} {_(finding.words)} {_(finding.advice)}")
    else:
        messages.success(request, said)


def _region(name: str) -> Region:
    if name not in regions():
        raise Http404
    return regions()[name]


def _held(member: Member, region: str) -> Credential:
    found = credentials.find(member.organization, region)
    if found is None:
        raise Http404
    return found


def _index(member: Member) -> str:
    return reverse("credentials:index", args=[member.organization.slug])
