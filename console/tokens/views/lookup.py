"""Checking a token that somebody pasted, revoking it, and verifying a JWS.

All three answer the post itself, instead of leading on: what was pasted is in no
address, no session and no row, so there is nothing that a next page could find it by.
"""

from time import time
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.urls import reverse

from console.tokens.lookup import issuers, sealed_token
from console.tokens.lookup.forms import (
    LookupForm,
    PastedTokenForm,
    RevokeFoundTokenForm,
    VerifyJwsForm,
)
from console.tokens.lookup.introspection import look_up
from console.tokens.lookup.issuers import IssuingService
from console.tokens.lookup.revocation import revoke_found_token
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.idempotency import idempotent
from console.web.rate_limits import SERVICE_LISTING_LIMIT, SUBJECT_SEARCH_LIMIT, consume
from console.web.responses import redirect_to, render_page
from tenants.authlete.errors import AuthleteError
from tenants.organizations.roles import ConsolePermission


@organization_page(ConsolePermission.USERS)
def lookup(request: ConsoleRequest, member: Member) -> HttpResponse:
    """What a token says of itself, and then what its service says of it."""
    form = LookupForm(request.POST or None, member, issuers.indexed_services(member))
    context: dict[str, Any] = {"member": member, "form": form}
    if form.is_valid():
        context |= _look_up(member, form)
    found = context.get("checked")
    context["kept"] = "" if found and found.exists else form.resealed
    return _answer(request, "check", form, context)


def _look_up(member: Member, form: LookupForm) -> dict[str, Any]:
    """The next step: choose a service, decide about an ended token, or its state."""
    place, said = _choose_service(member, form)
    token = form.pasted
    if place is None or token is None:
        return said
    if token.jwt and token.jwt.has_expired(time()) and not form.cleaned_data["anyway"]:
        return said | {"step": "ended"}
    if not consume(member, SUBJECT_SEARCH_LIMIT):
        form.add_error("token", SUBJECT_SEARCH_LIMIT.error_message)
        return said
    try:
        checked = look_up(member, place, token)
    except AuthleteError as error:
        return said | {"step": "failed", "failure": error}
    if checked.exists:
        said["sealed"] = sealed_token.seal_token(member, token.value, checked.location)
    why = RevokeFoundTokenForm(None, member)
    return said | {
        "step": "told",
        "checked": checked,
        "why": why,
    }


def _choose_service(
    member: Member, form: PastedTokenForm
) -> tuple[IssuingService | None, dict[str, Any]]:
    """The service that was chosen, or that the token's issuer names; where none can be
    told, what is to be said about that."""
    jwt = form.pasted.jwt if form.pasted else None
    said: dict[str, Any] = {"jwt": jwt, "place": form.service}
    if form.service:
        return form.service, said
    issuer = jwt.issuer if jwt else ""
    found = issuers.find_by_issuer(issuers.indexed_services(member), issuer)
    if not found:
        if not consume(member, SERVICE_LISTING_LIMIT):
            form.add_error("token", SERVICE_LISTING_LIMIT.error_message)
            return None, said
        listed, said["silent"] = issuers.refresh_services(member)
        form.set_services(listed)
        found = issuers.find_by_issuer(listed, issuer)
    if len(found) != 1:
        return None, said | {"step": "choose", "issuers": found}
    return found[0], said | {"place": found[0]}


@organization_page(ConsolePermission.USERS)
def revoke_by_value(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Revoke the token that was just looked up, and ask whether it is gone."""
    start = reverse("tokens:lookup", args=[member.organization.slug])
    if request.method != "POST":
        return redirect_to(request, start)
    form = RevokeFoundTokenForm(request.POST, member)
    context: dict[str, Any] = {"member": member, "why": form}
    if form.is_valid() and form.location:
        reason, ticket = form.cleaned_data["reason"], form.cleaned_data["ticket"]
        try:
            with idempotent(request, form, start):
                ended = revoke_found_token(member, form.token, form.location, reason, ticket)
            context["ended"] = ended
        except AuthleteError as error:
            context["failure"] = error
    context |= {"about": form.location, "sealed": form.resealed}
    return _answer(request, "revoke_checked", form, context)


@organization_page(ConsolePermission.USERS)
def verify(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Whether a JWS is signed by a service, or by one of its clients, and of now."""
    form = VerifyJwsForm(request.POST or None, member, issuers.indexed_services(member))
    context: dict[str, Any] = {"member": member, "form": form}
    if form.is_valid():
        context |= _verify(member, form)
    context["kept"] = form.resealed
    return _answer(request, "verify", form, context)


def _verify(member: Member, form: VerifyJwsForm) -> dict[str, Any]:
    place, said = _choose_service(member, form)
    if place is None or form.pasted is None:
        return said
    if not consume(member, SUBJECT_SEARCH_LIMIT):
        form.add_error("token", SUBJECT_SEARCH_LIMIT.error_message)
        return said
    try:
        service = member.connect(place.region.name).service(place.service_id)
        told = service.verify_jose(
            form.pasted.value,
            client_id=form.cleaned_data["by_client"],
            mandatory_claims=form.cleaned_data["mandatory"],
            clock_skew_seconds=form.cleaned_data["skew"] or 0,
        )
    except AuthleteError as error:
        return said | {"step": "failed", "failure": error}
    return said | {"step": "told", "told": told}


def _answer(
    request: ConsoleRequest, page: str, form: Form, context: dict[str, Any]
) -> HttpResponse:
    """A page that no browser keeps, for what is sealed in it."""
    status = 422 if form.errors else 200
    part = "check" if page == "check" else ""
    response = render_page(request, f"tokens/{page}.html", context, part=part, status=status)
    response["Cache-Control"] = "no-store"
    return response
