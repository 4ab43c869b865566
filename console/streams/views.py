"""The record for machines: who may read it, and the address that they read at."""

import re
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from console import once
from console.access import (
    ConsoleRequest,
    Member,
    address_of,
    anybodys_page,
    organization_page,
)
from console.models import Stream
from console.models.streams import new_token
from console.page import answer, go
from console.stepup import step_up
from console.streams import reading
from console.streams.forms import NewStreamForm
from console.streams.waiting import AGAIN, Full
from tenants.audit import events
from tenants.audit.export import NotWhole
from tenants.audit.notes import doing, note
from tenants.audit.who import Who
from tenants.authlete.errors import NotRecorded, Outcome
from tenants.models import Organization
from tenants.roles import Right


@organization_page(Right.MANAGE)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    streams = Stream.objects.filter(organization=member.organization)
    context = {"member": member, "streams": streams, "url": _url(request, member)}
    return answer(request, "streams/index.html", context)


@organization_page(Right.MANAGE)
@step_up
def new(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Make a token; the answer to the POST is the only place that ever shows it."""
    form = NewStreamForm(request.POST or None, initial={"once": once.fresh()})
    context = {"member": member, "form": form, "url": _url(request, member)}
    if form.is_valid():
        listed = reverse("streams:index", args=[member.organization.slug])
        if not once.claim(request, form):
            return once.again(request, form, listed)
        name, token = form.cleaned_data["name"], new_token()
        with doing(member.who, events.STREAM_ADD, label=name):
            Stream(
                organization=member.organization,
                name=name,
                made_by=member.user.get_username(),
            ).keep(token).save()
        once.settle(request, form, listed)
        context |= {"name": name, "token": token}
        return answer(request, "streams/new.html", context)
    status = 422 if form.is_bound else 200
    return answer(request, "streams/new.html", context, status=status)


@organization_page(Right.MANAGE)
@step_up
def remove(request: ConsoleRequest, member: Member, stream: UUID) -> HttpResponse:
    """Revoke a token; whoever reads with it is refused from the next read on."""
    found = get_object_or_404(Stream, pk=stream, organization=member.organization)
    if request.method == "POST":
        read = reading.so_far(found)
        with doing(member.who, events.STREAM_REMOVE, label=found.name, object=read):
            found.delete()
        said = _("%(name)s reads nothing any more.") % {"name": found.name}
        messages.success(request, said)
        return go(request, reverse("streams:index", args=[member.organization.slug]))
    context = {"member": member, "stream": found}
    return answer(request, "streams/remove.html", context)


@anybodys_page
def read(request: HttpRequest, home: str) -> HttpResponseBase:
    """Rows of the record as JSON Lines, for whoever brings a token of this one."""
    if request.method == "POST":
        return HttpResponse(status=405, headers={"Allow": "GET"})
    stream = _asking(request, home)
    if stream is None:
        return _refused(request, home)
    try:
        after = _number(request, "after", 0, range(2**53))
        limit = _number(request, "limit", 500, range(1, reading.MOST + 1))
        wait = _number(request, "wait", 0, range(reading.LONGEST + 1))
    except ValueError as error:
        return HttpResponse(f"{error}\n", status=400, content_type="text/plain")
    try:
        batch = reading.read(stream, after, limit, wait, _who(request, stream))
    except NotRecorded as error:
        return HttpResponse(f"{error}\n", status=503, content_type="text/plain")
    except NotWhole as error:  # an older copy of the database was put back
        return HttpResponse(f"{error}\n", status=409, content_type="text/plain")
    except Full:
        return _later()
    except reading.Revoked:
        return _refused(request, home)
    return StreamingHttpResponse(
        batch.lines(),
        content_type="application/jsonl",
        headers={"X-Cursor": str(batch.cursor)},
    )


def _later() -> HttpResponse:
    """Nothing is new, and all may not wait at once."""
    said = f"Nothing is new, and too many wait already. Ask again in {AGAIN} seconds.\n"
    headers = {"Retry-After": str(AGAIN)}
    return HttpResponse(said, status=429, content_type="text/plain", headers=headers)


def _asking(request: HttpRequest, home: str) -> Stream | None:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    return Stream.find(home, token.strip())


def _refused(request: HttpRequest, home: str) -> HttpResponse:
    """The same answer wherever it is, so that nobody learns which ones there are."""
    found = Organization.objects.filter(slug=home).first()
    who = Who(
        0,
        "",
        organization_id=found.pk if found else 0,
        organization=found.slug if found else "",
        page=request.page,  # type: ignore[attr-defined]  # by a middleware
        address=address_of(request),
    )
    note(who, events.STREAM_REFUSED, outcome=Outcome.REFUSED, object=request.path)
    response = render(request, "streams/read.html", status=401)
    response["WWW-Authenticate"] = "Bearer"
    return response


def _who(request: HttpRequest, stream: Stream) -> Who:
    return Who(
        0,
        stream.name,
        organization_id=stream.organization_id,
        organization=stream.organization.slug,
        page=request.page,  # type: ignore[attr-defined]  # by a middleware
        address=address_of(request),
    )


def _number(request: HttpRequest, name: str, default: int, span: range) -> int:
    """A number of the query; raises `ValueError` with what is wrong in words."""
    text = request.GET.get(name, str(default))
    if not (re.fullmatch(r"[0-9]{1,19}", text) and int(text) in span):
        raise ValueError(f"{name} is a whole number from {span[0]} to {span[-1]}.")
    return int(text)


def _url(request: HttpRequest, member: Member) -> str:
    path = reverse("streams:read", args=[member.organization.slug])
    return request.build_absolute_uri(path)
