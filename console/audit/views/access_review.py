"""The access review page."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.audit_log import retention
from console.audit_log.access_review import DORMANT_AFTER, AccessReview
from console.audit_log.times import DayField, midnight
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.responses import render_page
from tenants.audit.events import AUDIT_EXPORT, AUDIT_READ
from tenants.audit.recorder import record_event
from tenants.audit.search.filters import EntryFilters
from tenants.organizations.roles import ConsolePermission


class ReviewDayForm(forms.Form):
    """The day to review."""

    on = DayField(_("At the end of"))


@organization_page(ConsolePermission.AUDIT_LOG)
def access_review(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """List members, their roles and last activity at the end of a day."""
    form = ReviewDayForm(request.GET or None)
    now = timezone.now()
    day = form.cleaned_data["on"] if form.is_valid() else None
    ended = midnight(day, days=1)
    moment = min(ended, now) if ended else now
    told = f"access {(day or timezone.localdate(now)).isoformat()}"
    context: dict[str, Any] = {"member": member, "form": form, "moment": moment}
    home = member.organization
    if form.errors:
        return render_page(request, "audit/access_review.html", context, status=422)
    review = AccessReview.load(home, moment)
    if request.GET.get("format") == "csv":
        found = list(review.list_rows())
        record_event(member.actor, AUDIT_EXPORT, object=told, label=f"{len(found)} people, csv")
        return _csv_response(member, review.to_csv(found), told)
    record_event(member.actor, AUDIT_READ, object=told)
    context |= {
        "day": day or timezone.localdate(now),
        "current_memberships": list(review.list_rows()),
        "dormant": DORMANT_AFTER.days,
        "past": moment < now,
        "review": review,
        "retention_gaps": retention.find_retention_gaps(home.pk, EntryFilters(until=moment), now),
    }
    return render_page(request, "audit/access_review.html", context)


def _csv_response(member: Member, lines: Iterator[str], told: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"{told.replace(' ', '-')}-{member.organization.slug}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
