"""What an object was like at any moment, and bringing that back."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.documents import overview
from console.documents.kinds import DocumentTarget
from console.documents.request_preview import format_json
from console.editing import drafts
from console.editing.restore import draft_conflict_messages, unrestorable_message
from console.forms.change_forms import PointInTimeForm
from console.forms.timestamps import (
    ambiguous_twin,
    format_timestamp,
    local_clock,
    parse_timestamp,
    timestamp_param,
)
from console.history.comparison import (
    COMPARE_WITH_CURRENT,
    ComparisonTarget,
    compare_documents,
    comparison_options,
    find_comparison_target,
    restorable_values,
    unrestorable_settings,
)
from console.history.pages.deleted import redirect_deleted
from console.history.versions import load_versions, version_rows
from console.web.access import ConsoleRequest
from console.web.responses import redirect_to, render_page
from tenants.authlete.documents.base import Document
from tenants.authlete.errors import AuthleteError

TAMPERED_WARNING = gettext_lazy(
    "The version that this comes from was changed after it was kept, or its key is"
    " gone. Do not rely on it."
)


def version_at(request: ConsoleRequest, target: DocumentTarget) -> HttpResponse:
    """The object as it was at one moment, and what differs from another one."""
    found = load_versions(target)
    form = PointInTimeForm(request.GET)
    form.full_clean()
    now = timezone.now()
    asked = form.timestamp or now
    moment = min(asked, now)
    span = found.version_at(moment)
    twin = ambiguous_twin(moment) if form.timestamp else None
    context = found.context | {
        "found": found,
        "form": form,
        "moment": moment,
        "at": timestamp_param(moment),
        "local": local_clock(moment),
        "is_future": asked > now,
        "again": twin,
        "again_at": timestamp_param(twin) if twin else "",
        "is_early": bool(found.created_at and moment < found.created_at),
        "span": span,
        "certain": bool(span and found.is_certain(span, moment)),
        "first": found.spans[0] if found.spans else None,
        "first_at": timestamp_param(found.spans[0].since) if found.spans else "",
        "before_at": timestamp_param(found.last.until) if found.last else "",
        "rows": version_rows(found, span),
        "offered": comparison_options(target),
    }
    if span and not span.version.is_deleted:
        then = found.document(span)
        context |= _version_context(target, then)
        try:
            other = find_comparison_target(found, form.compare_with or COMPARE_WITH_CURRENT)
            context |= _comparison_context(target, then, other)
            context["nothing"] = "beside" in form.errors or (form.compare_with and not other)
        except AuthleteError as error:
            context["error"] = error
    return render_page(request, target.template("version_at"), context)


def restore_version(request: ConsoleRequest, target: DocumentTarget) -> HttpResponse:
    """Put settings as they were into the draft, and lead to its review."""
    moment = parse_timestamp(request.POST.get("at", ""))
    found = load_versions(target)
    if found.failure:
        raise found.failure
    if found.current is None:
        return redirect_deleted(request, target)
    span = found.version_at(moment) if moment else None
    if moment is None or span is None or span.version.is_deleted:
        raise Http404
    whole = "whole" in request.POST
    chosen = None if whole else request.POST.getlist("member")
    base, wanted = restorable_values(target.kind, found.document(span), found.current, chosen)
    if not wanted:
        context = found.context | {"at": timestamp_param(moment)}
        return render_page(request, target.template("restore_version"), context)
    version = found.current.modified_at
    for told in draft_conflict_messages(target.kind, drafts.load(target), wanted):
        messages.warning(request, told)
    drafts.update(target, lambda now: now.with_values(version, base, wanted))
    if not span.is_intact:
        messages.warning(request, TAMPERED_WARNING)
    stays = unrestorable_settings(target.kind, found.document(span), found.current) if whole else []
    if stays:
        messages.warning(request, unrestorable_message(stays))
    why = _("Back to how it was on %(time)s") % {"time": format_timestamp(moment)}
    return redirect_to(request, f"{target.path('review')}?{urlencode({'reason': why})}")


def _version_context(target: DocumentTarget, then: Document) -> dict[str, Any]:
    return {
        "then": then,
        "groups": overview.describe_settings(target.kind.sections, then, set_only=True),
        "unknown": overview.unknown_members(target.kind, then),
        "text": format_json(then.to_dict()),
        "findings": target.kind.findings(then.to_dict()),
    }


def _comparison_context(
    target: DocumentTarget, then: Document, other: ComparisonTarget | None
) -> dict[str, Any]:
    if other is None:
        return {}
    found = compare_documents(target.kind, then, other.document, same_object=other.is_same_object)
    return {"beside": other, "compared": found}
