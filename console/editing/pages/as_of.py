"""What an object was like at any moment, and bringing that back."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.access import ConsoleRequest
from console.editing import drafts, overview
from console.editing.beside import NOW, Beside, beside, offered
from console.editing.comparing import compared, returned, staying
from console.editing.forms import AsOfForm
from console.editing.kind import Target
from console.editing.moments import address_of, again, clock, moment_of, said
from console.editing.pages.gone import gone_meanwhile
from console.editing.past import known, rows
from console.editing.restoring import not_put_back, put_beside
from console.editing.sending import pretty
from console.page import answer, go
from tenants.authlete.documents.base import Document
from tenants.authlete.errors import AuthleteError

CHANGED = gettext_lazy(
    "The version that this comes from was changed after it was kept, or its key is"
    " gone. Do not rely on it."
)


def as_of(request: ConsoleRequest, target: Target) -> HttpResponse:
    """The object as it was at one moment, and what differs from another one."""
    found = known(target)
    form = AsOfForm(request.GET)
    form.full_clean()
    now = timezone.now()
    asked = form.moment or now
    moment = min(asked, now)
    span = found.at(moment)
    twin = again(moment) if form.moment else None
    context = found.context | {
        "found": found,
        "form": form,
        "moment": moment,
        "at": address_of(moment),
        "local": clock(moment),
        "is_future": asked > now,
        "again": twin,
        "again_at": address_of(twin) if twin else "",
        "is_early": bool(found.made_at and moment < found.made_at),
        "span": span,
        "certain": bool(span and found.is_certain(span, moment)),
        "first": found.spans[0] if found.spans else None,
        "first_at": address_of(found.spans[0].since) if found.spans else "",
        "before_at": address_of(found.last.until) if found.last else "",
        "rows": rows(found, span),
        "offered": offered(target),
    }
    if span and not span.version.is_gone:
        then = found.document(span)
        context |= _told(target, then)
        try:
            other = beside(found, form.other or NOW)
            context |= _compared(target, then, other)
            context["nothing"] = "beside" in form.errors or (form.other and not other)
        except AuthleteError as error:
            context["error"] = error
    return answer(request, target.template("as_of"), context)


def bring_back(request: ConsoleRequest, target: Target) -> HttpResponse:
    """Put settings as they were into the draft, and lead to its review."""
    moment = moment_of(request.POST.get("at", ""))
    found = known(target)
    if found.failure:
        raise found.failure
    if found.now is None:
        return gone_meanwhile(request, target)
    span = found.at(moment) if moment else None
    if moment is None or span is None or span.version.is_gone:
        raise Http404
    whole = "whole" in request.POST
    chosen = None if whole else request.POST.getlist("member")
    base, wanted = returned(target.kind, found.document(span), found.now, chosen)
    if not wanted:
        context = found.context | {"at": address_of(moment)}
        return answer(request, target.template("bring_back"), context)
    version = found.now.modified_at
    for told in put_beside(target.kind, drafts.find(target), wanted):
        messages.warning(request, told)
    drafts.change(target, lambda now: now.more(version, base, wanted))
    if not span.matches:
        messages.warning(request, CHANGED)
    stays = staying(target.kind, found.document(span), found.now) if whole else []
    if stays:
        messages.warning(request, not_put_back(stays))
    why = _("Back to how it was on %(time)s") % {"time": said(moment)}
    return go(request, f"{target.path('review')}?{urlencode({'reason': why})}")


def _told(target: Target, then: Document) -> dict[str, Any]:
    return {
        "then": then,
        "groups": overview.told(target.kind.sections, then, set_only=True),
        "unknown": overview.unknown(target.kind, then),
        "text": pretty(then.wire()),
        "findings": target.kind.findings(then.wire()),
    }


def _compared(target: Target, then: Document, other: Beside | None) -> dict[str, Any]:
    if other is None:
        return {}
    found = compared(target.kind, then, other.document, same=other.same)
    return {"beside": other, "compared": found}
