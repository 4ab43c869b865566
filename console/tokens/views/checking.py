"""Checking a token that somebody pasted, revoking it, and verifying a JWS.

All three answer the post itself, instead of leading on: what was pasted is in no
address, no session and no row, so there is nothing that a next page could find it by.
"""

from time import time
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.urls import reverse

from console import once
from console.access import ConsoleRequest, Member, organization_page
from console.budgets import LISTINGS, SEARCHES, spend
from console.page import answer, go
from console.tokens.checking import carried, places
from console.tokens.checking.ending import revoked
from console.tokens.checking.forms import (
    CheckForm,
    PastedForm,
    RevokeForm,
    VerifyForm,
)
from console.tokens.checking.looking import looked
from console.tokens.checking.places import Place
from tenants.authlete.errors import AuthleteError
from tenants.roles import Right


@organization_page(Right.DESK)
def check(request: ConsoleRequest, member: Member) -> HttpResponse:
    """What a token says of itself, and then what its service says of it."""
    form = CheckForm(request.POST or None, member, places.known(member))
    context: dict[str, Any] = {"member": member, "form": form}
    if form.is_valid():
        context |= _checked(member, form)
    found = context.get("checked")
    context["kept"] = "" if found and found.exists else form.resealed
    return _answer(request, "check", form, context)


def _checked(member: Member, form: CheckForm) -> dict[str, Any]:
    """The next step: choose a service, decide about an ended token, or its state."""
    place, said = _place(member, form)
    token = form.pasted
    if place is None or token is None:
        return said
    if token.jwt and token.jwt.has_ended(time()) and not form.cleaned_data["anyway"]:
        return said | {"step": "ended"}
    if not spend(member, SEARCHES):
        form.add_error("token", SEARCHES.refusal)
        return said
    try:
        checked = looked(member, place, token)
    except AuthleteError as error:
        return said | {"step": "failed", "failure": error}
    if checked.exists:
        said["sealed"] = carried.seal(member, token.value, checked.found)
    why = RevokeForm(None, member)
    return said | {"step": "told", "checked": checked, "why": why, "once": once.fresh()}


def _place(member: Member, form: PastedForm) -> tuple[Place | None, dict[str, Any]]:
    """The service that was chosen, or that the token's issuer names; where none can be
    told, what is to be said about that."""
    jwt = form.pasted.jwt if form.pasted else None
    said: dict[str, Any] = {"jwt": jwt, "place": form.chosen}
    if form.chosen:
        return form.chosen, said
    issuer = jwt.issuer if jwt else ""
    found = places.issued_by(places.known(member), issuer)
    if not found:
        if not spend(member, LISTINGS):
            form.add_error("token", LISTINGS.refusal)
            return None, said
        listed, said["silent"] = places.listed(member)
        form.offer(listed)
        found = places.issued_by(listed, issuer)
    if len(found) != 1:
        return None, said | {"step": "choose", "issuers": found}
    return found[0], said | {"place": found[0]}


@organization_page(Right.DESK)
def revoke_checked(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Revoke the token that was just looked up, and ask whether it is gone."""
    start = reverse("tokens:check", args=[member.organization.slug])
    if request.method != "POST":
        return go(request, start)
    form = RevokeForm(request.POST, member)
    context: dict[str, Any] = {"member": member, "why": form}
    if form.is_valid() and form.about:
        if not once.claim(request, form):
            return once.again(request, form, start)
        reason, ticket = form.cleaned_data["reason"], form.cleaned_data["ticket"]
        try:
            ended = revoked(member, form.token, form.about, reason, ticket)
            once.settle(request, form, start)
            context["ended"] = ended
        except AuthleteError as error:
            once.failed(request, form)
            context["failure"] = error
    context |= {"about": form.about, "once": once.fresh(), "sealed": form.resealed}
    return _answer(request, "revoke_checked", form, context)


@organization_page(Right.DESK)
def verify(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Whether a JWS is signed by a service, or by one of its clients, and of now."""
    form = VerifyForm(request.POST or None, member, places.known(member))
    context: dict[str, Any] = {"member": member, "form": form}
    if form.is_valid():
        context |= _verified(member, form)
    context["kept"] = form.resealed
    return _answer(request, "verify", form, context)


def _verified(member: Member, form: VerifyForm) -> dict[str, Any]:
    place, said = _place(member, form)
    if place is None or form.pasted is None:
        return said
    if not spend(member, SEARCHES):
        form.add_error("token", SEARCHES.refusal)
        return said
    try:
        service = member.connect(place.region.name).service(place.service_id)
        told = service.verify_jose(
            form.pasted.value,
            by_client=form.cleaned_data["by_client"],
            mandatory=form.cleaned_data["mandatory"],
            skew=form.cleaned_data["skew"] or 0,
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
    response = answer(request, f"tokens/{page}.html", context, part=part, status=status)
    response["Cache-Control"] = "no-store"
    return response
