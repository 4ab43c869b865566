"""Pages of log streams, and their endpoint."""

import re
from datetime import datetime, time, timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.forms.timestamps import ExpiryDayField
from console.models import Stream
from console.models.streams import default_expiry, generate_token
from console.streams import reader
from console.streams.reader import RETRY_AFTER_SECONDS, TooManyWaitingError
from console.web.access import ConsoleRequest, Member, client_ip, organization_page, public_page
from console.web.idempotency import IdempotentForm, idempotent
from console.web.responses import redirect_to, render_form, render_page
from console.web.step_up import step_up
from tenants.audit import events
from tenants.audit.actor import Actor
from tenants.audit.integrity.chain_export import ExportIntegrityError
from tenants.audit.positions import open_position, seal_position
from tenants.audit.recorder import record_action, record_event
from tenants.audit.search.entries import find_last_seq
from tenants.authlete.changes import FieldChange
from tenants.authlete.errors import AuditUnavailableError
from tenants.authlete.outcome import Outcome
from tenants.crypto.vault import UnsealError
from tenants.models import Membership, Organization
from tenants.organizations.roles import ConsolePermission


@organization_page(ConsolePermission.ADMINISTRATION)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    """List the log streams."""
    streams = Stream.objects.filter(organization=member.organization)
    streams = streams.select_related("owner__user")
    context = {"member": member, "streams": streams, "url": _stream_url(request, member)}
    return render_page(request, "streams/index.html", context)


