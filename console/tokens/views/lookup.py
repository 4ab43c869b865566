"""Pages that look up or revoke a pasted token, and verify a signature.

They respond to the POST itself instead of redirecting: the pasted token is in no URL,
session or row, so no next page could load it.
"""

from time import time
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.urls import reverse

from console.tokens.lookup import issuers, pasted_token
from console.tokens.lookup.forms import (
    LookupForm,
    PastedTokenForm,
    RevokeFoundTokenForm,
    VerifyJwsForm,
)
from console.tokens.lookup.introspection import look_up, revoke_found_token
from console.tokens.lookup.issuers import IssuingService
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.idempotency import idempotent
from console.web.rate_limits import SERVICE_LISTING_LIMIT, SUBJECT_SEARCH_LIMIT, consume
from console.web.responses import redirect_to, render_page
from tenants.authlete.errors import AuthleteError
from tenants.organizations.roles import ConsolePermission


@organization_page(ConsolePermission.USERS)
def lookup(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Show a JWT's claims, and what the issuing service says about a token."""
    form = LookupForm(request.POST or None, member, issuers.indexed_services(member))
    context: dict[str, Any] = {"member": member, "form": form}
    if form.is_valid():
        context |= _look_up(member, form)
    result = context.get("result")
    context["sealed_input"] = "" if result and result.exists else form.resealed
    return _render(request, "lookup", form, context)


def _look_up(member: Member, form: LookupForm) -> dict[str, Any]:
    """Return the context of the next step: select a service, confirm, or the result."""
    service, context = _choose_service(member, form)
    token = form.pasted
    if service is None or token is None:
        return context
    if token.jwt and token.jwt.has_expired(time()) and not form.cleaned_data["anyway"]:
        return context | {"step": "expired"}
    if not consume(member, SUBJECT_SEARCH_LIMIT, form, "token"):
        return context
    try:
        result = look_up(member, service, token)
    except AuthleteError as error:
        return context | {"step": "failed", "failure": error}
    if result.exists:
        context["sealed"] = pasted_token.seal_token(member, token.value, result.location)
    return context | {"step": "result", "result": result}


def _choose_service(
    member: Member, form: PastedTokenForm
) -> tuple[IssuingService | None, dict[str, Any]]:
    """Return the selected service, or the one that the token's issuer names.

    Without one, the context says why a service must be selected.
    """
    jwt = form.pasted.jwt if form.pasted else None
    context: dict[str, Any] = {"jwt": jwt, "service": form.selected_service}
    if form.selected_service:
        return form.selected_service, context
    issuer = jwt.issuer if jwt else ""
    services = issuers.find_by_issuer(issuers.indexed_services(member), issuer)
    if not services:
        if not consume(member, SERVICE_LISTING_LIMIT, form, "token"):
            return None, context
        refreshed, context["unlisted"] = issuers.refresh_services(member)
        form.set_services(refreshed)
        services = issuers.find_by_issuer(refreshed, issuer)
    if len(services) != 1:
        return None, context | {"step": "choose", "issuers": services}
    return services[0], context | {"service": services[0]}


@organization_page(ConsolePermission.USERS)
def revoke_by_value(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Ask for a reason, then revoke the token just looked up, and check that it's inactive."""
    lookup_path = reverse("tokens:lookup", args=[member.organization.slug])
    if request.method != "POST":
        return redirect_to(request, lookup_path)
    form = RevokeFoundTokenForm(request.POST, member)
    context: dict[str, Any] = {"member": member, "reason_form": form}
    if form.is_valid() and form.location:
        try:
            with idempotent(request, form, lookup_path):
                context["revocation"] = revoke_found_token(
                    member, form.token, form.location, **form.reason_fields
                )
        except AuthleteError as error:
            context["failure"] = error
    context |= {"location": form.location, "sealed": form.resealed}
    if form.location and "reason" not in request.POST:
        form = context["reason_form"] = RevokeFoundTokenForm(None, member)
    return _render(request, "revoke_by_value", form, context)


@organization_page(ConsolePermission.USERS)
def verify(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Check whether a service or one of its clients signed a JWT, and its claims."""
    form = VerifyJwsForm(request.POST or None, member, issuers.indexed_services(member))
    context: dict[str, Any] = {"member": member, "form": form}
    if form.is_valid():
        context |= _verify(member, form)
    context["sealed_input"] = form.resealed
    return _render(request, "verify", form, context)


def _verify(member: Member, form: VerifyJwsForm) -> dict[str, Any]:
    service, context = _choose_service(member, form)
    if service is None or form.pasted is None:
        return context
    if not consume(member, SUBJECT_SEARCH_LIMIT, form, "token"):
        return context
    try:
        api = member.connect(service.region.name).service(service.service_id)
        verification = api.verify_jose(
            form.pasted.value,
            client_id=form.cleaned_data["client_id"],
            mandatory_claims=form.cleaned_data["mandatory_claims"],
            clock_skew_seconds=form.cleaned_data["clock_skew_seconds"] or 0,
        )
    except AuthleteError as error:
        return context | {"step": "failed", "failure": error}
    return context | {"step": "result", "verification": verification}


def _render(
    request: ConsoleRequest, page: str, form: Form, context: dict[str, Any]
) -> HttpResponse:
    """Render a page that no browser caches, since it holds a sealed token."""
    status = 422 if form.errors else 200
    part = "lookup" if page == "lookup" else ""
    response = render_page(request, f"tokens/{page}.html", context, part=part, status=status)
    response["Cache-Control"] = "no-store"
    return response
