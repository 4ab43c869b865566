"""What an object was like at any moment, and bringing that back."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from console.documents import overview
from console.documents.kinds import DocumentTarget
from console.documents.request_preview import format_json
from console.forms.change_forms import PointInTimeForm
from console.forms.timestamps import (
    ambiguous_twin,
    local_clock,
    timestamp_param,
)
from console.history.comparison import (
    COMPARE_WITH_CURRENT,
    ComparisonTarget,
    compare_documents,
    comparison_options,
    find_comparison_target,
)
from console.history.versions import load_versions, version_rows
from console.web.access import ConsoleRequest
from console.web.responses import render_page
from tenants.authlete.documents.base import Document
from tenants.authlete.errors import AuthleteError


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
        "object_versions": found,
        "form": form,
        "moment": moment,
        "timestamp_param": timestamp_param(moment),
        "local": local_clock(moment),
        "is_future": asked > now,
        "other_reading": twin,
        "other_reading_param": timestamp_param(twin) if twin else "",
        "is_early": bool(found.created_at and moment < found.created_at),
        "span": span,
        "certain": bool(span and found.is_certain(span, moment)),
        "first": found.spans[0] if found.spans else None,
        "first_at": timestamp_param(found.spans[0].since) if found.spans else "",
        "before_at": timestamp_param(found.last.until) if found.last else "",
        "rows": version_rows(found, span),
        "comparison_options": comparison_options(target),
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
    return render_page(request, "history/version_at.html", context)


def _version_context(target: DocumentTarget, then: Document) -> dict[str, Any]:
    return {
        "version_document": then,
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
    return {"comparison_target": other, "comparison": found}
