"""Pages of credentials, one per region."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.credentials.forms import CredentialForm, RemoveCredentialForm, load_statuses
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.responses import redirect_to, render_form, render_page
from console.web.step_up import step_up
from tenants.authlete.credential_check import CredentialCheck
from tenants.authlete.errors import UnauthorizedError
from tenants.authlete.idp import SHARED_IDP_URL
from tenants.models import Credential
from tenants.organizations import credentials
from tenants.organizations.regions import Region, get_regions
from tenants.organizations.roles import ConsolePermission


@organization_page(ConsolePermission.ADMINISTRATION)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    """List the credentials by region."""
    context = {"member": member, "states": load_statuses(member.organization)}
    return render_page(request, "credentials/index.html", context)


@organization_page(ConsolePermission.ADMINISTRATION)
@step_up
def edit(request: ConsoleRequest, member: Member, region: str) -> HttpResponse:
    """Add or replace a credential, after testing it."""
    target_region = _get_region(region)
    credential = credentials.find_credential(member.organization, region)
    form = CredentialForm(request.POST or None, credential)
    finding = None
    if form.is_valid():
        candidate = credentials.build_credential(
            member.organization,
            region,
            form.cleaned_data["token"],
            form.cleaned_data["number"],
            form.cleaned_data["expires_on"],
        )
        finding = _test_credential(form, member, candidate)
        untried = finding is not None and finding.problem in credentials.INCONCLUSIVE_PROBLEMS
        if untried:
            form.add_force_field()
        if finding and (finding.is_usable or (untried and form.is_forced)):
            try:
                changes = credentials.save_credential(member.actor, candidate, finding)
            except credentials.CredentialChangedError as error:
                form.add_error(None, str(error))
            else:
                _show_result(request, target_region, finding, changed=bool(changes))
                return redirect_to(request, _index_url(member))
    context = {
        "member": member,
        "region": target_region,
        "credential": credential,
        "form": form,
        "finding": finding,
        "shared_idp_url": SHARED_IDP_URL,
    }
    status = 422 if form.is_bound else 200
    return render_page(request, "credentials/edit.html", context, status=status)


@organization_page(ConsolePermission.ADMINISTRATION)
def check(request: ConsoleRequest, member: Member, region: str) -> HttpResponse:
    """Test the current credential."""
    target_region, credential = _get_region(region), _get_credential(member, region)
    finding = None
    if request.method == "POST":
        finding = credentials.recheck_credential(member.actor, credential)
        credential.refresh_from_db()
    context = {
        "member": member,
        "region": target_region,
        "credential": credential,
        "finding": finding,
        "tried": request.method == "POST",
    }
    return render_page(request, "credentials/check.html", context)


@organization_page(ConsolePermission.ADMINISTRATION)
@step_up
def remove(request: ConsoleRequest, member: Member, region: str) -> HttpResponse:
    """Remove a credential."""
    credential = _get_credential(member, region)
    # One may be left of a region that the settings do not have any more.
    target_region = get_regions().get(region) or Region(region, "")
    form = RemoveCredentialForm(request.POST or None, target_region)
    if form.is_valid():
        try:
            credentials.remove_credential(member.actor, credential)
        except credentials.CredentialChangedError as error:
            form.add_error(None, str(error))
        else:
            text = _("Credential for %(region)s removed.")
            messages.success(request, text % {"region": target_region.title})
            return redirect_to(request, _index_url(member))
    context = {"member": member, "region": target_region, "credential": credential, "form": form}
    return render_form(request, "credentials/remove.html", context)


def _test_credential(
    form: CredentialForm, member: Member, offered: Credential
) -> CredentialCheck | None:
    try:
        return credentials.probe_credential(member.actor, offered)
    except UnauthorizedError:
        text = _("The current token can't be decrypted. Enter a new one.")
        form.add_error("token", text)
        return None


def _show_result(
    request: ConsoleRequest, region: Region, finding: CredentialCheck, *, changed: bool
) -> None:
    if not finding.is_usable:
        text = _("Credential for %(region)s saved without testing.")
        messages.warning(request, text % {"region": region.title})
        return
    count = finding.service_count or 0
    sees = ngettext("%(n)d service found.", "%(n)d services found.", count)
    text = (
        _("Credential for %(region)s tested and saved.")
        if changed
        else _("Credential for %(region)s OK. No changes.")
    )
    summary = f"{text % {'region': region.title}} {sees % {'n': count}}"
    if finding.problem:
        messages.warning(request, f"{summary} {_(finding.description)} {_(finding.advice)}")
    else:
        messages.success(request, summary)


def _get_region(name: str) -> Region:
    if name not in get_regions():
        raise Http404
    return get_regions()[name]


def _get_credential(member: Member, region: str) -> Credential:
    credential = credentials.find_credential(member.organization, region)
    if credential is None:
        raise Http404
    return credential


def _index_url(member: Member) -> str:
    return reverse("credentials:index", args=[member.organization.slug])