@organization_page(ConsolePermission.ADMINISTRATION)
@step_up
def new(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Create a token; only this response shows it."""
    form = NewStreamForm(request.POST or None)
    context = {"member": member, "form": form, "url": _stream_url(request, member)}
    if form.is_valid():
        listed = reverse("streams:index", args=[member.organization.slug])
        name, token = form.cleaned_data["name"], generate_token()
        expires_on = form.cleaned_data["expires_on"]
        changes = [FieldChange("expires_on", None, expires_on.isoformat())]
        with (
            idempotent(request, form, listed),
            record_action(member.actor, events.STREAM_ADD, label=name, changes=changes),
        ):
            Stream(
                organization=member.organization,
                name=name,
                created_by=member.user.get_username(),
                owner=Membership.objects.get(organization=member.organization, user=member.user),
                expires_at=form.expires_at,
            ).set_token(token).save()
        context |= {"name": name, "token": token}
        return render_form(request, "streams/new.html", context)
    return render_form(request, "streams/new.html", context)


@organization_page(ConsolePermission.ADMINISTRATION)
@step_up
def remove(request: ConsoleRequest, member: Member, stream: UUID) -> HttpResponse:
    """Revoke a token."""
    stored_stream = get_object_or_404(Stream, pk=stream, organization=member.organization)
    if request.method == "POST":
        read = reader.describe_reads(stored_stream)
        with record_action(
            member.actor, events.STREAM_REMOVE, label=stored_stream.name, object=read
        ):
            stored_stream.delete()
        text = _("Log stream “%(name)s” revoked.") % {"name": stored_stream.name}
        messages.success(request, text)
        return redirect_to(request, reverse("streams:index", args=[member.organization.slug]))
    context = {"member": member, "stream": stored_stream}
    return render_page(request, "streams/remove.html", context)


@public_page
def read(request: HttpRequest, home: str) -> HttpResponseBase:
    """Return rows as JSON Lines to the bearer of a stream's token."""
    stream = _authenticate(request, home)
    if stream is None:
        return _unauthorized(request, home)
    if request.method == "POST":
        return HttpResponse(status=405, headers={"Allow": "GET"})
    try:
        after = _parse_cursor(request, stream)
        limit = _parse_number(request, "limit", 500, range(1, reader.MAX_ROWS + 1))
        wait = _parse_number(request, "wait", 0, range(reader.MAX_WAIT_SECONDS + 1))
    except ValueError as error:
        return HttpResponse(f"{error}\n", status=400, content_type="text/plain")
    try:
        batch = reader.read_rows(stream, after, limit, wait, _actor(request, stream))
    except AuditUnavailableError as error:
        return HttpResponse(f"{error}\n", status=503, content_type="text/plain")
    except ExportIntegrityError as error:  # an older copy of the database was put back
        return HttpResponse(f"{error}\n", status=409, content_type="text/plain")
    except TooManyWaitingError:
        return _too_many_waiting()
    except reader.StreamRevokedError:
        return _unauthorized(request, home)
    return StreamingHttpResponse(
        batch.lines(),
        content_type="application/jsonl",
        headers={"X-Cursor": seal_position(stream.organization_id, batch.cursor)},
    )


def _too_many_waiting() -> HttpResponse:
    """Return 429 with Retry-After."""
    text = f"Too many requests wait for new entries. Retry in {RETRY_AFTER_SECONDS} seconds.\n"
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return HttpResponse(text, status=429, content_type="text/plain", headers=headers)


def _authenticate(request: HttpRequest, slug: str) -> Stream | None:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    return Stream.find(slug, token.strip())


def _unauthorized(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the same response for every organization, so that none is revealed."""
    organization = Organization.objects.filter(slug=slug).first()
    actor = Actor(
        0,
        "",
        organization_id=organization.pk if organization else 0,
        organization=organization.slug if organization else "",
        page_id=request.page_id,  # type: ignore[attr-defined]  # by a middleware
        ip_address=client_ip(request),
    )
    record_event(actor, events.STREAM_REFUSED, outcome=Outcome.REJECTED, object=request.path)
    response = render(request, "streams/read.html", status=401)
    response["WWW-Authenticate"] = "Bearer"
    return response


def _actor(request: HttpRequest, stream: Stream) -> Actor:
    return Actor(
        0,
        stream.name,
        organization_id=stream.organization_id,
        organization=stream.organization.slug,
        page_id=request.page_id,  # type: ignore[attr-defined]  # by a middleware
        ip_address=client_ip(request),
    )


def _parse_cursor(request: HttpRequest, stream: Stream) -> int:
    """Return the row to continue after; raises `ValueError` with a message.

    A number is a cursor of an earlier release. One beyond the organization's rows counts
    as its last row, so that it doesn't show how many rows others have.
    """
    text = request.GET.get("after", "0")
    if re.fullmatch(r"[0-9]{1,19}", text):
        return min(int(text), find_last_seq(stream.organization_id))
    try:
        return open_position(stream.organization_id, text)
    except UnsealError:
        raise ValueError("after is the X-Cursor of an earlier answer, or 0.") from None


def _parse_number(request: HttpRequest, name: str, default: int, limits: range) -> int:
    """Parse a number of the query; raises `ValueError` with a message."""
    text = request.GET.get(name, str(default))
    if not (re.fullmatch(r"[0-9]{1,19}", text) and int(text) in limits):
        raise ValueError(f"{name} must be a whole number from {limits[0]} to {limits[-1]}.")
    return int(text)


def _stream_url(request: HttpRequest, member: Member) -> str:
    path = reverse("streams:read", args=[member.organization.slug])
    return request.build_absolute_uri(path)


class NewStreamForm(IdempotentForm):
    """The name and the last day of a new log stream."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("For example “Splunk, production”."),
    )
    expires_on = ExpiryDayField(
        label=gettext_lazy("Token expiry date"),
        initial=lambda: timezone.localdate(default_expiry()),
        help_text=gettext_lazy(
            "The token's last day, up to a year from now. The token ends earlier if you leave "
            "the organization or are no longer an administrator."
        ),
    )

    @property
    def expires_at(self) -> datetime:
        """Return the local end of the last day."""
        next_day = self.cleaned_data["expires_on"] + timedelta(days=1)
        return timezone.make_aware(datetime.combine(next_day, time.min))
